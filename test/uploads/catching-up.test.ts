/** After a restart the digest catches up with the file beside the upload, never in a request. */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { clientOf, initialize, openResource } from '../support/api.ts';
import { makeDataDir, PARTIES, spawnBroker } from '../support/broker.ts';
import { GetTransfer } from '../support/operations.ts';
import { untilStatus } from '../support/streams.ts';
import { patchHeaders, tus } from '../support/uploads.ts';

const MIB = 1024 * 1024;

it('the last byte is answered while the digest still catches up, and the file is published by itself', async () => {
  const dataDir = await makeDataDir();
  const first = Buffer.alloc(256 * MIB, 'ferje');
  const last = Buffer.from('the end');
  let id: string;
  {
    await using broker = await spawnBroker(dataDir);
    const scene = await openResource(broker, { computeMd5: true });
    const { authorization } = scene.sender;
    const transfer = await initialize(scene);
    id = transfer.id;
    const length = String(first.length + last.length);
    await tus('POST', transfer.uploadUrl, { ...authorization, 'Upload-Length': length });
    await tus('PATCH', transfer.uploadUrl, { ...authorization, ...patchHeaders(0) }, first);
  }
  {
    await using broker = await spawnBroker(dataDir);
    const sender = await clientOf(broker, PARTIES.sender);
    const url = `${broker.url}/uploads/${id}`;
    const headers = { ...sender.authorization, ...patchHeaders(first.length) };
    const answer = await tus('PATCH', url, headers, last);
    expect(answer).toMatchObject({ status: 204, offset: first.length + last.length });
    // The digest of this much takes longer than the answer did.
    const atOnce = await sender.run(GetTransfer, { id });
    expect(atOnce.transfer?.status).toBe('UPLOAD_PROCESSING');
    await untilStatus(broker, sender, id, 'PUBLISHED');
    const { transfer } = await sender.run(GetTransfer, { id });
    expect(transfer?.digests).toEqual({
      sha256: createHash('sha256').update(first).update(last).digest('hex'),
      md5: createHash('md5').update(first).update(last).digest('hex'),
    });
    expect(transfer?.events?.edges.map(({ node }) => node.type)).toEqual([
      'FILE_TRANSFER_INITIALIZED',
      'UPLOAD_STARTED',
      'UPLOAD_PROCESSING',
      'PUBLISHED',
    ]);
  }
  await rm(dataDir, { recursive: true, force: true });
});
