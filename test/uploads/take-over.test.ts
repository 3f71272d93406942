/** One request at a time brings bytes; a new one takes over from one that hangs. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initialize, openResource, type Scene } from '../support/api.ts';
import { startTestBroker, type TestBroker } from '../support/broker.ts';
import { CancelTransfer, GetTransfer } from '../support/operations.ts';
import { untilOffset, untilStatus } from '../support/streams.ts';
import { patchHeaders, rawRequest, tus } from '../support/uploads.ts';

const HALF = 300_000;
const content = randomBytes(2 * HALF);

describe('a PATCH that hangs', () => {
  let broker: TestBroker;
  let scene: Scene;
  beforeAll(async () => {
    broker = await startTestBroker();
    scene = await openResource(broker);
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  /** An upload whose first half has come on a connection that says nothing more. */
  async function hangingUpload() {
    const transfer = await initialize(scene);
    const { authorization } = scene.sender;
    await tus('POST', transfer.uploadUrl, {
      ...authorization,
      'Upload-Length': String(content.length),
    });
    const hanging = await rawRequest('PATCH', transfer.uploadUrl, {
      ...authorization,
      ...patchHeaders(0),
      'Content-Length': String(content.length),
    });
    await hanging.write(content.subarray(0, HALF));
    await untilOffset(broker, scene.sender, transfer.id, HALF);
    return { ...transfer, hanging, authorization };
  }

  it('is ended by a HEAD, which tells all that came, and the upload goes on', async () => {
    const { id, uploadUrl, hanging, authorization } = await hangingUpload();
    using _ = hanging;
    const head = await tus('HEAD', uploadUrl, authorization);
    expect(head).toMatchObject({ status: 200, offset: HALF });
    const answer = await hanging.answer;
    expect(answer).toContain('204 No Content');
    expect(answer?.toLowerCase()).toContain(`upload-offset: ${HALF}`);
    const headers = { ...authorization, ...patchHeaders(HALF) };
    const last = await tus('PATCH', uploadUrl, headers, content.subarray(HALF));
    expect(last).toMatchObject({ status: 204, offset: content.length });
    const { transfer } = await scene.sender.run(GetTransfer, { id });
    expect(transfer?.digests?.sha256).toBe(createHash('sha256').update(content).digest('hex'));
  });

  it('is taken over by a PATCH at the offset that it has reached', async () => {
    const { uploadUrl, hanging, authorization } = await hangingUpload();
    using _ = hanging;
    const headers = { ...authorization, ...patchHeaders(HALF) };
    const last = await tus('PATCH', uploadUrl, headers, content.subarray(HALF));
    expect(last).toMatchObject({ status: 204, offset: content.length });
  });

  it.each([
    ['a PATCH at another offset', 'PATCH', patchHeaders(5), 'x', 409],
    ['a PATCH without Content-Type', 'PATCH', { 'Upload-Offset': String(HALF) }, undefined, 415],
    [
      'a PATCH with an unknown checksum',
      'PATCH',
      { ...patchHeaders(HALF), 'Upload-Checksum': 'crc32 AAAA' },
      'x',
      400,
    ],
    ['a second creation', 'POST', { 'Upload-Length': '5' }, undefined, 409],
    ['a PUT', 'PUT', {}, 'whole', 409],
    ['OPTIONS', 'OPTIONS', {}, undefined, 204],
    ['a HEAD without a token', 'HEAD', { Authorization: '' }, undefined, 401],
    ['a HEAD of another version of tus', 'HEAD', { 'Tus-Resumable': '0.2.2' }, undefined, 412],
  ])('is not disturbed by %s', async (_title, method, headers, body, status) => {
    const { id, uploadUrl, hanging, authorization } = await hangingUpload();
    using _ = hanging;
    const answer = await tus(method, uploadUrl, { ...authorization, ...headers }, body);
    expect(answer.status).toBe(status);
    await hanging.write(content.subarray(HALF));
    expect(await hanging.answer).toContain('204 No Content');
    expect(await untilStatus(broker, scene.sender, id, 'PUBLISHED')).toBe('PUBLISHED');
  });

  it.each([
    ['a cancel', async (id: string) => scene.sender.run(CancelTransfer, { id })],
    [
      'a DELETE',
      async (_id: string, uploadUrl: string) =>
        tus('DELETE', uploadUrl, scene.sender.authorization),
    ],
  ])('is ended with 410 by %s, and its bytes are deleted', async (_title, end) => {
    const { id, uploadUrl, hanging, authorization } = await hangingUpload();
    using _ = hanging;
    await end(id, uploadUrl);
    expect(await hanging.answer).toContain('410 Gone');
    expect(await tus('HEAD', uploadUrl, authorization)).toMatchObject({ status: 410 });
    await expect
      .poll(async () => {
        const { transfer } = await scene.sender.run(GetTransfer, { id });
        return transfer?.events?.edges.map(({ node }) => node.type).slice(-2);
      })
      .toEqual(['FILE_TRANSFER_CANCELLED', 'FILE_DELETED']);
  });

  it('leaves nothing locked after many take-overs at once', async () => {
    const { uploadUrl, hanging, authorization } = await hangingUpload();
    using _ = hanging;
    const heads = await Promise.all(
      Array.from({ length: 50 }, () => tus('HEAD', uploadUrl, authorization)),
    );
    expect(heads.map(({ status, offset }) => [status, offset])).toEqual(
      heads.map(() => [200, HALF]),
    );
    const headers = { ...authorization, ...patchHeaders(HALF) };
    const last = await tus('PATCH', uploadUrl, headers, content.subarray(HALF));
    expect(last).toMatchObject({ status: 204, offset: content.length });
  });
});
