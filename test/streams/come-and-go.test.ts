/** Streams that are opened and closed while nothing happens leave nothing behind. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { WebSocket } from 'ws';
import type { Services } from '../../src/graphql/operation.ts';
import { makeResource, makeTransfer, party, pickText } from '../support/graphql-room.ts';
import { heldBytes } from './memory.ts';
import { openSocket, parse, send } from './socket.ts';
import { openStreamRoom, type StreamRoom } from './stream-room.ts';

const STREAMS = 10_000;
const CONNECTIONS = 4;
/** Of the 100 that a connection may run. */
const AT_ONCE = 90;

const [OWNER, SENDER, RECIPIENT] = [party(1), party(2), party(3)];

/** What is opened: each brings one result, and then waits. */
interface Subscription {
  readonly query: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** Opens so many streams and closes them when each has brought its first result. */
type ComeAndGo = (count: number) => Promise<void>;

/** Runs streams on connections that stay open. */
function onSockets(
  sockets: readonly WebSocket[],
  subscriptions: readonly Subscription[],
): ComeAndGo {
  let made = 0;
  async function batch(socket: WebSocket, size: number): Promise<void> {
    let left = size;
    const ids = Array.from({ length: size }, () => {
      made += 1;
      return String(made);
    });
    await new Promise<void>((resolve, reject) => {
      const take = (data: unknown) => {
        if (parse(data).type !== 'next') return reject(new Error(String(data)));
        left -= 1;
        if (left > 0) return;
        socket.off('message', take);
        resolve();
      };
      socket.on('message', take);
      ids.forEach((id, index) => {
        const payload = subscriptions[index % subscriptions.length];
        send(socket, { id, type: 'subscribe', payload });
      });
    });
    for (const id of ids) send(socket, { id, type: 'complete' });
  }
  async function runOn(socket: WebSocket, count: number): Promise<void> {
    for (let left = count; left > 0; left -= AT_ONCE) await batch(socket, Math.min(AT_ONCE, left));
    // The answer comes after all that was sent before it has been dealt with.
    const answered = once(socket, 'message');
    send(socket, { id: 'last', type: 'subscribe', payload: { query: '{ eventLogEnd }' } });
    await answered;
    send(socket, { id: 'last', type: 'complete' });
  }
  return async (count) => {
    await Promise.all(sockets.map((socket) => runOn(socket, count / sockets.length)));
    // What the last answers brought.
    for (const socket of sockets) {
      const answered = once(socket, 'pong');
      socket.ping();
      await answered;
    }
  };
}

/** Each stream is a request of its own, whose client goes away. */
function onRequests(
  { port }: StreamRoom,
  authorization: string,
  subscriptions: readonly Subscription[],
): ComeAndGo {
  async function run(subscription: Subscription): Promise<void> {
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    const body = JSON.stringify(subscription);
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: broker\r\nAuthorization: ${authorization}\r\n` +
        'Accept: text/event-stream\r\nContent-Type: application/json\r\n' +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    let text = '';
    for await (const chunk of socket) {
      text += chunk;
      if (text.includes('event: next')) break;
    }
    if (!text.includes('event: next')) throw new Error(text);
    socket.resetAndDestroy();
  }
  return async (count) => {
    for (let done = 0; done < count; done += AT_ONCE) {
      const size = Math.min(AT_ONCE, count - done);
      const chosen = Array.from({ length: size }, (_, i) => subscriptions[i % 2]);
      await Promise.all(chosen.map((one) => one && run(one)));
    }
  };
}

/** The timers of this process that keep it alive. */
function countTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

function countWatchers(services: Services) {
  const watching = new Set<symbol>();
  const counted: Services = {
    ...services,
    progress: {
      ...services.progress,
      watch(transferId, listener) {
        const unwatch = services.progress.watch(transferId, listener);
        const key = Symbol();
        watching.add(key);
        return () => {
          watching.delete(key);
          unwatch();
        };
      },
    },
  };
  return { services: counted, count: () => watching.size };
}

test('ten thousand streams leave memory, timers and listeners as they were', {
  timeout: 600_000,
}, async () => {
  let watchers = () => Number.NaN;
  await using room = await openStreamRoom({}, (services) => {
    const counted = countWatchers(services);
    watchers = counted.count;
    return counted.services;
  });
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  onTestFinished(() => {
    process.off('warning', note);
  });

  await makeResource(room.as(OWNER));
  const sender = room.as(SENDER);
  const after = pickText(await sender.ask('{ eventLogEnd }'), 'eventLogEnd');
  const id = await makeTransfer(sender, [RECIPIENT]);
  const subscriptions: Subscription[] = [
    {
      query: 'subscription ($after: String) { events(after: $after) { node { id type } } }',
      variables: { after },
    },
    { query: 'subscription ($id: ID!) { transfer(id: $id) { status } }', variables: { id } },
  ];
  const authorization = await room.authorizationOf(SENDER);
  const sockets = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => openSocket(room.wsUrl, authorization)),
  );
  const ways = {
    WebSocket: onSockets(sockets, subscriptions),
    SSE: onRequests(room, authorization, subscriptions),
  };
  for (const [name, comeAndGo] of Object.entries(ways)) {
    // What is made once is made.
    await comeAndGo(STREAMS / 4);
    await room.untilConnections(CONNECTIONS);
    const before = { bytes: await heldBytes(), timers: countTimers() };
    await comeAndGo(STREAMS);
    await room.untilConnections(CONNECTIONS);
    const grown = (await heldBytes()) - before.bytes;
    // A connection has one for its pings, and one while something is on its way to it.
    expect(countTimers(), name).toBeLessThanOrEqual(before.timers + 2 * CONNECTIONS);
    expect(watchers(), name).toBe(0);
    // A stream that stays is a kilobyte and more.
    expect(grown / STREAMS, name).toBeLessThan(250);
  }
  expect(warnings).toEqual([]);
  for (const socket of sockets) socket.terminate();
});
