import { once } from 'node:events';
import { request } from 'node:http';
import { type Client, createClient } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { SECRET } from './made-up-schema.ts';
import { openRawSocket, type RawSocket } from './raw-socket.ts';
import { startTransport, type Transport } from './transport.ts';

const EVENTS = 'subscription { events { cursor node } }';

function openClient({ wsUrl, authorization }: Transport): Client {
  return createClient({
    url: wsUrl,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    retryAttempts: 0,
  });
}

/** Opens a connection that has been accepted. */
async function openAccepted(server: Transport): Promise<RawSocket> {
  const raw = await openRawSocket(server);
  expect(await raw.init(server.authorization)).toEqual({ type: 'connection_ack' });
  return raw;
}

describe('operations', () => {
  test('a stock client gets queries, mutations and subscriptions', async () => {
    await using server = await startTransport();
    const client = openClient(server);
    server.feed.push({ cursor: 'a', node: '1' }, { cursor: 'b', node: '2' });
    server.feed.end();
    const got: unknown[] = [];
    for (const query of ['{ who }', 'mutation { touch }', EVENTS]) {
      for await (const { data } of client.iterate({ query })) got.push(data);
    }
    expect(got).toEqual([
      { who: '0192:991825827' },
      { touch: '0192:991825827' },
      { events: { cursor: 'a', node: '1' } },
      { events: { cursor: 'b', node: '2' } },
    ]);
    await client.dispose();
  });

  test('each one has a request id of its own', async () => {
    await using server = await startTransport();
    const client = openClient(server);
    const ids = new Set<unknown>();
    for (let i = 0; i < 3; i += 1)
      for await (const { data } of client.iterate({ query: '{ request }' })) ids.add(data?.request);
    expect(ids.size).toBe(3);
    await client.dispose();
  });

  test.each([
    ['syntax', '{ who'],
    ['an unknown field', '{ nobody }'],
    ['an operation that is not there', 'query A { who }', 'B'],
  ])('%s is an error of the operation, with its code', async (_, query, operationName?) => {
    await using server = await startTransport();
    const raw = await openAccepted(server);
    raw.send({ id: '1', type: 'subscribe', payload: { query, operationName } });
    expect(await raw.next()).toMatchObject({
      id: '1',
      type: 'error',
      payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  test('a refused variable is told with its path', async () => {
    await using server = await startTransport();
    const raw = await openAccepted(server);
    const query = 'query ($thing: Thing) { echo(thing: $thing) }';
    const variables = { thing: { name: 'x', sizes: ['y'] } };
    raw.send({ id: '1', type: 'subscribe', payload: { query, variables } });
    expect(await raw.next()).toMatchObject({
      payload: {
        errors: [{ extensions: { code: 'BAD_USER_INPUT', path: ['thing', 'sizes', 0] } }],
      },
    });
  });

  test('the unexpected is masked and logged', async () => {
    await using server = await startTransport();
    const raw = await openAccepted(server);
    raw.send({ id: '1', type: 'subscribe', payload: { query: '{ secret }' } });
    raw.send({ id: '2', type: 'subscribe', payload: { query: 'subscription { breaks }' } });
    const messages = [];
    while (messages.filter(({ type }) => type === 'complete').length < 2)
      messages.push(await raw.next());
    const text = JSON.stringify(messages);
    expect(text.match(/INTERNAL_ERROR/g)).toHaveLength(2);
    expect(text).not.toContain(SECRET);
    expect(JSON.stringify(server.log)).toContain(SECRET);
  });

  test('a client that completes a stream ends its source at once', async () => {
    await using server = await startTransport();
    const raw = await openAccepted(server);
    raw.send({ id: '1', type: 'subscribe', payload: { query: EVENTS } });
    await server.feed.followed;
    raw.send({ id: '1', type: 'complete' });
    await server.feed.left;
  });

  test('a client that leaves ends the source at once', async () => {
    await using server = await startTransport();
    const raw = await openAccepted(server);
    raw.send({ id: '1', type: 'subscribe', payload: { query: EVENTS } });
    await server.feed.followed;
    raw.socket.terminate();
    await server.feed.left;
  });

  test('one more than a connection may run is refused, and the others go on', async () => {
    await using server = await startTransport({ limits: { operationsPerSocket: 1 } });
    const raw = await openAccepted(server);
    for (const id of ['1', '2']) raw.send({ id, type: 'subscribe', payload: { query: EVENTS } });
    expect(await raw.next()).toMatchObject({
      id: '2',
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED' } }],
    });
    server.feed.push({ cursor: 'a', node: '1' });
    expect(await raw.next()).toMatchObject({ id: '1', type: 'next' });
  });
});

describe('tokens', () => {
  test.each([
    ['missing', undefined],
    ['wrong', 'Bearer nonsense'],
    ['of another form', 42],
  ])('a token that is %s closes with 4403', async (_, authorization) => {
    await using server = await startTransport();
    const raw = await openRawSocket(server);
    raw.send({ type: 'connection_init', payload: { authorization } });
    expect((await raw.closed).code).toBe(4403);
  });

  test('no payload at all closes with 4403', async () => {
    await using server = await startTransport();
    const raw = await openRawSocket(server);
    raw.send({ type: 'connection_init' });
    expect((await raw.closed).code).toBe(4403);
  });

  test('a token that has expired closes with 4403 and says so', async () => {
    await using server = await startTransport();
    const raw = await openRawSocket(server);
    const expired = await server.token({ exp: server.clock.time / 1000 - 31 });
    raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${expired}` } });
    expect(await raw.closed).toEqual({ code: 4403, reason: 'The access token has expired.' });
  });

  test('keys out of reach close with 1013, and a stock client tries again until they come', async () => {
    await using server = await startTransport();
    server.issuer.answer(500, '');
    const closed: unknown[] = [];
    const client = createClient({
      url: server.wsUrl,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: server.authorization },
      async retryWait() {
        server.publishKeys();
        // The broker does not ask a failing issuer all the time.
        server.clock.time += 30_000;
      },
      on: { closed: (event) => closed.push((event as CloseEvent).code) },
    });
    for await (const { data } of client.iterate({ query: '{ who }' }))
      expect(data).toEqual({ who: '0192:991825827' });
    expect(closed[0]).toBe(1013);
    await client.dispose();
  });

  test('the end of an old connection is the end of its token', async () => {
    await using server = await startTransport({ limits: { tokenGraceMs: 20 } });
    const raw = await openRawSocket(server);
    await raw.init(`Bearer ${await server.token({ exp: server.clock.time / 1000 + 0.05 })}`);
    raw.send({ id: '1', type: 'subscribe', payload: { query: EVENTS } });
    await server.feed.followed;
    server.clock.time += 50;
    expect(await raw.closed).toEqual({ code: 4403, reason: 'The access token has expired.' });
    await server.feed.left;
  });

  test('a young connection outlives its token for reading, not for doing', async () => {
    await using server = await startTransport();
    const raw = await openRawSocket(server);
    await raw.init(`Bearer ${await server.token({ exp: server.clock.time / 1000 - 20 })}`);
    raw.send({ id: '1', type: 'subscribe', payload: { query: '{ who }' } });
    expect(await raw.next()).toMatchObject({ payload: { data: { who: '0192:991825827' } } });
    expect(await raw.next()).toMatchObject({ id: '1', type: 'complete' });
    server.clock.time += 11_000;
    raw.send({ id: '2', type: 'subscribe', payload: { query: 'mutation { touch }' } });
    expect(await raw.next()).toMatchObject({
      id: '2',
      type: 'error',
      payload: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });
});

describe('the protocol', () => {
  test('silence after opening closes with 4408', async () => {
    await using server = await startTransport({ limits: { initWaitMs: 20 } });
    const raw = await openRawSocket(server);
    expect((await raw.closed).code).toBe(4408);
  });

  test.each([[['graphql-ws']], [[]]])('the subprotocols %j close with 4406', async (protocols) => {
    await using server = await startTransport();
    const raw = await openRawSocket(server, { protocols });
    expect((await raw.closed).code).toBe(4406);
  });

  test('an operation before the token closes with 4401', async () => {
    await using server = await startTransport();
    const raw = await openRawSocket(server);
    raw.send({ id: '1', type: 'subscribe', payload: { query: '{ who }' } });
    expect((await raw.closed).code).toBe(4401);
  });

  test('a second token closes with 4429', async () => {
    await using server = await startTransport();
    const raw = await openAccepted(server);
    raw.send({ type: 'connection_init' });
    expect((await raw.closed).code).toBe(4429);
  });

  test('an id that is in use closes with 4409', async () => {
    await using server = await startTransport();
    const raw = await openAccepted(server);
    for (let i = 0; i < 2; i += 1)
      raw.send({ id: '1', type: 'subscribe', payload: { query: EVENTS } });
    expect((await raw.closed).code).toBe(4409);
  });

  test.each(['nonsense', '{"type":"unknown"}', '{"type":"next","id":"1","payload":{}}'])(
    'the message %s closes with 4400',
    async (message) => {
      await using server = await startTransport();
      const raw = await openAccepted(server);
      raw.socket.send(message);
      expect((await raw.closed).code).toBe(4400);
    },
  );

  test('a message above 1 MiB closes with 1009', async () => {
    await using server = await startTransport();
    const raw = await openAccepted(server);
    const variables = { thing: { name: 'x'.repeat(2 ** 20) } };
    raw.send({ id: '1', type: 'subscribe', payload: { query: '{ who }', variables } });
    expect((await raw.closed).code).toBe(1009);
  });
});

describe('the life of a connection', () => {
  test('pings come while nothing happens', async () => {
    await using server = await startTransport({ limits: { pingIntervalMs: 20 } });
    const { socket } = await openAccepted(server);
    for (let i = 0; i < 3; i += 1) await once(socket, 'ping');
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  test('a peer that answers no ping is cut', async () => {
    await using server = await startTransport({ limits: { pingIntervalMs: 20 } });
    const raw = await openRawSocket(server, { autoPong: false });
    raw.send({ type: 'connection_init', payload: { authorization: server.authorization } });
    expect((await raw.closed).code).toBe(1006);
  });

  test('a stop of the broker closes with 1012, and nothing new begins', async () => {
    await using server = await startTransport();
    const raw = await openAccepted(server);
    raw.send({ id: '1', type: 'subscribe', payload: { query: EVENTS } });
    await server.feed.followed;
    const closed = server.graphql.close();
    expect(await raw.closed).toEqual({ code: 1012, reason: 'SHUTTING_DOWN' });
    await server.feed.left;
    await closed;
    const late = request(server.url, {
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
      },
    }).end();
    const [response] = await once(late, 'response');
    expect(response.statusCode).toBe(503);
  });

  test('a stop lets a running mutation answer first', async () => {
    await using server = await startTransport();
    const raw = await openAccepted(server);
    raw.send({ id: '1', type: 'subscribe', payload: { query: 'mutation { linger }' } });
    await server.lingering;
    const closed = server.graphql.close();
    server.finishLingering();
    expect(await raw.next()).toMatchObject({ type: 'next', payload: { data: { linger: 'done' } } });
    expect(await raw.next()).toMatchObject({ type: 'complete' });
    expect((await raw.closed).code).toBe(1012);
    await closed;
  });

  test('a stop waits for a running mutation no longer than for anybody', async () => {
    await using server = await startTransport({ limits: { farewellMs: 50 } });
    const raw = await openAccepted(server);
    raw.send({ id: '1', type: 'subscribe', payload: { query: 'mutation { linger }' } });
    await server.lingering;
    await server.graphql.close();
    expect((await raw.closed).code).toBe(1012);
    server.finishLingering();
  });

  test('a stop does not wait for a peer that is silent', async () => {
    await using server = await startTransport({ limits: { farewellMs: 50 } });
    const raw = await openAccepted(server);
    raw.socket.pause();
    await server.graphql.close();
    raw.socket.terminate();
  });
});

describe('a reader that is too slow', () => {
  const FLOOD = { query: 'subscription { flood(length: 65536) }' };

  test('is closed with 1013, once nothing got away for too long', async () => {
    await using server = await startTransport({ limits: { blockedMs: 200 } });
    const raw = await openAccepted(server);
    raw.send({ id: '1', type: 'subscribe', payload: FLOOD });
    raw.socket.pause();
    await server.floodLeft;
    raw.socket.resume();
    expect(await raw.closed).toEqual({ code: 1013, reason: 'STREAM_TOO_SLOW' });
  });

  test('is told so even where pings are due earlier', async () => {
    await using server = await startTransport({ limits: { blockedMs: 300, pingIntervalMs: 50 } });
    const raw = await openAccepted(server);
    raw.send({ id: '1', type: 'subscribe', payload: FLOOD });
    await raw.next();
    raw.socket.pause();
    await server.floodLeft;
    raw.socket.resume();
    expect((await raw.closed).code).toBe(1013);
  });

  test('is closed with 1013, once too much waits for it', async () => {
    await using server = await startTransport({ limits: { unsentBytes: 2 ** 20 } });
    const raw = await openAccepted(server);
    raw.send({ id: 'events', type: 'subscribe', payload: { query: EVENTS } });
    raw.socket.pause();
    const query = '{ large(length: 1000000) }';
    for (let id = 1; id <= 50; id += 1)
      raw.send({ id: String(id), type: 'subscribe', payload: { query } });
    await server.feed.left;
    raw.socket.resume();
    expect((await raw.closed).code).toBe(1013);
  });
});
