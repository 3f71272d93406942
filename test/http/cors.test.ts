import { once } from 'node:events';
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { initialize, openResource, publish } from '../support/api.ts';
import { startTestBroker } from '../support/broker.ts';

const APP = 'https://app.example';
const OTHER_APP = 'https://other.example:8443';
const STRANGER = 'https://stranger.example';
const ID = '00000000-0000-7000-8000-000000000000';

const TUS = [
  'Tus-Checksum-Algorithm',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Resumable',
  'Tus-Version',
  'Upload-Checksum',
  'Upload-Concat',
  'Upload-Defer-Length',
  'Upload-Expires',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
];

/** What the contract lets browsers send. */
const ALLOWED = [
  ...TUS,
  'Authorization',
  'Content-Type',
  'Range',
  'If-Range',
  'If-None-Match',
  'Last-Event-ID',
  'X-HTTP-Method-Override',
];

/** What it lets them read. */
const EXPOSED = [
  ...TUS,
  'Location',
  'ETag',
  'Content-Range',
  'Accept-Ranges',
  'Content-Length',
  'Content-Disposition',
  'Repr-Digest',
  'Retry-After',
];

interface CorsAnswer {
  readonly status: number;
  readonly allowOrigin: string | undefined;
  readonly allowMethods: readonly string[];
  /** In lower case. */
  readonly allowHeaders: readonly string[];
  /** In lower case. */
  readonly exposeHeaders: readonly string[];
  readonly vary: readonly string[];
  readonly names: readonly string[];
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** One request as a browser sends it. */
async function send(
  method: string,
  url: string,
  headers: Record<string, string>,
  body?: string,
): Promise<CorsAnswer> {
  const sent = request(url, { method, headers, agent: false }).end(body);
  const [response] = await once(sent, 'response');
  const list = (name: string): string[] =>
    String(response.headers[name] ?? '')
      .split(',')
      .map((value) => value.trim())
      .filter((value) => value !== '');
  const lower = (values: string[]) => values.map((value) => value.toLowerCase());
  return {
    status: response.statusCode,
    allowOrigin: response.headers['access-control-allow-origin'],
    allowMethods: list('access-control-allow-methods'),
    allowHeaders: lower(list('access-control-allow-headers')),
    exposeHeaders: lower(list('access-control-expose-headers')),
    vary: lower(list('vary')),
    names: Object.keys(response.headers),
    headers: response.headers,
    body: Buffer.concat(await response.toArray()).toString(),
  };
}

/** The request that a browser sends ahead of one that is not simple: never with a token. */
function preflight(
  url: string,
  { origin = APP, method = 'PATCH', headers = 'authorization' } = {},
): Promise<CorsAnswer> {
  return send('OPTIONS', url, {
    Origin: origin,
    'Access-Control-Request-Method': method,
    'Access-Control-Request-Headers': headers,
  });
}

const lowerCase = (names: readonly string[]) => names.map((name) => name.toLowerCase());

function expectNoCors({ names }: CorsAnswer): void {
  expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([]);
}

describe('a preflight of an allowed origin', () => {
  test.each([
    ['/graphql', 'POST', 'authorization,content-type'],
    ['/graphql', 'GET', 'authorization,last-event-id'],
    [`/uploads/${ID}`, 'POST', 'authorization,tus-resumable,upload-length,upload-metadata'],
    [
      `/uploads/${ID}`,
      'PATCH',
      'authorization,content-type,tus-resumable,upload-offset,upload-checksum',
    ],
    [`/uploads/${ID}`, 'HEAD', 'authorization,tus-resumable'],
    [`/uploads/${ID}`, 'DELETE', 'authorization,tus-resumable'],
    [`/uploads/${ID}`, 'PUT', 'authorization,content-type'],
    [`/files/${ID}`, 'GET', 'authorization,range,if-range,if-none-match'],
    [`/files/${ID}`, 'HEAD', 'authorization'],
    ['/exports/any', 'GET', 'range'],
    ['/health/ready', 'GET', 'authorization'],
    ['/metrics', 'GET', 'authorization'],
    ['/', 'GET', 'authorization'],
  ])('for %s is answered without a token: %s with %s', async (path, method, headers) => {
    await using broker = await startTestBroker({ env: { CORS_ORIGINS: APP } });
    const answer = await preflight(`${broker.url}${path}`, { method, headers });
    expect([answer.status, answer.body]).toEqual([204, '']);
    expect(answer.allowOrigin).toBe(APP);
    expect(answer.allowMethods).toContain(method);
    expect(answer.allowHeaders).toEqual(expect.arrayContaining(headers.split(',')));
    expect(answer.vary).toContain('origin');
    expect(answer.names).not.toContain('access-control-allow-credentials');
  });

  test('lets all headers of the contract be sent', async () => {
    await using broker = await startTestBroker({ env: { CORS_ORIGINS: APP } });
    const { allowHeaders } = await preflight(`${broker.url}/uploads/${ID}`);
    expect(allowHeaders).toEqual(expect.arrayContaining(lowerCase(ALLOWED)));
    // A star would leave Authorization out.
    expect(allowHeaders).not.toContain('*');
  });
});

describe('an actual answer to an allowed origin', () => {
  test('lets all headers of the contract be read, on each path', async () => {
    await using broker = await startTestBroker({ env: { CORS_ORIGINS: `${APP}, ${OTHER_APP}` } });
    const scene = await openResource(broker);
    const { uploadUrl, fileUrl } = await publish(scene);
    const { authorization } = scene.recipient;
    const json = { 'Content-Type': 'application/json' };
    const query = JSON.stringify({ query: '{ viewer { scopes } }' });
    const tus = { ...scene.sender.authorization, 'Tus-Resumable': '1.0.0' };
    const origin = { Origin: OTHER_APP };
    const answers = [
      await send('POST', `${broker.url}/graphql`, { ...authorization, ...json, ...origin }, query),
      await send('HEAD', uploadUrl, { ...tus, ...origin }),
      await send('OPTIONS', uploadUrl, origin),
      await send('GET', fileUrl, { ...authorization, ...origin }),
      await send('GET', fileUrl, { ...authorization, ...origin, Range: 'bytes=0-1' }),
      await send('GET', fileUrl, { ...authorization, ...origin, 'If-None-Match': '*' }),
      await send('GET', `${broker.url}/health/live`, origin),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 204, 200, 206, 304, 200]);
    for (const answer of answers) {
      expect(answer.allowOrigin).toBe(OTHER_APP);
      expect(answer.exposeHeaders).toEqual(expect.arrayContaining(lowerCase(EXPOSED)));
      expect(answer.vary).toContain('origin');
      expect(answer.names).not.toContain('access-control-allow-credentials');
    }
  });

  test('is readable also where it is a refusal', async () => {
    await using broker = await startTestBroker({ env: { CORS_ORIGINS: APP } });
    const scene = await openResource(broker);
    const { uploadUrl, fileUrl, id } = await initialize(scene);
    const tus = { ...scene.sender.authorization, 'Tus-Resumable': '1.0.0' };
    const bytes = { 'Content-Type': 'application/offset+octet-stream' };
    const origin = { Origin: APP };
    await send('POST', uploadUrl, { ...tus, 'Upload-Length': '10' });
    await send('PATCH', uploadUrl, { ...tus, ...bytes, 'Upload-Offset': '0' }, 'abc');
    const conflict = await send(
      'PATCH',
      uploadUrl,
      { ...tus, ...bytes, ...origin, 'Upload-Offset': '7' },
      'abc',
    );
    expect(conflict.headers['upload-offset']).toBe('3');
    const { authorization } = scene.recipient;
    const answers = [
      conflict,
      await send('PATCH', uploadUrl, { ...bytes, ...origin, 'Upload-Offset': '3' }, 'abc'),
      await send('POST', uploadUrl, { ...tus, ...origin, 'Upload-Length': '10' }),
      await send('HEAD', uploadUrl.replace(id, ID), { ...tus, ...origin }),
      await send('GET', fileUrl, origin),
      await send('GET', fileUrl, { ...authorization, ...origin }),
      await send('POST', fileUrl, origin, 'x'),
      await send('GET', `${broker.url}/nowhere`, origin),
      await send(
        'POST',
        `${broker.url}/graphql`,
        { ...origin, 'Content-Type': 'application/json' },
        JSON.stringify({ query: '{ viewer { scopes } }' }),
      ),
      await send('POST', `${broker.url}/graphql`, { ...origin, 'Content-Type': 'text/plain' }, 'x'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([
      409, 401, 409, 404, 401, 409, 405, 404, 401, 415,
    ]);
    for (const answer of answers) {
      expect(answer.allowOrigin).toBe(APP);
      expect(answer.exposeHeaders).toEqual(expect.arrayContaining(lowerCase(EXPOSED)));
      expect(answer.vary).toContain('origin');
    }
  });

  test('is readable where it is a stream of events', async () => {
    await using broker = await startTestBroker({ env: { CORS_ORIGINS: APP } });
    const { recipient } = await openResource(broker);
    const sent = request(
      `${broker.url}/graphql?query=${encodeURIComponent('subscription { events { cursor } }')}`,
      {
        headers: { ...recipient.authorization, Origin: APP, Accept: 'text/event-stream' },
        agent: false,
      },
    ).end();
    const [{ statusCode, headers }] = await once(sent, 'response');
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'access-control-allow-origin': APP,
    });
    expect(String(headers.vary).toLowerCase()).toContain('origin');
    sent.destroy();
  });

  test('where everybody may call says so', async () => {
    await using broker = await startTestBroker({ env: { CORS_ORIGINS: '*' } });
    const asked = await preflight(`${broker.url}/files/${ID}`, { origin: STRANGER, method: 'GET' });
    expect([asked.status, asked.allowOrigin]).toEqual([204, '*']);
    expect(asked.allowHeaders).toContain('authorization');
    const answer = await send('GET', `${broker.url}/files/${ID}`, { Origin: STRANGER });
    expect([answer.status, answer.allowOrigin]).toEqual([401, '*']);
    expect(answer.names).not.toContain('access-control-allow-credentials');
  });
});

describe('an origin that is not allowed', () => {
  test.each([
    STRANGER,
    'http://app.example',
    'https://app.example:8443',
    'https://app.example.evil.example',
    'https://evil-app.example',
    'null',
  ])('such as %s gets nothing', async (origin) => {
    await using broker = await startTestBroker({ env: { CORS_ORIGINS: APP } });
    const asked = await preflight(`${broker.url}/graphql`, { origin, method: 'POST' });
    expectNoCors(asked);
    expect(asked.vary).toContain('origin');
    const answer = await send('GET', `${broker.url}/health/live`, { Origin: origin });
    expect(answer.status).toBe(200);
    expectNoCors(answer);
    // A cache must not give this answer to an origin that is allowed.
    expect(answer.vary).toContain('origin');
  });

  test('is every one without CORS_ORIGINS', async () => {
    await using broker = await startTestBroker();
    for (const path of ['/graphql', `/uploads/${ID}`, `/files/${ID}`]) {
      expectNoCors(await preflight(`${broker.url}${path}`));
    }
    expectNoCors(await send('GET', `${broker.url}/health/live`, { Origin: APP }));
  });
});

test('a request without an origin is told that answers differ by it', async () => {
  await using broker = await startTestBroker({ env: { CORS_ORIGINS: APP } });
  const answer = await send('GET', `${broker.url}/health/live`, {});
  expectNoCors(answer);
  expect(answer.vary).toContain('origin');
});
