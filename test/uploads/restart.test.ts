/** What a killed broker leaves is taken up again by the next one on the same folder. */
import { createHash, randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initialize, openResource } from '../support/api.ts';
import { makeDataDir, spawnBroker } from '../support/broker.ts';
import { GetTransfer } from '../support/operations.ts';
import { untilOffset, untilStatus } from '../support/streams.ts';
import { checksumHeader, patchHeaders, rawRequest, tus } from '../support/uploads.ts';

const PIECE = 3 * 1024 * 1024;
const content = randomBytes(2 * PIECE);
const sha256 = createHash('sha256').update(content).digest('hex');

describe('a broker killed by SIGKILL', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await makeDataDir();
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  /** A broker with an upload that a request is in the middle of. */
  async function brokerWithUpload(length: number) {
    const broker = await spawnBroker(dataDir);
    const scene = await openResource(broker, { computeMd5: true });
    const { id, uploadUrl } = await initialize(scene);
    const { authorization } = scene.sender;
    await tus('POST', uploadUrl, { ...authorization, 'Upload-Length': String(length) });
    return { broker, scene, id, uploadUrl, authorization };
  }

  it('in the middle of a chunk has kept all that came, and the upload ends with the same digest', async () => {
    const { broker, scene, id, uploadUrl, authorization } = await brokerWithUpload(content.length);
    using patch = await rawRequest('PATCH', uploadUrl, {
      ...authorization,
      ...patchHeaders(0),
      'Content-Length': String(content.length),
    });
    await patch.write(content.subarray(0, PIECE));
    await untilOffset(broker, scene.sender, id, PIECE);
    await broker.stop('SIGKILL');

    await using next = await spawnBroker(dataDir);
    const url = `${next.url}/uploads/${id}`;
    expect(await tus('HEAD', url, authorization)).toMatchObject({ status: 200, offset: PIECE });
    const headers = { ...authorization, ...patchHeaders(PIECE) };
    const last = await tus('PATCH', url, headers, content.subarray(PIECE));
    expect(last).toMatchObject({ status: 204, offset: content.length });
    await untilStatus(next, scene.sender, id, 'PUBLISHED');
    const file = await fetch(`${next.url}/files/${id}`, { headers: scene.recipient.authorization });
    expect(Buffer.from(await file.arrayBuffer()).equals(content)).toBe(true);
    expect(file.headers.get('etag')).toBe(`"${sha256}"`);
  });

  it('after the last byte was stored completes the transfer by itself', async () => {
    const { broker, scene, id, uploadUrl, authorization } = await brokerWithUpload(PIECE);
    // The last byte comes in a piece without its end, so that it is stored before it is completed.
    using patch = await rawRequest('PATCH', uploadUrl, {
      ...authorization,
      ...patchHeaders(0),
      'Transfer-Encoding': 'chunked',
    });
    await patch.write(Buffer.from(`${PIECE.toString(16)}\r\n`));
    await patch.write(content.subarray(0, PIECE));
    await untilOffset(broker, scene.sender, id, PIECE);
    await broker.stop('SIGKILL');

    await using next = await spawnBroker(dataDir);
    await untilStatus(next, scene.sender, id, 'PUBLISHED');
    const { data } = (await (
      await fetch(`${next.url}/graphql`, {
        method: 'POST',
        headers: { ...authorization, 'Content-Type': 'application/json' },
        body: JSON.stringify({ query: GetTransfer.toString(), variables: { id } }),
      })
    ).json()) as { data: { transfer: { digests: unknown; events: { edges: unknown[] } } } };
    const expected = content.subarray(0, PIECE);
    expect(data.transfer.digests).toEqual({
      sha256: createHash('sha256').update(expected).digest('hex'),
      md5: createHash('md5').update(expected).digest('hex'),
    });
    expect(data.transfer.events.edges).toHaveLength(4);
  });

  it('in the middle of a piece with a checksum has kept none of that piece', async () => {
    const { broker, id, uploadUrl, authorization } = await brokerWithUpload(content.length);
    const first = content.subarray(0, 1000);
    await tus('PATCH', uploadUrl, { ...authorization, ...patchHeaders(0) }, first);
    using patch = await rawRequest('PATCH', uploadUrl, {
      ...authorization,
      ...patchHeaders(1000),
      ...checksumHeader(content.subarray(1000)),
      'Content-Length': String(content.length - 1000),
    });
    await patch.write(content.subarray(1000, PIECE));
    // A request beside it that is refused tells that the piece is being taken; what of it is stored does not count.
    const beside = await tus('POST', uploadUrl, { ...authorization, 'Upload-Length': '5' });
    expect(beside).toMatchObject({ status: 409, offset: 1000 });
    await broker.stop('SIGKILL');

    await using next = await spawnBroker(dataDir);
    const url = `${next.url}/uploads/${id}`;
    expect(await tus('HEAD', url, authorization)).toMatchObject({ status: 200, offset: 1000 });
    const headers = { ...authorization, ...patchHeaders(1000) };
    const last = await tus('PATCH', url, headers, content.subarray(1000));
    expect(last).toMatchObject({ status: 204, offset: content.length });
  });
});
