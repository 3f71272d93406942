import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publish, type Scene } from '../support/api.ts';
import { downloadsTold, openScene, requestFile } from './request-file.ts';

let scene: Scene & AsyncDisposable;
let content: Buffer;
let id: string;
let url: string;
let authorization: { readonly Authorization: string };
let etag: string;

beforeAll(async () => {
  scene = await openScene();
  const published = await publish(scene);
  ({ content, id, fileUrl: url } = published);
  ({ authorization } = scene.recipient);
  etag = `"${createHash('sha256').update(content).digest('hex')}"`;
});
afterAll(() => scene[Symbol.asyncDispose]());

const get = (headers: Record<string, string> = {}) =>
  requestFile(url, { ...authorization, ...headers });
const head = (headers: Record<string, string> = {}) =>
  requestFile(url, { ...authorization, ...headers }, 'HEAD');

/** What the headers of a whole file are, whatever its name is. */
const fileHeaders = () => ({
  'content-type': 'application/octet-stream',
  etag,
  'accept-ranges': 'bytes',
  'repr-digest': `sha-256=:${createHash('sha256').update(content).digest('base64')}:`,
  'content-disposition': `attachment; filename="report.pdf"; filename*=UTF-8''report.pdf`,
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'private, no-store, no-transform',
});

/** Headers of the connection, not of the file. */
function withoutConnection(headers: Record<string, unknown>): Record<string, unknown> {
  const { date: _date, connection: _connection, 'keep-alive': _keepAlive, ...others } = headers;
  return others;
}

describe('a whole file', () => {
  test('comes with these headers and no others', async () => {
    const { status, headers, body } = await get({ 'Accept-Encoding': 'gzip, deflate, br' });
    expect(status).toBe(200);
    expect(withoutConnection(headers)).toEqual({
      ...fileHeaders(),
      'content-length': String(content.length),
    });
    expect(body.equals(content)).toBe(true);
  });

  test('of no bytes is a file too', async () => {
    const empty = await publish(scene, Buffer.alloc(0));
    const { status, headers, body } = await requestFile(empty.fileUrl, authorization);
    expect([status, headers['content-length'], body.length]).toEqual([200, '0', 0]);
    const digest = createHash('sha256').digest('base64');
    expect(headers['repr-digest']).toBe(`sha-256=:${digest}:`);
    expect(await downloadsTold(scene.recipient, empty.id)).toBe(1);
  });

  test.each([
    ['plain.txt', 'plain.txt', 'plain.txt'],
    [
      'Årsrapport 2024 – ø.pdf',
      'Arsrapport 2024 _ _.pdf',
      '%C3%85rsrapport%202024%20%E2%80%93%20%C3%B8.pdf',
    ],
    ['報告書.xlsx', '___.xlsx', '%E5%A0%B1%E5%91%8A%E6%9B%B8.xlsx'],
    ['😀.png', '_.png', '%F0%9F%98%80.png'],
    ["it's 100% (final)!.doc", "it's 100_ (final)!.doc", 'it%27s%20100%25%20%28final%29!.doc'],
    ['a;b=c,d.txt', 'a;b=c,d.txt', 'a%3Bb%3Dc%2Cd.txt'],
    ['a"b:c<d>e|f?g*.txt', 'a_b_c_d_e_f_g_.txt', 'a%22b%3Ac%3Cd%3Ee%7Cf%3Fg%2A.txt'],
    // Compatibility forms fold to what they stand for: in ASCII they would lead out of a folder too.
    [
      '．．／．．／ｐａｓｓｗｄ',
      '.._.._passwd',
      '%EF%BC%8E%EF%BC%8E%EF%BC%8F%EF%BC%8E%EF%BC%8E%EF%BC%8F%EF%BD%90%EF%BD%81%EF%BD%93%EF%BD%93%EF%BD%97%EF%BD%84',
    ],
    [
      'ａ＂ｂ＼ｃ：ｄ＜ｅ＞ｆ｜ｇ？ｈ＊',
      'a_b_c_d_e_f_g_h_',
      '%EF%BD%81%EF%BC%82%EF%BD%82%EF%BC%BC%EF%BD%83%EF%BC%9A%EF%BD%84%EF%BC%9C%EF%BD%85%EF%BC%9E%EF%BD%86%EF%BD%9C%EF%BD%87%EF%BC%9F%EF%BD%88%EF%BC%8A',
    ],
    // A folder to who takes the ASCII name.
    ['．．', '_', '%EF%BC%8E%EF%BC%8E'],
    // Nothing but an accent: without it there would be no name at all.
    ['\u0301', '_', '%CC%81'],
  ])(
    'named %s is offered by that name, in ASCII and in UTF-8',
    async (fileName, ascii, encoded) => {
      const { fileUrl } = await publish(scene, Buffer.from('x'), { fileName });
      const { headers } = await requestFile(fileUrl, authorization);
      expect(headers['content-disposition']).toBe(
        `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`,
      );
    },
  );
});

describe('a range', () => {
  const size = 100_000;

  test.each([
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=99990-', 99_990, size],
    ['bytes=0-', 0, size],
    ['bytes=99999-99999', 99_999, size],
    ['bytes=99990-200000', 99_990, size],
    ['bytes=5-99999999999999999999999', 5, size],
    ['bytes=-10', 99_990, size],
    ['bytes=-100000', 0, size],
    ['bytes=-500000', 0, size],
    ['Bytes=1-2', 1, 3],
  ])('%s is answered by that part', async (range, start, end) => {
    const { status, headers, body } = await get({ Range: range });
    expect(status).toBe(206);
    expect(withoutConnection(headers)).toEqual({
      ...fileHeaders(),
      'content-length': String(end - start),
      'content-range': `bytes ${start}-${end - 1}/${size}`,
    });
    expect(body.equals(content.subarray(start, end))).toBe(true);
  });

  test.each([
    'bytes=',
    'bytes=-',
    'bytes=a-b',
    'bytes=0x0-0x5',
    'bytes=1.5-3',
    'bytes=--5',
    'bytes=+1-2',
    'bytes 0-1',
    'bytes=0 - 1',
    'bytes = 0-1',
    'items=0-1',
    '0-1',
    // It ends before it starts.
    'bytes=20-10',
    'bytes=9007199254740993-9007199254740992',
    // One of several.
    'bytes=0-1,3-4',
    'bytes=0-1, 3-4',
    'bytes=0-1,',
    'bytes=0-1,200000-',
  ])('%s is ignored', async (range) => {
    const { status, headers, body } = await get({ Range: range });
    expect([status, headers['content-range']]).toEqual([200, undefined]);
    expect(body.equals(content)).toBe(true);
  });

  test.each(['bytes=100000-', 'bytes=100000-100001', 'bytes=99999999999999999999-', 'bytes=-0'])(
    '%s is outside the file: 416 says how long it is',
    async (range) => {
      const { status, headers, code } = await get({ Range: range });
      expect([status, code]).toEqual([416, 'RANGE_NOT_SATISFIABLE']);
      expect(headers['content-range']).toBe(`bytes */${size}`);
      expect(headers['content-type']).toBe('application/problem+json');
    },
  );

  test.each(['bytes=0-', 'bytes=-1'])('%s is outside a file of no bytes', async (range) => {
    const { fileUrl } = await publish(scene, Buffer.alloc(0));
    const { status, headers } = await requestFile(fileUrl, { ...authorization, Range: range });
    expect([status, headers['content-range']]).toEqual([416, 'bytes */0']);
  });

  test('that is outside starts no download', async () => {
    const transfer = await publish(scene);
    const { status } = await requestFile(transfer.fileUrl, {
      ...authorization,
      Range: 'bytes=100000-',
    });
    expect(status).toBe(416);
    expect(await downloadsTold(scene.recipient, transfer.id)).toBe(0);
  });

  test('with If-Range of the tag is answered, also where it is one of a link', async () => {
    const { status, body } = await get({ Range: 'bytes=1-3', 'If-Range': etag });
    expect(status).toBe(206);
    expect(body.equals(content.subarray(1, 4))).toBe(true);
  });

  test.each([
    ['another tag', () => '"0000"'],
    ['the tag as a weak one', () => `W/${etag}`],
    ['the tag without its quotes', () => etag.slice(1, -1)],
    ['a date', () => new Date(Date.now() + 86_400_000).toUTCString()],
  ])('with If-Range of %s brings the whole file', async (_, ifRange) => {
    const { status, body } = await get({ Range: 'bytes=1-3', 'If-Range': ifRange() });
    expect(status).toBe(200);
    expect(body.equals(content)).toBe(true);
  });

  test('outside the file with If-Range of another tag brings the whole file', async () => {
    const { status } = await get({ Range: 'bytes=100000-', 'If-Range': '"0000"' });
    expect(status).toBe(200);
  });
});

describe('a condition', () => {
  test.each([
    ['the tag', () => etag],
    ['the tag as a weak one', () => `W/${etag}`],
    ['the tag among others', () => `"a", W/"b,c", ${etag}`],
    ['anything', () => '*'],
  ])('If-None-Match with %s is 304, without body and without event', async (_, ifNoneMatch) => {
    const transfer = await publish(scene, content);
    const { status, headers, body } = await requestFile(transfer.fileUrl, {
      ...authorization,
      'If-None-Match': ifNoneMatch(),
    });
    expect([status, body.length]).toEqual([304, 0]);
    expect(headers).toMatchObject({ etag, 'cache-control': 'private, no-store, no-transform' });
    expect(headers['content-length']).toBeUndefined();
    expect(await downloadsTold(scene.recipient, transfer.id)).toBe(0);
  });

  test.each(['"0000"', '""', 'W/"0000", "1"', 'nonsense'])(
    'If-None-Match with %s brings the file',
    async (ifNoneMatch) => {
      expect(await get({ 'If-None-Match': ifNoneMatch })).toMatchObject({ status: 200 });
    },
  );

  test('If-None-Match is looked at before a range', async () => {
    const { status } = await get({ 'If-None-Match': etag, Range: 'bytes=100000-' });
    expect(status).toBe(304);
  });

  test.each([
    ['another tag', () => '"0000"'],
    ['the tag as a weak one', () => `W/${etag}`],
    ['nonsense', () => 'nonsense'],
  ])('If-Match with %s is 412 and starts no download', async (_, ifMatch) => {
    const transfer = await publish(scene, content);
    const { status, code } = await requestFile(transfer.fileUrl, {
      ...authorization,
      'If-Match': ifMatch(),
    });
    expect([status, code]).toEqual([412, 'PRECONDITION_FAILED']);
    expect(await downloadsTold(scene.recipient, transfer.id)).toBe(0);
  });

  test.each([
    ['the tag', () => etag],
    ['the tag among others', () => `"0000",${etag}`],
    ['anything', () => '*'],
  ])('If-Match with %s brings the file', async (_, ifMatch) => {
    expect(await get({ 'If-Match': ifMatch() })).toMatchObject({ status: 200 });
  });

  test('If-Match decides before If-None-Match', async () => {
    expect(await get({ 'If-Match': '"0000"', 'If-None-Match': etag })).toMatchObject({
      status: 412,
    });
  });

  test('on a date is ignored: a file has none', async () => {
    const later = new Date(Date.now() + 86_400_000).toUTCString();
    expect(await get({ 'If-Modified-Since': later })).toMatchObject({ status: 200 });
    expect(await get({ 'If-Unmodified-Since': new Date(0).toUTCString() })).toMatchObject({
      status: 200,
    });
  });
});

describe('HEAD', () => {
  test('answers as GET would, without the bytes', async () => {
    const { status, headers, body } = await head();
    expect([status, body.length]).toEqual([200, 0]);
    expect(withoutConnection(headers)).toEqual({
      ...fileHeaders(),
      'content-length': String(content.length),
    });
  });

  test.each(['bytes=0-9', 'bytes=-5', 'bytes=100000-', 'bytes=9-1'])(
    'ignores the range %s',
    async (range) => {
      const { status, headers } = await head({ Range: range });
      expect([status, headers['content-length'], headers['content-range']]).toEqual([
        200,
        String(content.length),
        undefined,
      ]);
    },
  );

  test('obeys conditions', async () => {
    expect(await head({ 'If-None-Match': etag })).toMatchObject({ status: 304 });
    expect(await head({ 'If-Match': '"0000"' })).toMatchObject({ status: 412 });
  });

  test('starts no download', async () => {
    const transfer = await publish(scene);
    const { status } = await requestFile(transfer.fileUrl, authorization, 'HEAD');
    expect(status).toBe(200);
    expect(await downloadsTold(scene.recipient, transfer.id)).toBe(0);
  });
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])(
  '%s is not for files: 405 says what is',
  async (method) => {
    const { status, headers, code } = await requestFile(url, authorization, method);
    expect([status, code, headers.allow]).toEqual([405, 'METHOD_NOT_ALLOWED', 'GET, HEAD']);
  },
);

test('a file has one name: a slash at its end leads to it as well, anything behind it nowhere', async () => {
  expect(await requestFile(`${url}/`, authorization)).toMatchObject({ status: 200 });
  expect(await requestFile(`${url}/${id}`, authorization)).toMatchObject({
    status: 404,
    code: 'PATH_NOT_FOUND',
  });
});
