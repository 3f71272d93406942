import { once } from 'node:events';
import { connect } from 'node:net';
import { createClient } from 'graphql-sse';
import { describe, expect, test } from 'vitest';
import { readAll, readEvents } from './event-reader.ts';
import { SECRET } from './made-up-schema.ts';
import { read, startTransport, type Transport } from './transport.ts';

const STREAM = { accept: 'text/event-stream' };
const EVENTS = 'subscription ($after: String) { events(after: $after) { cursor node } }';
const COMPLETE = { isComment: false, event: 'complete', data: null };

/** The last result of a stream that the server ends, and what completes it. */
function lastWords(code: string) {
  return [
    { event: 'next', data: { errors: [{ extensions: { code } }] } },
    { event: 'complete', data: null },
  ];
}

describe('results', () => {
  test('a stock client gets them in order', async () => {
    await using server = await startTransport();
    const { url, authorization, feed } = server;
    feed.push({ cursor: 'a', node: '1' }, { cursor: 'b', node: '2' });
    feed.end();
    const client = createClient({ url, headers: { authorization }, retryAttempts: 0 });
    const got: unknown[] = [];
    for await (const { data } of client.iterate({ query: EVENTS })) got.push(data);
    expect(got).toEqual([
      { events: { cursor: 'a', node: '1' } },
      { events: { cursor: 'b', node: '2' } },
    ]);
  });

  test('each event carries its cursor as id, whether or not it was selected', async () => {
    await using server = await startTransport();
    server.feed.push({ cursor: 'a', node: '1' });
    server.feed.end();
    const response = await server.post({ query: 'subscription { x: events { node } }' }, STREAM);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await readAll(response)).toEqual([
      { isComment: false, id: 'a', event: 'next', data: { data: { x: { node: '1' } } } },
      COMPLETE,
    ]);
  });

  test('Last-Event-ID resumes, however the document says where to start', async () => {
    await using server = await startTransport();
    server.feed.end();
    const response = await server.post(
      { query: EVENTS, variables: { after: 'the-variable' } },
      { ...STREAM, 'last-event-id': 'the-header' },
    );
    expect(await readAll(response)).toMatchObject([{ id: 'after the-header' }, COMPLETE]);
  });

  test('a subscription can be had by GET, as EventSource does', async () => {
    await using server = await startTransport();
    server.feed.end();
    const search = new URLSearchParams({ query: EVENTS, variables: '{"after":"x"}' });
    const { authorization } = server;
    const response = await fetch(`${server.url}?${search}`, {
      headers: { ...STREAM, authorization },
    });
    expect(await readAll(response)).toMatchObject([{ id: 'after x' }, COMPLETE]);
  });

  test('a query is one result', async () => {
    await using server = await startTransport();
    const response = await server.post({ query: '{ who secret }' }, STREAM);
    expect(await readAll(response)).toMatchObject([
      {
        event: 'next',
        data: { data: { who: '0192:991825827' }, errors: [{ path: ['secret'] }] },
      },
      COMPLETE,
    ]);
  });

  test('a client that likes JSON better gets that, where it is no subscription', async () => {
    await using server = await startTransport();
    const accept = 'application/graphql-response+json, application/json, text/event-stream';
    const query = await server.post({ query: '{ who }' }, { accept });
    expect(query.headers.get('content-type')).toContain('application/graphql-response+json');
    server.feed.end();
    const subscription = await server.post({ query: EVENTS }, { accept });
    expect(await readAll(subscription)).toEqual([COMPLETE]);
  });

  test('a source that breaks ends the stream, and its reason stays inside', async () => {
    await using server = await startTransport();
    const response = await server.post({ query: 'subscription { breaks }' }, STREAM);
    const events = await readAll(response);
    expect(events).toMatchObject([
      { data: { data: { breaks: 'one' } } },
      ...lastWords('INTERNAL_ERROR'),
    ]);
    expect(JSON.stringify(events)).not.toContain(SECRET);
    expect(JSON.stringify(server.log)).toContain(SECRET);
  });

  test('each payload releases its snapshot', async () => {
    await using server = await startTransport();
    const response = await server.post({ query: 'subscription { reads(count: 50) }' }, STREAM);
    expect(await readAll(response)).toHaveLength(51);
  });
});

describe('refusals come as JSON, before a stream begins', () => {
  test.each([
    ['no token', EVENTS, { authorization: '' }, 401, 'UNAUTHENTICATED'],
    ['a document that is not valid', 'subscription { nothing }', {}, 400, 'BAD_USER_INPUT'],
    ['an unknown cursor', EVENTS, { 'last-event-id': 'elsewhere' }, 400, 'INVALID_CURSOR'],
    ['nothing to follow', 'subscription { refused }', {}, 404, 'TRANSFER_NOT_FOUND'],
  ])('%s', async (_, query, headers, status, code) => {
    await using server = await startTransport();
    const response = await server.post({ query }, { ...STREAM, ...headers });
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await read(response)).toMatchObject({ status, codes: [code] });
  });

  test.each(['application/json', '*/*', 'text/*'])(
    'a subscription with Accept: %s is told how to ask',
    async (accept) => {
      await using server = await startTransport();
      const { status, codes, errors } = await read(
        await server.post({ query: EVENTS }, { accept }),
      );
      expect({ status, codes }).toEqual({ status: 406, codes: ['BAD_USER_INPUT'] });
      expect(errors[0]?.message).toContain('text/event-stream');
    },
  );
});

describe('the life of a stream', () => {
  test('pings come while nothing happens', async () => {
    await using server = await startTransport({ limits: { pingIntervalMs: 20 } });
    const response = await server.post({ query: EVENTS }, STREAM);
    let pings = 0;
    for await (const { isComment } of readEvents(response)) {
      expect(isComment).toBe(true);
      pings += 1;
      if (pings === 4) break;
    }
  });

  test('a client that leaves ends the source at once', async () => {
    await using server = await startTransport();
    const leaving = new AbortController();
    await server.post({ query: EVENTS }, STREAM, leaving.signal);
    await server.feed.followed;
    leaving.abort();
    await server.feed.left;
  });

  test('it outlives its token while it is young', async () => {
    await using server = await startTransport();
    const authorization = `Bearer ${await server.token({ exp: server.clock.time / 1000 - 20 })}`;
    const response = await server.post({ query: EVENTS }, { ...STREAM, authorization });
    server.clock.time += 29 * 60_000;
    server.feed.push({ cursor: 'a', node: '1' });
    server.feed.end();
    expect(await readAll(response)).toMatchObject([{ id: 'a' }, COMPLETE]);
  });

  test('an older one ends with its token', async () => {
    await using server = await startTransport({ limits: { tokenGraceMs: 20 } });
    const authorization = `Bearer ${await server.token({ exp: server.clock.time / 1000 + 0.05 })}`;
    const response = await server.post({ query: EVENTS }, { ...STREAM, authorization });
    server.feed.push({ cursor: 'a', node: '1' });
    const events = readAll(response);
    server.clock.time += 50;
    expect((await events).slice(-2)).toMatchObject(lastWords('UNAUTHENTICATED'));
    await server.feed.left;
  });

  test('a stop of the broker is its last result, and nothing new begins', async () => {
    await using server = await startTransport();
    const response = await server.post({ query: EVENTS }, STREAM);
    const closed = server.graphql.close();
    expect(await readAll(response)).toMatchObject(lastWords('SHUTTING_DOWN'));
    await server.feed.left;
    await closed;
    const late = await read(await server.post({ query: '{ who }' }));
    expect(late).toMatchObject({ status: 503, codes: ['SHUTTING_DOWN'] });
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('a reader that is too slow', () => {
  const FLOOD = 'subscription { flood(length: 65536) }';

  test('is told so, once nothing got away for too long', async () => {
    await using server = await startTransport({ limits: { blockedMs: 200 } });
    const socket = openStream(server, FLOOD);
    await server.floodLeft;
    // What was written before reads on to the last words.
    let text = '';
    for await (const chunk of socket) text = (text + chunk).slice(-500);
    expect(text).toContain('"extensions":{"code":"STREAM_TOO_SLOW"}');
    expect(text).toContain('event: complete\ndata:\n\n');
  });

  test('costs no more than what one connection holds', async () => {
    await using server = await startTransport();
    const socket = openStream(server, FLOOD);
    await stalled(server);
    // 64 KiB each: what the two ends of a connection hold in the kernel, and one result.
    expect(server.flooded()).toBeLessThan(400);
    socket.destroy();
  });

  /** A connection that nobody reads from yet. */
  function openStream({ port, authorization }: Transport, query: string) {
    const socket = connect(port, '127.0.0.1').setEncoding('utf8').pause();
    const body = JSON.stringify({ query });
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: broker\r\nAuthorization: ${authorization}\r\n` +
        'Accept: text/event-stream\r\nContent-Type: application/json\r\nConnection: close\r\n' +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    return socket;
  }

  /** Settles when the source is no longer asked for more. */
  async function stalled({ flooded }: Transport): Promise<void> {
    for (let before = -1; before !== flooded() || before === 0; ) {
      before = flooded();
      await once(AbortSignal.timeout(300), 'abort');
    }
  }
});
