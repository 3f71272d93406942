/** What the upload door answers, line by line of the contract. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOf, initialize, openResource, publish, type Scene } from '../support/api.ts';
import { PARTIES, startTestBroker, type TestBroker } from '../support/broker.ts';
import {
  ConfigureResource,
  GetTransfer,
  GrantResourceAccess,
  RevokeResourceAccess,
} from '../support/operations.ts';
import { untilStatus } from '../support/streams.ts';
import { checksumHeader, patchHeaders, rawRequest, tus } from '../support/uploads.ts';

const MAX = 1_000_000;
const TYPE = { 'Content-Type': 'application/offset+octet-stream' };

let broker: TestBroker;
let scene: Scene;
beforeAll(async () => {
  broker = await startTestBroker();
  scene = await openResource(broker, { maxTransferSize: MAX });
});
afterAll(() => broker[Symbol.asyncDispose]());

async function started(length: number | null = 10, input = {}) {
  const transfer = await initialize(scene, input);
  const { authorization } = scene.sender;
  const declared =
    length === null ? { 'Upload-Defer-Length': '1' } : { 'Upload-Length': String(length) };
  const created = await tus('POST', transfer.uploadUrl, { ...authorization, ...declared });
  expect(created.status).toBe(201);
  return { ...transfer, authorization, created };
}

async function stateOf(id: string) {
  const { transfer } = await scene.sender.run(GetTransfer, { id });
  const events = transfer?.events?.edges.map(({ node }) => node.type) ?? [];
  return { status: transfer?.status, failure: transfer?.failure, events };
}

describe('creation', () => {
  it('answers 201 with the same URL as Location, and begins the upload', async () => {
    const { id, uploadUrl, created } = await started();
    expect(created.headers.get('location')).toBe(uploadUrl);
    expect(created.headers.get('tus-resumable')).toBe('1.0.0');
    expect(created.headers.get('upload-expires')).toMatch(/GMT$/);
    expect(await stateOf(id)).toMatchObject({
      status: 'UPLOAD_STARTED',
      events: ['FILE_TRANSFER_INITIALIZED', 'UPLOAD_STARTED'],
    });
  });

  it('answers 201 again while no byte has come, and 409 to any other', async () => {
    const { id, uploadUrl, authorization } = await started();
    const again = await tus('POST', uploadUrl, { ...authorization, 'Upload-Length': '10' });
    expect(again.status).toBe(201);
    const other = await tus('POST', uploadUrl, { ...authorization, 'Upload-Length': '11' });
    expect(other).toMatchObject({ status: 409, offset: 0 });
    await tus('PATCH', uploadUrl, { ...authorization, ...patchHeaders(0) }, 'hello');
    const late = await tus('POST', uploadUrl, { ...authorization, 'Upload-Length': '10' });
    expect(late).toMatchObject({ status: 409, offset: 5 });
    const { events } = await stateOf(id);
    expect(events.filter((type) => type === 'UPLOAD_STARTED')).toHaveLength(1);
  });

  it('brings bytes with it', async () => {
    const { id, uploadUrl } = await initialize(scene);
    const headers = { ...scene.sender.authorization, ...TYPE, 'Upload-Length': '5' };
    const created = await tus('POST', uploadUrl, headers, 'hello');
    expect(created).toMatchObject({ status: 201, offset: 5 });
    expect(await stateOf(id)).toMatchObject({ status: 'PUBLISHED' });
  });

  it('with bytes again, as after a lost answer, is told where the upload stands', async () => {
    const { uploadUrl } = await initialize(scene);
    const headers = { ...scene.sender.authorization, ...TYPE, 'Upload-Length': '10' };
    expect(await tus('POST', uploadUrl, headers, 'hello')).toMatchObject({ offset: 5 });
    expect(await tus('POST', uploadUrl, headers, 'hello')).toMatchObject({
      status: 409,
      offset: 5,
    });
  });

  it('of a file without bytes publishes it at once', async () => {
    const { id, fileUrl } = await started(0);
    expect(await stateOf(id)).toMatchObject({ status: 'PUBLISHED' });
    const file = await fetch(fileUrl, { headers: scene.recipient.authorization });
    expect(file.status).toBe(200);
    expect(await file.text()).toBe('');
  });

  it.each([
    ['a length above the limit', { 'Upload-Length': String(MAX + 1) }, undefined, 413],
    ['a body above the declared length', { ...TYPE, 'Upload-Length': '3' }, 'hello', 413],
    [
      'a body above the limit without a length',
      { ...TYPE, 'Upload-Defer-Length': '1' },
      randomBytes(MAX + 1),
      413,
    ],
    ['no length', {}, undefined, 400],
    ['both lengths', { 'Upload-Length': '3', 'Upload-Defer-Length': '1' }, undefined, 400],
    ['a length that is no integer', { 'Upload-Length': '1e+21' }, undefined, 400],
    ['a length with leading zeros', { 'Upload-Length': '00010' }, undefined, 400],
    ['a negative length', { 'Upload-Length': '-1' }, undefined, 400],
    ['a deferred length other than 1', { 'Upload-Defer-Length': '0' }, undefined, 400],
    [
      'metadata that is no Base64',
      { 'Upload-Length': '3', 'Upload-Metadata': 'name ä' },
      undefined,
      400,
    ],
    [
      'a metadata key twice',
      { 'Upload-Length': '3', 'Upload-Metadata': 'a YQ==,a Yg==' },
      undefined,
      400,
    ],
    ['another media type', { 'Upload-Length': '5', 'Content-Type': 'text/plain' }, 'hello', 415],
    ['concatenation', { 'Upload-Length': '5', 'Upload-Concat': 'partial' }, undefined, 501],
    [
      'an unknown checksum algorithm',
      { ...TYPE, 'Upload-Length': '5', 'Upload-Checksum': 'crc32 AAAA' },
      'hello',
      400,
    ],
  ])('with %s is refused and leaves nothing behind', async (_title, headers, body, status) => {
    const { id, uploadUrl } = await initialize(scene);
    const ascii = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
    );
    const answer = await tus('POST', uploadUrl, { ...scene.sender.authorization, ...ascii }, body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await stateOf(id)).toMatchObject({ status: 'INITIALIZED' });
  });
});

describe('PATCH', () => {
  it('counts up to the declared length and then publishes', async () => {
    const { id, uploadUrl, authorization } = await started();
    const first = await tus('PATCH', uploadUrl, { ...authorization, ...patchHeaders(0) }, 'hello');
    expect(first).toMatchObject({ status: 204, offset: 5 });
    const head = await tus('HEAD', uploadUrl, authorization);
    expect(head).toMatchObject({ status: 200, offset: 5 });
    expect(head.headers.get('upload-length')).toBe('10');
    expect(head.headers.get('cache-control')).toBe('no-store');
    const last = await tus('PATCH', uploadUrl, { ...authorization, ...patchHeaders(5) }, 'world');
    expect(last).toMatchObject({ status: 204, offset: 10 });
    expect(await stateOf(id)).toMatchObject({
      status: 'PUBLISHED',
      events: ['FILE_TRANSFER_INITIALIZED', 'UPLOAD_STARTED', 'UPLOAD_PROCESSING', 'PUBLISHED'],
    });
    const after = await tus('HEAD', uploadUrl, authorization);
    expect(after).toMatchObject({ status: 200, offset: 10 });
    const again = await tus('PATCH', uploadUrl, { ...authorization, ...patchHeaders(10) }, '');
    expect(again).toMatchObject({ status: 409, code: 'TRANSFER_ALREADY_UPLOADED', offset: 10 });
    expect(await tus('DELETE', uploadUrl, authorization)).toMatchObject({ status: 409 });
  });

  it('declares a deferred length, with or without bytes', async () => {
    const { id, uploadUrl, authorization } = await started(null);
    const head = await tus('HEAD', uploadUrl, authorization);
    expect(head.headers.get('upload-defer-length')).toBe('1');
    await tus('PATCH', uploadUrl, { ...authorization, ...patchHeaders(0) }, 'hello');
    const headers = { ...authorization, ...patchHeaders(5), 'Upload-Length': '5' };
    expect(await tus('PATCH', uploadUrl, headers, '')).toMatchObject({ status: 204, offset: 5 });
    expect(await stateOf(id)).toMatchObject({ status: 'PUBLISHED' });
  });

  it('that only declares the length is refused too where its checksum is wrong', async () => {
    const { id, uploadUrl, authorization } = await started(null);
    await tus('PATCH', uploadUrl, { ...authorization, ...patchHeaders(0) }, 'hello');
    const headers = { ...authorization, ...patchHeaders(5), 'Upload-Length': '5' };
    const answer = await tus('PATCH', uploadUrl, { ...headers, ...checksumHeader('other') }, '');
    expect(answer).toMatchObject({ status: 460, code: 'CHECKSUM_MISMATCH' });
    // The length has been declared, and all bytes of it are there.
    expect(await stateOf(id)).toMatchObject({ status: 'PUBLISHED' });
  });

  it('may declare the length again that was declared before, as after a cut', async () => {
    const { id, uploadUrl, authorization } = await started(null);
    const length = { 'Upload-Length': '6' };
    const first = { ...authorization, ...patchHeaders(0), ...length };
    expect(await tus('PATCH', uploadUrl, first, 'hel')).toMatchObject({ status: 204, offset: 3 });
    const second = { ...authorization, ...patchHeaders(3), ...length };
    expect(await tus('PATCH', uploadUrl, second, 'lo!')).toMatchObject({ status: 204, offset: 6 });
    expect(await stateOf(id)).toMatchObject({ status: 'PUBLISHED' });
  });

  it.each([
    ['less than what has come', { 'Upload-Length': '3' }],
    ['another length than before', { 'Upload-Length': '11' }],
  ])('that declares %s is refused and changes nothing', async (_title, length) => {
    const { id, uploadUrl, authorization } = await started(
      length['Upload-Length'] === '3' ? null : 10,
    );
    await tus('PATCH', uploadUrl, { ...authorization, ...patchHeaders(0) }, 'hello');
    const headers = { ...authorization, ...patchHeaders(5), ...length };
    expect(await tus('PATCH', uploadUrl, headers, 'x')).toMatchObject({ status: 400 });
    expect(await stateOf(id)).toMatchObject({ status: 'UPLOAD_STARTED' });
  });

  it.each(['sha1', 'sha256', 'md5'] as const)(
    'with a %s checksum counts whole or not at all',
    async (algorithm) => {
      const { id, uploadUrl, authorization } = await started();
      const wrong = {
        ...authorization,
        ...patchHeaders(0),
        ...checksumHeader('other', algorithm),
      };
      expect(await tus('PATCH', uploadUrl, wrong, 'hello')).toMatchObject({
        status: 460,
        code: 'CHECKSUM_MISMATCH',
        offset: 0,
      });
      const right = { ...wrong, ...checksumHeader('hello', algorithm) };
      expect(await tus('PATCH', uploadUrl, right, 'hello')).toMatchObject({
        status: 204,
        offset: 5,
      });
      const last = { ...authorization, ...patchHeaders(5), ...checksumHeader('world', algorithm) };
      expect(await tus('PATCH', uploadUrl, last, 'world')).toMatchObject({ status: 204 });
      const { transfer } = await scene.sender.run(GetTransfer, { id });
      const sha256 = createHash('sha256').update('helloworld').digest('hex');
      expect(transfer?.digests?.sha256).toBe(sha256);
    },
  );

  it('with more than was declared fails the transfer, and its bytes are deleted', async () => {
    const { id, uploadUrl, authorization } = await started();
    await tus('PATCH', uploadUrl, { ...authorization, ...patchHeaders(0) }, 'hello');
    const headers = { ...authorization, ...patchHeaders(5) };
    const answer = await tus('PATCH', uploadUrl, headers, 'too many bytes');
    expect(answer).toMatchObject({ status: 413, code: 'FILE_TOO_LARGE' });
    await expect
      .poll(() => stateOf(id))
      .toMatchObject({
        status: 'FAILED',
        failure: 'FILE_TOO_LARGE',
        events: ['FILE_TRANSFER_INITIALIZED', 'UPLOAD_STARTED', 'UPLOAD_FAILED', 'FILE_DELETED'],
      });
    expect(await tus('HEAD', uploadUrl, authorization)).toMatchObject({ status: 410 });
  });

  it('that turns out longer than declared as it comes is ended at once with 413', async () => {
    const { id, uploadUrl, authorization } = await started();
    using patch = await rawRequest('PATCH', uploadUrl, {
      ...authorization,
      ...patchHeaders(0),
      'Transfer-Encoding': 'chunked',
    });
    await patch.write(Buffer.from('14\r\n01234567890123456789\r\n'));
    expect(await patch.answer).toContain('413');
    expect(await stateOf(id)).toMatchObject({ status: 'FAILED', failure: 'FILE_TOO_LARGE' });
  });

  it('of another digest than expected fails the transfer, and its bytes are deleted', async () => {
    const expectedDigest = { algorithm: 'MD5' as const, value: 'A'.repeat(32) };
    const { id, uploadUrl, authorization } = await started(5, { expectedDigest });
    const headers = { ...authorization, ...patchHeaders(0) };
    const answer = await tus('PATCH', uploadUrl, headers, 'hello');
    expect(answer).toMatchObject({ status: 400, code: 'DIGEST_MISMATCH' });
    await expect
      .poll(() => stateOf(id))
      .toMatchObject({
        status: 'FAILED',
        failure: 'DIGEST_MISMATCH',
        events: [
          'FILE_TRANSFER_INITIALIZED',
          'UPLOAD_STARTED',
          'UPLOAD_PROCESSING',
          'UPLOAD_FAILED',
          'FILE_DELETED',
        ],
      });
    expect(await tus('PATCH', uploadUrl, headers, 'hello')).toMatchObject({ status: 410 });
  });

  it.each([
    ['MD5', 'md5'],
    ['SHA256', 'sha256'],
  ] as const)('of the %s that was expected publishes', async (algorithm, name) => {
    const value = createHash(name).update('hello').digest('hex').toUpperCase();
    const { id, uploadUrl, authorization } = await started(5, {
      expectedDigest: { algorithm, value },
    });
    await tus('PATCH', uploadUrl, { ...authorization, ...patchHeaders(0) }, 'hello');
    expect(await stateOf(id)).toMatchObject({ status: 'PUBLISHED' });
  });

  it.each([
    ['no Content-Type', { 'Upload-Offset': '0' }, 415],
    [
      'a charset',
      { 'Upload-Offset': '0', 'Content-Type': `${TYPE['Content-Type']}; charset=utf-8` },
      415,
    ],
    ['no Upload-Offset', TYPE, 400],
    ['an offset that is no integer', { ...TYPE, 'Upload-Offset': '1.5' }, 400],
    ['an offset beyond the end', { ...TYPE, 'Upload-Offset': '99' }, 409],
    [
      'a checksum of another length',
      { ...TYPE, 'Upload-Offset': '0', 'Upload-Checksum': 'sha1 AAAA' },
      400,
    ],
  ])('with %s is refused and disturbs nothing', async (_title, headers, status) => {
    const { uploadUrl, authorization } = await started();
    const answer = await tus(
      'PATCH',
      uploadUrl,
      { ...authorization, ...headers },
      Buffer.from('x'),
    );
    expect(answer.status).toBe(status);
    expect(await tus('HEAD', uploadUrl, authorization)).toMatchObject({ offset: 0 });
  });

  it('goes on through X-HTTP-Method-Override', async () => {
    const { uploadUrl, authorization } = await started();
    const headers = { ...authorization, ...patchHeaders(0), 'X-HTTP-Method-Override': 'PATCH' };
    expect(await tus('POST', uploadUrl, headers, 'hello')).toMatchObject({
      status: 204,
      offset: 5,
    });
  });

  it('gets its answer while it still sends', async () => {
    const { uploadUrl, authorization } = await started();
    using patch = await rawRequest('PATCH', uploadUrl, {
      ...authorization,
      ...patchHeaders(7),
      'Content-Length': '10',
    });
    await patch.write(Buffer.from('abc'));
    expect(await patch.answer).toContain('409 Conflict');
  });
});

describe('Upload-Expires', () => {
  it('moves with each byte that comes, alike for PATCH, HEAD and GraphQL', async () => {
    let now = Date.now();
    await using later = await startTestBroker({ clock: { now: () => now } });
    const there = await openResource(later);
    const { id, uploadUrl } = await initialize(there);
    const { authorization } = there.sender;
    await tus('POST', uploadUrl, { ...authorization, 'Upload-Length': '10' });
    now += 60_000;
    const patch = await tus('PATCH', uploadUrl, { ...authorization, ...patchHeaders(0) }, 'hello');
    const head = await tus('HEAD', uploadUrl, authorization);
    const { transfer } = await there.sender.run(GetTransfer, { id });
    const expected = new Date(now + 24 * 60 * 60 * 1000);
    expect(patch.headers.get('upload-expires')).toBe(expected.toUTCString());
    expect(head.headers.get('upload-expires')).toBe(expected.toUTCString());
    expect(transfer?.upload?.expiresAt).toBe(expected.toISOString());
  });
});

describe('HEAD and DELETE', () => {
  it.each(['HEAD', 'PATCH', 'DELETE'])('%s answers 404 before creation', async (method) => {
    const { uploadUrl } = await initialize(scene);
    const headers = { ...scene.sender.authorization, ...patchHeaders(0) };
    const body = method === 'PATCH' ? 'x' : undefined;
    expect(await tus(method, uploadUrl, headers, body)).toMatchObject({ status: 404 });
  });

  it.each([
    ['HEAD', { 'Upload-Offset': 'abc', 'Upload-Metadata': 'ä', 'Upload-Defer-Length': '7' }, 200],
    ['PATCH', { ...patchHeaders(0), 'Upload-Metadata': 'a b c', 'Upload-Defer-Length': '2' }, 204],
    ['POST', { 'Upload-Length': '10', 'Upload-Offset': 'abc' }, 201],
  ])('%s takes no notice of headers that are not its own', async (method, headers, status) => {
    const { uploadUrl, authorization } = await started();
    const latin1 = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
    );
    const body = method === 'PATCH' ? 'hello' : undefined;
    const answer = await tus(method, uploadUrl, { ...authorization, ...latin1 }, body);
    expect(answer.status).toBe(status);
  });

  it('repeats the metadata that the sender gave', async () => {
    const { uploadUrl } = await initialize(scene);
    const headers = { ...scene.sender.authorization, 'Upload-Metadata': 'filename eA==,flag' };
    await tus('POST', uploadUrl, { ...headers, 'Upload-Length': '5' });
    const head = await tus('HEAD', uploadUrl, scene.sender.authorization);
    expect(head.headers.get('upload-metadata')).toBe('filename eA==,flag');
  });

  it('DELETE of an unfinished upload cancels the transfer', async () => {
    const { id, uploadUrl, authorization } = await started();
    expect(await tus('DELETE', uploadUrl, authorization)).toMatchObject({ status: 204 });
    // No byte was stored: none is told to be deleted.
    expect(await stateOf(id)).toMatchObject({
      status: 'CANCELLED',
      events: ['FILE_TRANSFER_INITIALIZED', 'UPLOAD_STARTED', 'FILE_TRANSFER_CANCELLED'],
    });
    for (const method of ['HEAD', 'DELETE', 'POST']) {
      const headers = { ...authorization, 'Upload-Length': '10' };
      expect(await tus(method, uploadUrl, headers)).toMatchObject({ status: 410 });
    }
  });
});

describe('PUT', () => {
  it('sends a whole file in one request', async () => {
    const { id, uploadUrl } = await initialize(scene);
    const answer = await tus('PUT', uploadUrl, scene.sender.authorization, 'hello');
    expect(answer.status).toBe(201);
    expect(JSON.parse(answer.body)).toEqual({
      transferId: id,
      status: 'PUBLISHED',
      size: 5,
      digests: { sha256: createHash('sha256').update('hello').digest('hex'), md5: null },
    });
    const again = await tus('PUT', uploadUrl, scene.sender.authorization, 'hello');
    expect(again).toMatchObject({ status: 409, offset: 5 });
  });

  it('that is cut is finished by PATCH', async () => {
    const { id, uploadUrl } = await initialize(scene);
    const { authorization } = scene.sender;
    using put = await rawRequest('PUT', uploadUrl, { ...authorization, 'Content-Length': '10' });
    await put.write(Buffer.from('hello'));
    put.socket.end();
    await expect.poll(async () => (await tus('HEAD', uploadUrl, authorization)).offset).toBe(5);
    await tus('PATCH', uploadUrl, { ...authorization, ...patchHeaders(5) }, 'world');
    expect(await stateOf(id)).toMatchObject({ status: 'PUBLISHED' });
  });

  it('takes over from a creation that brought nothing', async () => {
    const { uploadUrl, authorization } = await started(5);
    expect(await tus('PUT', uploadUrl, authorization, 'hello')).toMatchObject({ status: 201 });
  });

  it.each([
    ['more than the limit', {}, randomBytes(MAX + 1), 413],
    ['a form', { 'Content-Type': 'multipart/form-data; boundary=x' }, 'x', 415],
    ['a part of a file', { 'Content-Range': 'bytes 0-4/10' }, 'hello', 400],
    ['an encoding', { 'Content-Encoding': 'gzip' }, 'hello', 415],
  ])('of %s is refused and leaves nothing behind', async (_title, headers, body, status) => {
    const { id, uploadUrl } = await initialize(scene);
    const answer = await tus('PUT', uploadUrl, { ...scene.sender.authorization, ...headers }, body);
    expect(answer.status).toBe(status);
    expect(await stateOf(id)).toMatchObject({ status: 'INITIALIZED' });
  });

  it('without a length gets 411', async () => {
    const { uploadUrl } = await initialize(scene);
    using put = await rawRequest('PUT', uploadUrl, {
      ...scene.sender.authorization,
      'Transfer-Encoding': 'chunked',
    });
    expect(await put.answer).toContain('411 Length Required');
  });
});

describe('who may', () => {
  it('401 without a token, and 401 with WWW-Authenticate for a wrong one', async () => {
    const { uploadUrl } = await started();
    expect(await tus('HEAD', uploadUrl, {})).toMatchObject({ status: 401 });
    const wrong = await tus('POST', uploadUrl, { Authorization: 'Bearer x.y.z' });
    expect(wrong).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(wrong.headers.get('www-authenticate')).toContain('Bearer');
  });

  it('404 alike for an unknown transfer and for one that the caller may not see', async () => {
    const { uploadUrl } = await started();
    const stranger = await clientOf(broker, PARTIES.stranger);
    const unknown = `${broker.url}/uploads/01990000-0000-7000-8000-000000000000`;
    for (const url of [uploadUrl, unknown, `${broker.url}/uploads/nothing`]) {
      const answer = await tus(
        'PATCH',
        url,
        { ...stranger.authorization, ...patchHeaders(0) },
        'x',
      );
      expect(answer).toMatchObject({ status: 404, code: 'TRANSFER_NOT_FOUND' });
    }
  });

  it('403 for those who see the transfer and are not its sender, and without the scope', async () => {
    const { uploadUrl } = await started();
    for (const client of [scene.recipient, scene.owner]) {
      const answer = await tus('HEAD', uploadUrl, client.authorization);
      expect(answer.status).toBe(403);
    }
    const reader = await clientOf(broker, PARTIES.sender, { scope: 'altinn:broker.read' });
    const refused = await tus('POST', uploadUrl, reader.authorization);
    expect(refused).toMatchObject({ status: 403, code: 'INSUFFICIENT_SCOPE' });
  });

  it('403 for bytes after the right to send was taken back; looking and giving up stay', async () => {
    const closed = `${scene.resourceId}-closed`;
    const input = { id: closed, openTo: ['RECEIVE' as const] };
    await scene.owner.run(ConfigureResource, { input });
    const access = { resourceId: closed, parties: [PARTIES.sender], actions: ['SEND' as const] };
    await scene.owner.run(GrantResourceAccess, { input: access });
    const { uploadUrl, authorization } = await started(10, { resourceId: closed });
    await scene.owner.run(RevokeResourceAccess, { input: access });
    const patch = await tus('PATCH', uploadUrl, { ...authorization, ...patchHeaders(0) }, 'hello');
    expect(patch).toMatchObject({ status: 403, code: 'NO_ACCESS_TO_RESOURCE' });
    expect(await tus('PUT', uploadUrl, authorization, 'hello')).toMatchObject({ status: 403 });
    expect(await tus('HEAD', uploadUrl, authorization)).toMatchObject({ status: 200 });
    expect(await tus('DELETE', uploadUrl, authorization)).toMatchObject({ status: 204 });
  });

  it('412 with Tus-Version for another version of tus', async () => {
    const { uploadUrl, authorization } = await started();
    const answer = await tus('HEAD', uploadUrl, { ...authorization, 'Tus-Resumable': '2.0.0' });
    expect(answer.status).toBe(412);
    expect(answer.headers.get('tus-version')).toBe('1.0.0');
  });

  it('405 with Allow for other methods; OPTIONS tells what tus can do here', async () => {
    const { uploadUrl, authorization } = await started();
    const get = await tus('GET', uploadUrl, authorization);
    expect(get).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
    expect(get.headers.get('allow')).toContain('PATCH');
    const options = await tus('OPTIONS', uploadUrl, {});
    expect(options.status).toBe(204);
    expect(options.headers.get('tus-extension')?.split(',')).toEqual([
      'creation',
      'creation-with-upload',
      'creation-defer-length',
      'checksum',
      'expiration',
      'termination',
    ]);
    expect(options.headers.get('tus-checksum-algorithm')).toBe('sha1,sha256,md5');
  });
});

describe('the sender at GraphQL', () => {
  it('sees where and how far its upload is, and nobody else does', async () => {
    const { id, uploadUrl, authorization } = await started();
    await tus('PATCH', uploadUrl, { ...authorization, ...patchHeaders(0) }, 'hello');
    const { transfer } = await scene.sender.run(GetTransfer, { id });
    expect(transfer?.upload).toMatchObject({ url: uploadUrl, offset: 5, length: 10 });
    for (const client of [scene.recipient, scene.owner]) {
      const seen = await client.run(GetTransfer, { id });
      expect(seen.transfer).toMatchObject({ id, upload: null });
    }
    const stranger = await clientOf(broker, PARTIES.stranger);
    expect(await stranger.run(GetTransfer, { id })).toEqual({ transfer: null });
  });

  it('sees it no more once the whole file was received', async () => {
    const { id } = await publish(scene);
    await untilStatus(broker, scene.sender, id, 'PUBLISHED');
    const { transfer } = await scene.sender.run(GetTransfer, { id });
    expect(transfer?.upload).toBeNull();
  });
});
