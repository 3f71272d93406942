import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter, getEventListeners, once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  ABORTED,
  createPoster,
  type PostAnswer,
  type PosterOptions,
} from '../../src/webhooks/post.ts';
import { createReach } from '../../src/webhooks/reach.ts';
import type { ResolveName } from '../../src/webhooks/resolve-name.ts';
import { parseWebhookAllow } from '../../src/webhooks/webhook-allow.ts';
import { freePort } from '../support/free-port.ts';

/** Of `hooks.example`, signed by its own key, from 2020 to 2120. It is trusted nowhere. */
const SELF_SIGNED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYi/2Z+jrpu1jbJVi
hEo99AWO/As88kBcLdRvk/7fe0yhRANCAAQSI9x+4bx6zfEQO0Nj6a95dFymkL2P
fs8tF1LHPQg5l1EfMj4QXU0qcMV+i+795RuS7Bl90P0aqKp19acBRmh4
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBXTCCAQKgAwIBAgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1ob29rcy5l
eGFtcGxlMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAYMRYwFAYD
VQQDDA1ob29rcy5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEiPc
fuG8es3xEDtDY+mveXRcppC9j37PLRdSxz0IOZdRHzI+EF1NKnDFfovu/eUbkuwZ
fdD9GqiqdfWnAUZoeKM7MDkwGAYDVR0RBBEwD4INaG9va3MuZXhhbXBsZTAdBgNV
HQ4EFgQUnZOyP4XTgsD1qymiRcbNlaKXV8cwCgYIKoZIzj0EAwIDSQAwRgIhAMwj
SeOqnibFaDwuOUssabPYZG4261tRydtxBF8YjkJkAiEA7Q0bdCsomuXr24JOSV6U
TBI4lWmipQPzDD1urq6+/vg=
-----END CERTIFICATE-----`,
};

interface PosterSetup extends Omit<PosterOptions, 'reach'> {
  readonly allow?: string;
  readonly resolve?: ResolveName;
}

/** Unless it is said otherwise it may reach loopback, where every name leads. */
function makePoster({
  allow = '127.0.0.0/8',
  resolve = async () => [{ address: '127.0.0.1', family: 4 }],
  ...options
}: PosterSetup = {}) {
  const parsed = parseWebhookAllow(allow);
  if (parsed === undefined) throw new Error(`WEBHOOK_ALLOW may not be ${allow}`);
  const reach = createReach(parsed, resolve);
  const poster = createPoster({ reach, ...options });
  onTestFinished(() => poster.close());
  const post = (url: string, signal?: AbortSignal): Promise<PostAnswer> =>
    poster.post({ url, headers: {}, body: '{}', ...(signal !== undefined && { signal }) });
  return { ...poster, reach, send: poster.post, post };
}

interface Endpoint {
  readonly port: number;
  readonly url: string;
  /** How many connections it has taken. */
  readonly taken: () => number;
  /** Settles when so many connections have closed. */
  readonly closed: (count?: number) => Promise<void>;
}

async function listen(server: Server): Promise<Endpoint> {
  const sockets = new Set<Socket>();
  const closing = new EventEmitter();
  let taken = 0;
  let closed = 0;
  server.on('connection', (socket) => {
    taken += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      closed += 1;
      closing.emit('close');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    taken: () => taken,
    closed: async (count = 1) => {
      while (closed < count) await once(closing, 'close');
    },
  };
}

const startEndpoint = (answer: RequestListener) => listen(createServer(answer));

/** One that says these bytes to whoever sends it something, whatever it is. */
function startTalker(say: (socket: Socket) => void): Promise<Endpoint> {
  return listen(createTcpServer((socket) => socket.once('data', () => say(socket))));
}

function endpointSaying(text: string): Promise<Endpoint> {
  return startTalker((socket) => socket.end(text));
}

const ANSWERED = { responseStatus: expect.any(Number), error: null };

function failedWith(error: string): PostAnswer {
  return {
    durationMs: expect.any(Number),
    responseStatus: null,
    responseExcerpt: null,
    retryAfterMs: null,
    error,
  };
}

describe('an endpoint that answers', () => {
  it('was sent what was to be sent', async () => {
    let seen: unknown;
    const endpoint = await startEndpoint(async (req, res) => {
      const body = Buffer.concat(await req.toArray()).toString();
      seen = { method: req.method, url: req.url, headers: req.headers, body };
      res.end('thanks');
    });
    const { send } = makePoster();
    const answer = await send({
      url: `${endpoint.url}a%20b?c=d`,
      headers: { 'content-type': 'application/json', 'webhook-id': 'x' },
      body: '{"ø":1}',
    });
    expect(answer).toEqual({
      durationMs: expect.any(Number),
      responseStatus: 200,
      responseExcerpt: 'thanks',
      retryAfterMs: null,
      error: null,
    });
    expect(Number.isInteger(answer.durationMs)).toBe(true);
    expect(seen).toEqual({
      method: 'POST',
      url: '/a%20b?c=d',
      headers: {
        host: `127.0.0.1:${endpoint.port}`,
        connection: 'keep-alive',
        'content-type': 'application/json',
        'content-length': '8',
        'webhook-id': 'x',
      },
      body: '{"ø":1}',
    });
  });

  it.each([201, 204, 299, 304, 400, 410, 429, 500, 503, 599])(
    'with %i has that status',
    async (status) => {
      const { url } = await startEndpoint((_, res) => res.writeHead(status).end());
      expect(await makePoster().post(url)).toMatchObject({ responseStatus: status, error: null });
    },
  );

  it.each([301, 302, 303, 307, 308])('with %i is not followed elsewhere', async (status) => {
    const elsewhere = await startEndpoint((_, res) => res.end());
    const { url } = await startEndpoint((_, res) =>
      res.writeHead(status, { location: elsewhere.url }).end(),
    );
    expect(await makePoster().post(url)).toMatchObject({ responseStatus: status, error: null });
    expect(elsewhere.taken()).toBe(0);
  });

  it('may say before that it is about to', async () => {
    const { url } = await startEndpoint((_, res) => {
      res.writeProcessing();
      res.writeEarlyHints({ link: '</x>; rel=preload' });
      res.writeHead(202).end('x');
    });
    expect(await makePoster().post(url)).toMatchObject({ responseStatus: 202, error: null });
  });

  it('is sent the next messages on the connections that it has', async () => {
    const endpoint = await startEndpoint((_, res) => res.end('x'));
    const { post } = makePoster();
    for (let sent = 0; sent < 10; sent += 1) {
      expect(await post(endpoint.url)).toMatchObject(ANSWERED);
    }
    // One is free again a moment after its answer was given out.
    expect(endpoint.taken()).toBeLessThanOrEqual(2);
  });

  it('does not say how long a connection is kept', async () => {
    const endpoint = await startEndpoint((_, res) =>
      res.writeHead(200, { 'keep-alive': 'timeout=600' }).end('x'),
    );
    const { post } = makePoster({ limits: { idleMs: 50 } });
    expect(await post(endpoint.url)).toMatchObject(ANSWERED);
    await endpoint.closed();
  });

  it('and takes its time does not hold up another message to it', async () => {
    const arrivals = new EventEmitter();
    let arrived = 0;
    const { url } = await startEndpoint((_, res) => {
      arrived += 1;
      arrivals.on('both', () => res.end());
      if (arrived === 2) arrivals.emit('both');
    });
    const { post } = makePoster();
    expect(await Promise.all([post(url), post(url)])).toMatchObject([ANSWERED, ANSWERED]);
  });
});

describe('of the body', () => {
  const cut = 'x'.repeat(1023);

  it.each<[string, Buffer, string | null]>([
    ['there may be nothing', Buffer.alloc(0), null],
    ['a short one is kept', Buffer.from('{"ok":true}\n'), '{"ok":true}\n'],
    ['the first KiB is kept', Buffer.from('x'.repeat(60_000)), 'x'.repeat(1024)],
    ['a KiB is kept', Buffer.from('x'.repeat(1024)), 'x'.repeat(1024)],
    ['a character is not cut', Buffer.from(`${cut}ø`), cut],
    [
      'a character that ends there is kept',
      Buffer.from(`x${'ø'.repeat(600)}`),
      `x${'ø'.repeat(511)}`,
    ],
    [
      'a character of two words is not cut',
      Buffer.from(`xx${'😀'.repeat(300)}`),
      `xx${'😀'.repeat(255)}`,
    ],
    ['a NUL is replaced', Buffer.from('a\0b'), 'a\uFFFDb'],
    ['what is no UTF-8 is replaced', Buffer.from([0x61, 0xff, 0x62, 0xc3]), 'a\uFFFDb\uFFFD'],
    ['a surrogate is replaced', Buffer.from([0xed, 0xa0, 0x80]), '\uFFFD\uFFFD\uFFFD'],
  ])('%s', async (_, body, excerpt) => {
    const { url } = await startEndpoint((_req, res) => res.end(body));
    const { responseExcerpt } = await makePoster().post(url);
    expect(responseExcerpt).toBe(excerpt);
  });

  it('what is packed stays so, and takes no memory', async () => {
    const packed = gzipSync(Buffer.alloc(1024 * 1024));
    const { url } = await startEndpoint((_, res) =>
      res.writeHead(200, { 'content-encoding': 'gzip' }).end(packed),
    );
    const { responseExcerpt } = await makePoster().post(url);
    expect(responseExcerpt?.startsWith('\u001f\uFFFD\b')).toBe(true);
  });

  it('what drips is read while there is time, and the status stands', async () => {
    const endpoint = await startEndpoint((_, res) => res.writeHead(200).write('drip'));
    const { post } = makePoster({ limits: { totalMs: 1000 } });
    expect(await post(endpoint.url)).toMatchObject({
      responseStatus: 200,
      responseExcerpt: 'drip',
      error: null,
    });
    await endpoint.closed();
  });

  it('what breaks off is kept, and the status stands', async () => {
    const { url } = await endpointSaying('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbeginn');
    expect(await makePoster().post(url)).toMatchObject({
      responseStatus: 200,
      responseExcerpt: 'beginn',
      error: null,
    });
  });

  it.each([
    ['without an end', {}],
    ['of a length that it tells', { 'content-length': 2 ** 40 }],
  ])('one %s is read to 64 KiB, and the connection closed', async (_, headers) => {
    let written = 0;
    const endpoint = await startEndpoint(async (_req, res) => {
      res.writeHead(200, headers);
      while (!res.destroyed) {
        res.write('x'.repeat(4096));
        written += 4096;
        // Both ends share one thread: the other one gets its turn.
        await setImmediate();
      }
    });
    const answer = await makePoster().post(endpoint.url);
    expect(answer).toMatchObject({ responseStatus: 200, responseExcerpt: 'x'.repeat(1024) });
    await endpoint.closed();
    expect(written).toBeGreaterThanOrEqual(64 * 1024);
    // Somewhat more is on its way meanwhile.
    expect(written).toBeLessThan(1024 * 1024);
  });
});

describe('how long the endpoint wishes to be left alone', () => {
  const NOW = Date.UTC(2025, 0, 1, 12, 0, 0);

  it.each<[string, number | null]>([
    ['120', 120_000],
    ['0', 0],
    ['Wed, 01 Jan 2025 12:01:30 GMT', 90_000],
    ['Wed, 01 Jan 2025 12:00:00 GMT', 0],
    ['Wed, 01 Jan 2025 11:59:59 GMT', null],
    ['Thu, 40 Jan 2025 12:00:00 GMT', null],
    ['-5', null],
    ['+5', null],
    ['1.5', null],
    ['1e3', null],
    ['soon', null],
    ['2025-01-01T12:01:30Z', null],
    ['', null],
    ['9'.repeat(400), null],
  ])('is %j: %s', async (value, retryAfterMs) => {
    const { url } = await startEndpoint((_, res) =>
      res.writeHead(503, { 'retry-after': value }).end(),
    );
    const { post } = makePoster({ clock: { now: () => NOW } });
    expect(await post(url)).toMatchObject({ responseStatus: 503, retryAfterMs });
  });
});

describe('it is told in a sentence', () => {
  it('that nobody answers', async () => {
    const endpoint = await startEndpoint(() => undefined);
    const { post } = makePoster({ limits: { totalMs: 100 } });
    expect(await post(endpoint.url)).toEqual(failedWith('No answer came within 0.1 s.'));
    await endpoint.closed();
  });

  it('that an answer never gets beyond its headers', async () => {
    const endpoint = await startTalker((socket) => socket.write('HTTP/1.1 200 OK\r\nx: y\r\n'));
    const { post } = makePoster({ limits: { totalMs: 100 } });
    expect(await post(endpoint.url)).toEqual(failedWith('No answer came within 0.1 s.'));
    await endpoint.closed();
  });

  it('that the connection was refused', async () => {
    const answer = await makePoster().post(`http://127.0.0.1:${await freePort()}/`);
    expect(answer).toEqual(failedWith('The connection was refused.'));
  });

  it('that it was refused at each address of a name', async () => {
    const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
    const { post } = makePoster({ resolve: async () => addresses });
    const answer = await post(`http://hooks.example:${await freePort()}/`);
    expect(answer).toEqual(failedWith('The connection was refused.'));
  });

  it('that no connection comes about', async () => {
    const { post } = makePoster({
      limits: { connectMs: 100 },
      resolve: () => new Promise(() => undefined),
    });
    const answer = await post('http://hooks.example/');
    expect(answer).toEqual(failedWith('No connection came about within 0.1 s.'));
  });

  it('that the name has no address', async () => {
    const { post } = makePoster({ resolve: async () => [] });
    const answer = await post('http://hooks.example/');
    expect(answer).toEqual(failedWith('The name has no address that may be reached.'));
  });

  it.each([
    'SSH-2.0-OpenSSH_9.6\r\n',
    '\0\0\0',
    'HTTP/2 200 OK\r\n\r\n',
    '{"ok":true}',
    'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n',
  ])('that the answer is none of HTTP: %j', async (text) => {
    const { url } = await endpointSaying(text);
    expect(await makePoster().post(url)).toEqual(failedWith('The answer is not HTTP/1.1.'));
  });

  it('that the headers are too large, of which no more is read', async () => {
    const endpoint = await startTalker((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const write = (): void => {
        while (!socket.destroyed && socket.write(`x: ${'y'.repeat(1000)}\r\n`));
      };
      socket.on('drain', write);
      write();
    });
    const answer = await makePoster().post(endpoint.url);
    expect(answer).toEqual(failedWith('The headers of the answer are too large.'));
    await endpoint.closed();
  });

  it.each([
    '',
    'HTTP/1.1 200 OK\r\nx: y',
    'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
  ])('that the connection broke: %j', async (text) => {
    const { url } = await endpointSaying(text);
    const answer = await makePoster().post(url);
    expect(answer).toEqual(failedWith('The connection broke before an answer came.'));
  });

  it('that the connection was reset', async () => {
    const { url } = await startTalker((socket) => socket.resetAndDestroy());
    const answer = await makePoster().post(url);
    expect(answer).toEqual(failedWith('The connection broke before an answer came.'));
  });

  it('that the certificate is self-signed, and nothing is sent', async () => {
    let requests = 0;
    const server = createTlsServer(SELF_SIGNED, (_, res) => {
      requests += 1;
      res.end();
    });
    const { port } = await listen(server);
    const answer = await makePoster().post(`https://hooks.example:${port}/`);
    expect(answer).toEqual(failedWith('The certificate is self-signed.'));
    expect(requests).toBe(0);
  });

  it('that there is no TLS', async () => {
    const { port } = await startEndpoint((_, res) => res.end());
    const answer = await makePoster().post(`https://hooks.example:${port}/`);
    expect(answer).toEqual(
      failedWith(expect.stringMatching(/^TLS could not be agreed upon \(\w+\)\.$/)),
    );
  });

  it.each(['nonsense', 'ftp://example.com/'])('that it cannot be asked: %s', async (url) => {
    const answer = await makePoster().post(url);
    expect(answer).toEqual(failedWith(expect.stringMatching(/^The request failed \(\w+\)\.$/)));
  });
});

describe('an address that may not be reached', () => {
  const NOT_REACHED = failedWith("The host's address may not be reached.");
  const NO_ADDRESS = failedWith('The name has no address that may be reached.');

  it.each(['127.0.0.1', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433'])(
    'is not reached where it is the host: %s',
    async (host) => {
      const { port, taken } = await startEndpoint((_, res) => res.end());
      const { post } = makePoster({ allow: '' });
      expect(await post(`http://${host}:${port}/`)).toEqual(NOT_REACHED);
      expect(await post(`https://${host}:${port}/`)).toEqual(NOT_REACHED);
      expect(taken()).toBe(0);
    },
  );

  it('is not reached by a name that led elsewhere when it was checked', async () => {
    const { port, taken } = await startEndpoint((_, res) => res.end());
    const answers = ['93.184.216.34', '127.0.0.1'];
    const { post, reach } = makePoster({
      allow: '',
      resolve: async () => [{ address: answers.shift() ?? '127.0.0.1', family: 4 }],
    });
    const url = `http://rebind.example:${port}/`;
    expect(await reach.checkUrl(url)).toEqual({ ok: true, value: url });
    expect(await post(url)).toEqual(NO_ADDRESS);
    expect(await post(url)).toEqual(NO_ADDRESS);
    expect(await post(url.replace('http:', 'https:'))).toEqual(NO_ADDRESS);
    expect(taken()).toBe(0);
  });

  it('is not tried beside one that may be', async () => {
    const { port, taken } = await startEndpoint((_, res) => res.end());
    const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
    const { post } = makePoster({ allow: '127.0.0.2', resolve: async () => addresses });
    expect(await post(`http://hooks.example:${port}/`)).toEqual(
      failedWith('The connection was refused.'),
    );
    expect(taken()).toBe(0);
  });

  it('is reached where the operator allows the name', async () => {
    const { port } = await startEndpoint((_, res) => res.end());
    const { post } = makePoster({ allow: 'hooks.example' });
    expect(await post(`http://hooks.example:${port}/`)).toMatchObject({ responseStatus: 200 });
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual(NOT_REACHED);
  });
});

describe('a signal', () => {
  it('ends it at once, and closes the connection', async () => {
    const abort = new AbortController();
    const endpoint = await startEndpoint(() => abort.abort());
    const answer = await makePoster().post(endpoint.url, abort.signal);
    expect(answer).toEqual(failedWith(ABORTED));
    await endpoint.closed();
  });

  it('ends it before there is a connection', async () => {
    const abort = new AbortController();
    const { post } = makePoster({
      resolve: () => {
        abort.abort();
        return new Promise(() => undefined);
      },
    });
    expect(await post('http://hooks.example/', abort.signal)).toEqual(failedWith(ABORTED));
  });

  it('that has come keeps it from being begun', async () => {
    const endpoint = await startEndpoint((_, res) => res.end());
    const { post } = makePoster();
    expect(await post(endpoint.url, AbortSignal.abort())).toEqual(failedWith(ABORTED));
    expect(endpoint.taken()).toBe(0);
  });

  it('does not take back a status that has come', async () => {
    const abort = new AbortController();
    const endpoint = await startEndpoint((_, res) => res.writeHead(200).write('begun'));
    const statusCame = new Promise<void>((resolve) => {
      const channel = 'undici:request:headers';
      const onHeaders = (): void => resolve();
      subscribe(channel, onHeaders);
      onTestFinished(() => void unsubscribe(channel, onHeaders));
    });
    const sent = makePoster().post(endpoint.url, abort.signal);
    await statusCame;
    await setImmediate();
    abort.abort();
    expect(await sent).toMatchObject({
      responseStatus: 200,
      responseExcerpt: 'begun',
      error: null,
    });
    await endpoint.closed();
  });

  it('is not listened to any longer than it has to be', async () => {
    const { signal } = new AbortController();
    const { url } = await startEndpoint((_, res) => res.end('x'));
    const { post } = makePoster();
    for (let sent = 0; sent < 20; sent += 1) await post(url, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('closing', () => {
  it('ends what runs, and lets nothing begin', async () => {
    const arrivals = new EventEmitter();
    const endpoint = await startEndpoint(() => arrivals.emit('request'));
    const { post, close } = makePoster();
    const arrived = once(arrivals, 'request');
    const sent = post(endpoint.url);
    await arrived;
    await close();
    expect(await sent).toEqual(failedWith(ABORTED));
    await endpoint.closed();
    expect(await post(endpoint.url)).toEqual(failedWith(ABORTED));
    expect(endpoint.taken()).toBe(1);
  });

  it('closes the connections that wait for another message', async () => {
    const endpoint = await startEndpoint((_, res) => res.end('x'));
    const { post, close } = makePoster();
    await post(endpoint.url);
    await close();
    await endpoint.closed();
  });

  it('may be done twice', async () => {
    const { close } = makePoster();
    await close();
    await close();
  });
});

it('many hosts leave no connection behind', async () => {
  const endpoint = await startEndpoint((_, res) => res.end('x'));
  const { post } = makePoster({ limits: { idleMs: 50 } });
  for (let host = 0; host < 100; host += 1) {
    const answer = await post(`http://h${host}.example:${endpoint.port}/`);
    expect(answer).toMatchObject({ responseStatus: 200 });
  }
  await endpoint.closed(100);
  expect(endpoint.taken()).toBe(100);
});
