import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { clientOf, initialize, openResource, publish } from './support/api.ts';
import { type BrokerProcess, makeDataDir, PARTIES, spawnBroker } from './support/broker.ts';
import { CHECKOUT } from './support/checkout.ts';
import { untilOffset } from './support/streams.ts';
import { patchHeaders, rawRequest, tus } from './support/uploads.ts';

const MEBIBYTE = 1024 * 1024;

/** A folder that goes when the test does. */
async function temporaryDataDir(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await makeDataDir();
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** Runs a broker that is expected to end at its start. */
async function failToStart(env: Record<string, string>) {
  const child = spawn(process.execPath, [join(CHECKOUT, 'dist', 'src', 'main.js')], {
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  const [stdout, stderr] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  if (child.exitCode === null) await once(child, 'exit');
  const lines = stderr.join('').trimEnd().split('\n');
  return { code: child.exitCode, lines, stdout: stdout.join('') };
}

/** Waits until the broker has logged a message. */
function untilLogged({ process: { stdout }, log }: BrokerProcess, message: string): Promise<void> {
  return new Promise((resolve) => {
    function check(): void {
      if (!log.some((line) => JSON.parse(line).msg === message)) return;
      stdout?.off('data', check);
      resolve();
    }
    stdout?.on('data', check);
    check();
  });
}

/** What becomes of a new connection. */
async function tryToConnect(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, 'connect');
    return 'accepted';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    socket.destroy();
  }
}

async function openSocket(url: string, text = ''): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
  return socket;
}

describe('a start', () => {
  test.each([
    ['DATA_DIR', '/dev/null'],
    ['STORAGE_URL', 'file:/dev/null/files'],
    ['DATABASE_URL', 'sqlite:/dev'],
  ])('with a %s that cannot be used says so in one line that names it', async (name, value) => {
    await using dataDir = await temporaryDataDir();
    const env = { DATA_DIR: dataDir.path, PORT: '0', [name]: value };
    const { code, lines } = await failToStart(env);
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringContaining(`${name} is "${value}"; it may be `)]);
  });

  test('with a PostgreSQL that is not there says so in one line, without the password', async () => {
    await using dataDir = await temporaryDataDir();
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    const url = `postgres://ferje:hunter2@127.0.0.1:${port}/ferje`;
    const env = { DATA_DIR: dataDir.path, PORT: '0', DATABASE_URL: url };
    const { code, lines } = await failToStart(env);
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/^DATABASE_URL is "postgres:.*"; it may be postgres:.*ECONNREFUSED/),
    ]);
    expect(lines.join()).not.toContain('hunter2');
  });

  test('on a port that is taken says so in one line', async () => {
    await using dataDir = await temporaryDataDir();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, lines } = await failToStart({ DATA_DIR: dataDir.path, PORT: String(port) });
    other.close();
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/^HOST with PORT is ".*"; it may be .*EADDRINUSE/),
    ]);
  });

  test('with wrong values ends with one line for each, and exit code 1', async () => {
    await using folder = await temporaryDataDir();
    const { code, lines, stdout } = await failToStart({
      DATA_DIR: join(folder.path, 'never-made'),
      PORT: '70000',
      LOG_LEVEL: 'loud',
      CORS_ORIGINS: 'app.example',
      DEV_ISSUER: 'maybe',
      TRUSTED_PROXIES: '10.0.0.0/99',
      DATABASE_URL: 'mysql://user:secret@db/ferje',
    });
    expect([code, stdout]).toEqual([1, '']);
    const named = lines.map((line) => line.slice(0, line.indexOf(' ')));
    expect(named.toSorted()).toEqual([
      'CORS_ORIGINS',
      'DATABASE_URL',
      'DEV_ISSUER',
      'LOG_LEVEL',
      'PORT',
      'TRUSTED_PROXIES',
    ]);
    for (const line of lines) expect(line).toMatch(/^[A-Z_]+ is ".+"; it may be .+$/);
    expect(lines.join()).not.toContain('secret');
  });

  test('on a port that is taken ends with one line, and exit code 1', async () => {
    await using folder = await temporaryDataDir();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, lines } = await failToStart({ DATA_DIR: folder.path, PORT: String(port) });
    taken.close();
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(String(port));
  });

  test('of two processes at once on a fresh folder leads to two brokers on one store', async () => {
    for (let round = 0; round < 3; round += 1) {
      await using folder = await temporaryDataDir();
      const [first, second] = await Promise.all([
        spawnBroker(folder.path),
        spawnBroker(folder.path),
      ]);
      await using _first = first;
      await using _second = second;
      expect(first.url).not.toBe(second.url);
      const scene = await openResource(first);
      const { id, content } = await publish({ ...scene, broker: second });
      const response = await fetch(`${first.url}/files/${id}`, {
        headers: scene.recipient.authorization,
      });
      expect(response.status).toBe(200);
      expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
      expect(await Promise.all([first.stop('SIGTERM'), second.stop('SIGTERM')])).toEqual([0, 0]);
    }
  });

  test('tells in its log, line by line in JSON, where it listens', async () => {
    await using folder = await temporaryDataDir();
    await using broker = await spawnBroker(folder.path);
    expect(broker.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${broker.url}/health/ready`)).status).toBe(200);
    const entries = broker.log.map((line) => JSON.parse(line));
    expect(entries).toContainEqual(
      expect.objectContaining({ msg: 'listening', url: broker.url, level: 30 }),
    );
  });

  test('behind a proxy tells the URL that clients use', async () => {
    await using folder = await temporaryDataDir();
    const env = { PUBLIC_URL: 'https://ferje.example/broker/', DEV_ISSUER: 'on' };
    await using broker = await spawnBroker(folder.path, { env });
    expect(broker.url).toBe('https://ferje.example/broker');
  });
});

describe('a stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('by %s ends with exit code 0', async (signal) => {
    await using folder = await temporaryDataDir();
    await using broker = await spawnBroker(folder.path);
    await openResource(broker);
    expect(await broker.stop(signal)).toBe(0);
    expect(broker.log.map((line) => JSON.parse(line).msg)).toEqual([
      'recovered',
      'listening',
      'stopping',
      'stopped',
    ]);
    expect(await tryToConnect(broker.url)).toBe('ECONNREFUSED');
  });

  test('ends though the reader of its log has gone', async () => {
    await using folder = await temporaryDataDir();
    await using broker = await spawnBroker(folder.path);
    broker.process.stdout?.destroy();
    expect(await broker.stop('SIGTERM')).toBe(0);
  });

  test('lets a running download end, and accepts no new connection meanwhile', async () => {
    await using folder = await temporaryDataDir();
    await using broker = await spawnBroker(folder.path);
    const scene = await openResource(broker);
    const { fileUrl, content } = await publish(scene, randomBytes(64 * MEBIBYTE));
    const sent = request(fileUrl, { headers: scene.recipient.authorization }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const digest = createHash('sha256');
    let received = 0;
    let stopped: Promise<number | null> | undefined;
    for await (const chunk of response) {
      digest.update(chunk);
      received += chunk.length;
      if (stopped === undefined) {
        stopped = broker.stop('SIGTERM');
        await untilLogged(broker, 'stopping');
        await expect.poll(() => tryToConnect(broker.url)).toBe('ECONNREFUSED');
      }
      // A reader that takes about two seconds for all of it.
      if (Math.floor(received / MEBIBYTE) > Math.floor((received - chunk.length) / MEBIBYTE)) {
        await pause(30);
      }
    }
    expect(response.complete).toBe(true);
    expect(digest.digest('hex')).toBe(createHash('sha256').update(content).digest('hex'));
    expect(await stopped).toBe(0);
  });

  test('lets the end of a download go out that is on its way already', async () => {
    await using folder = await temporaryDataDir();
    await using broker = await spawnBroker(folder.path);
    const scene = await openResource(broker);
    const { fileUrl, content } = await publish(scene, randomBytes(16 * MEBIBYTE));
    // Readers that have stopped at different places: of some all that is left waits in the broker to be sent.
    const readers = await Promise.all(
      Array.from({ length: 24 }, async (_, half) => {
        const headers = scene.recipient.authorization;
        const sent = request(fileUrl, { headers, agent: false }).end();
        const [response] = (await once(sent, 'response')) as [IncomingMessage];
        const chunks: Buffer[] = [];
        let left = content.length;
        while (left > (half * MEBIBYTE) / 2 + 1) {
          const chunk: Buffer | null = response.read();
          if (chunk === null) await once(response, 'readable');
          else left -= chunk.length;
          if (chunk !== null) chunks.push(chunk);
        }
        return { response, chunks };
      }),
    );
    const stopped = broker.stop('SIGTERM');
    await untilLogged(broker, 'stopping');
    await expect.poll(() => tryToConnect(broker.url)).toBe('ECONNREFUSED');
    for (const { response, chunks } of readers) {
      for await (const chunk of response) chunks.push(chunk);
      expect(response.complete).toBe(true);
      expect(Buffer.concat(chunks).equals(content)).toBe(true);
    }
    expect(await stopped).toBe(0);
  });

  test('cuts a download that takes longer than ten seconds, also where a stream does not say goodbye', async () => {
    await using folder = await temporaryDataDir();
    await using broker = await spawnBroker(folder.path);
    const scene = await openResource(broker);
    const { fileUrl } = await publish(scene, Buffer.alloc(64 * MEBIBYTE, 'x'));
    const sent = request(fileUrl, { headers: scene.recipient.authorization }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    // A WebSocket whose client never answers.
    const silent = await openSocket(
      broker.url,
      'GET /graphql HTTP/1.1\r\nHost: broker\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
        'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
    );
    await once(silent, 'data');
    const begun = Date.now();
    expect(await broker.stop('SIGTERM')).toBe(0);
    const took = Date.now() - begun;
    expect(took).toBeGreaterThan(9_500);
    expect(took).toBeLessThan(13_000);
    await expect(response.toArray()).rejects.toMatchObject({ code: 'ECONNRESET' });
    silent.destroy();
  });

  test('keeps an upload that it cuts, to be resumed by the next broker', async () => {
    await using folder = await temporaryDataDir();
    const content = randomBytes(8 * MEBIBYTE);
    const acknowledged = MEBIBYTE;
    const arrived = 4 * MEBIBYTE;

    const first = await spawnBroker(folder.path);
    await using _first = first;
    const scene = await openResource(first);
    const { authorization } = scene.sender;
    const { id, uploadUrl } = await initialize(scene);
    await tus('POST', uploadUrl, { ...authorization, 'Upload-Length': String(content.length) });
    const patched = await tus(
      'PATCH',
      uploadUrl,
      { ...authorization, ...patchHeaders(0) },
      content.subarray(0, acknowledged),
    );
    expect([patched.status, patched.offset]).toEqual([204, acknowledged]);
    using running = await rawRequest('PATCH', uploadUrl, {
      ...authorization,
      ...patchHeaders(acknowledged),
      'Content-Length': String(content.length - acknowledged),
    });
    await running.write(content.subarray(acknowledged, arrived));
    await untilOffset(first, scene.sender, id, arrived);
    expect(await first.stop('SIGTERM')).toBe(0);
    const answer = await running.answer;
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toMatch(new RegExp(`^Upload-Offset: ${arrived}\\r?$`, 'm'));

    await using second = await spawnBroker(folder.path);
    const resumed = `${second.url}/uploads/${id}`;
    const head = await tus('HEAD', resumed, authorization);
    expect([head.status, head.offset]).toEqual([200, arrived]);
    const rest = await tus(
      'PATCH',
      resumed,
      { ...authorization, ...patchHeaders(arrived) },
      content.subarray(arrived),
    );
    expect([rest.status, rest.offset]).toEqual([204, content.length]);
    const response = await fetch(`${second.url}/files/${id}`, {
      headers: scene.recipient.authorization,
    });
    expect(response.headers.get('etag')).toBe(
      `"${createHash('sha256').update(content).digest('hex')}"`,
    );
    expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
    expect(await second.stop('SIGTERM')).toBe(0);
  });

  test('closes a WebSocket with 1012, so that its client comes back', async () => {
    await using folder = await temporaryDataDir();
    await using broker = await spawnBroker(folder.path);
    const { token } = await clientOf(broker, PARTIES.recipient);
    const socket = new WebSocket(`${broker.url.replace('http', 'ws')}/graphql`, [
      'graphql-transport-ws',
    ]);
    await once(socket, 'open');
    const payload = { authorization: `Bearer ${token}` };
    socket.send(JSON.stringify({ type: 'connection_init', payload }));
    const [ack] = await once(socket, 'message');
    expect(JSON.parse(String(ack)).type).toBe('connection_ack');
    const query = 'subscription { events { cursor } }';
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } }));
    const closed = once(socket, 'close');
    expect(await broker.stop('SIGTERM')).toBe(0);
    expect((await closed)[0]).toBe(1012);
  });

  test('ends a stream of events with a last result that says why', async () => {
    await using folder = await temporaryDataDir();
    await using broker = await spawnBroker(folder.path);
    const { authorization } = await clientOf(broker, PARTIES.recipient);
    const query = encodeURIComponent('subscription { events { cursor } }');
    const sent = request(`${broker.url}/graphql?query=${query}`, {
      headers: { ...authorization, Accept: 'text/event-stream' },
    }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const stopped = broker.stop('SIGTERM');
    const text = Buffer.concat(await response.toArray()).toString();
    const [last, complete, nothing] = text.split('\n\n').slice(-3);
    const [event, data = ''] = last?.split('\n') ?? [];
    expect(event).toBe('event: next');
    expect(JSON.parse(data.replace('data: ', ''))).toMatchObject({
      errors: [{ extensions: { code: 'SHUTTING_DOWN' } }],
    });
    expect([complete, nothing]).toEqual(['event: complete\ndata:', '']);
    expect(response.complete).toBe(true);
    expect(await stopped).toBe(0);
  });

  test.each([
    ['has sent nothing', ''],
    ['has sent half of a request', 'GET /health/live HTTP/1.1\r\nHost: bro'],
    ['waits for a next request', 'GET /health/live HTTP/1.1\r\nHost: broker\r\n\r\n'],
    [
      'asked for a WebSocket where there is none',
      'GET /nowhere HTTP/1.1\r\nHost: broker\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
    [
      'asked for a protocol that is not spoken',
      'GET /graphql HTTP/1.1\r\nHost: broker\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n',
    ],
  ])('does not wait for a connection that %s', async (_, text) => {
    await using folder = await temporaryDataDir();
    await using broker = await spawnBroker(folder.path);
    const socket = await openSocket(broker.url, text);
    // It is accepted, and what it sent is read, before a later request is answered.
    if (text.endsWith('\r\n\r\n')) await once(socket, 'data');
    await fetch(`${broker.url}/health/live`);
    const begun = Date.now();
    expect(await broker.stop('SIGTERM')).toBe(0);
    expect(Date.now() - begun).toBeLessThan(5_000);
    socket.destroy();
  });
});

test('connections that break off while they ask for another protocol do no harm', async () => {
  await using folder = await temporaryDataDir();
  await using broker = await spawnBroker(folder.path);
  for (const path of ['/nowhere', '/graphql']) {
    for (let round = 0; round < 20; round += 1) {
      const socket = await openSocket(
        broker.url,
        `GET ${path} HTTP/1.1\r\nHost: broker\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      );
      socket.resetAndDestroy();
      await once(socket, 'close');
    }
  }
  expect((await fetch(`${broker.url}/health/live`)).status).toBe(200);
  expect(await broker.stop('SIGTERM')).toBe(0);
});
