/** A disk without room loses nothing: the upload waits for space and goes on. */
import { createHash, randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { initialize, openResource, publish } from '../support/api.ts';
import { makeDataDir } from '../support/broker.ts';
import { CancelTransfer, GetTransfer } from '../support/operations.ts';
import { spawnBrokerOnSmallDisk } from '../support/small-disk.ts';
import { untilStatus } from '../support/streams.ts';
import { patchHeaders, tus } from '../support/uploads.ts';

const MIB = 1024 * 1024;

it('answers 507 on a full disk, keeps what there was room for, and goes on when there is space', async () => {
  const dataDir = await makeDataDir();
  {
    await using broker = await spawnBrokerOnSmallDisk(dataDir);
    const scene = await openResource(broker);
    const { authorization } = scene.sender;
    const other = await publish(scene, randomBytes(5 * MIB));

    const content = randomBytes(6 * MIB);
    const { id, uploadUrl } = await initialize(scene);
    await tus('POST', uploadUrl, { ...authorization, 'Upload-Length': String(content.length) });
    const first = { ...authorization, ...patchHeaders(0) };
    const full = await tus('PATCH', uploadUrl, first, content);
    expect(full).toMatchObject({ status: 507, code: 'STORAGE_FULL' });
    expect(full.headers.get('retry-after')).toMatch(/^\d+$/);
    const offset = full.offset ?? 0;
    expect(offset).toBeGreaterThan(2 * MIB);
    expect(await tus('HEAD', uploadUrl, authorization)).toMatchObject({ status: 200, offset });

    await scene.sender.run(CancelTransfer, { id: other.id });
    await expect
      .poll(async () => {
        const { transfer } = await scene.sender.run(GetTransfer, { id: other.id });
        return transfer?.fileDeletedAt;
      })
      .not.toBeNull();
    const rest = { ...authorization, ...patchHeaders(offset) };
    expect(await tus('PATCH', uploadUrl, rest, content.subarray(offset))).toMatchObject({
      status: 204,
    });
    await untilStatus(broker, scene.sender, id, 'PUBLISHED');
    const { transfer } = await scene.sender.run(GetTransfer, { id });
    expect(transfer?.digests?.sha256).toBe(createHash('sha256').update(content).digest('hex'));
  }
  await rm(dataDir, { recursive: true, force: true });
});
