/** A client that stops reading while 100 000 events pass: it costs nothing, is told so, and gets all of them later. */
import { once } from 'node:events';
import { type IncomingMessage, request, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { appendEvents } from '../../src/events/index.ts';
import { readEvents } from '../graphql-transport/event-reader.ts';
import { makeResource, makeTransfer, party, pickText } from '../support/graphql-room.ts';
import { heldBytes } from './memory.ts';
import { openSocket, parse, send } from './socket.ts';
import { openStreamRoom, type StreamRoom } from './stream-room.ts';

const EVENTS = 100_000;
const AT_ONCE = 1000;
const [OWNER, SENDER, RECIPIENT] = [party(1), party(2), party(3)];

/** Everything there is of an event. */
const IN_FULL = `subscription ($after: String!) {
  events(after: $after) {
    cursor
    node {
      id type time transferId transferStatus recipientStatus statusText
      subject { id organizationNumber urn name }
      actor { party { id organizationNumber urn name } vendor { id } clientId systemUserId }
      transfer {
        id fileName sendersReference status statusText statusChangedAt createdAt publishedAt expiresAt
        sender { id urn } recipients { id party { id urn } status statusChangedAt }
        recipientCounts { total initialized downloadStarted confirmed }
        viewerRoles upload { url offset length }
        resource { id title maxTransferSize transferTimeToLive openTo viewerActions }
      }
    }
  }
}`;
const IN_SHORT = 'subscription ($after: String!) { events(after: $after) { cursor node { id } } }';

afterEach(() => {
  vi.restoreAllMocks();
});

interface Told {
  readonly cursor: string;
  readonly id: string;
}

function toTold(result: unknown): Told {
  return {
    cursor: pickText(result, 'data.events.cursor'),
    id: pickText(result, 'data.events.node.id'),
  };
}

/** Appends events of one transfer, many in each commit. */
async function appendMany({ services, clock }: StreamRoom, transferId: string): Promise<void> {
  const draft = {
    type: 'DOWNLOAD_STARTED',
    transferStatus: 'PUBLISHED',
    recipientStatus: 'DOWNLOAD_STARTED',
    subject: RECIPIENT,
  } as const;
  const actor = { party: RECIPIENT, vendor: null, clientId: 'client', systemUserId: null };
  for (let done = 0; done < EVENTS; done += AT_ONCE) {
    await services.database.write((tx) =>
      appendEvents(
        tx,
        services.ids,
        {
          transferId,
          resourceId: 'the-resource',
          sender: SENDER,
          owner: OWNER,
          details: { failure: null, finding: null },
          actor,
          time: clock.time,
        },
        Array.from({ length: AT_ONCE }, () => draft),
      ),
    );
    // The broker has other work as well.
    await new Promise(setImmediate);
  }
}

/** The ids of what was appended, in the order of the log. */
async function readLog({ services }: StreamRoom): Promise<string[]> {
  const rows = await services.database.read((db) =>
    db
      .selectFrom('event')
      .select('id')
      .where('type', '=', 'DOWNLOAD_STARTED')
      .orderBy('position')
      .execute(),
  );
  return rows.map(({ id }) => id);
}

/** Settles when a method of this name is called with these first arguments. */
function called<T extends object>(on: T, name: keyof T & string, ...first: unknown[]) {
  const original = on[name] as (...args: unknown[]) => unknown;
  return new Promise<void>((resolve) => {
    vi.spyOn(on as Record<string, (...args: unknown[]) => unknown>, name).mockImplementation(
      function (this: unknown, ...args) {
        if (first.every((value, index) => args[index] === value)) resolve();
        return original.apply(this, args);
      },
    );
  });
}

function subscribeOn(socket: WebSocket, query: string, after: string): void {
  send(socket, { id: 'events', type: 'subscribe', payload: { query, variables: { after } } });
}

/** Hands over each result that comes, until the connection is closed; answers by which code. */
async function readSocket(socket: WebSocket, take: (payload: unknown) => void): Promise<number> {
  socket.on('message', (data) => {
    const { type, payload } = parse(data);
    if (type === 'next') take(payload);
  });
  const [code] = (await once(socket, 'close')) as [number];
  return code;
}

/** A response that nobody reads from yet. */
async function openSse(
  { port }: StreamRoom,
  authorization: string,
  query: string,
  after: string,
): Promise<IncomingMessage> {
  const sending = request({
    port,
    host: '127.0.0.1',
    path: '/graphql',
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', accept: 'text/event-stream' },
  });
  sending.end(JSON.stringify({ query, variables: { after } }));
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  return response;
}

/** The results of a stream, up to its end or so many of them. */
async function readSse(response: IncomingMessage, count = Number.POSITIVE_INFINITY) {
  const results: unknown[] = [];
  const body = Readable.toWeb(response) as ReadableStream<Uint8Array>;
  for await (const { event, data } of readEvents(new Response(body))) {
    if (event === 'complete') return { results, isComplete: true };
    if (event === 'next') results.push(data);
    if (results.length === count) break;
  }
  return { results, isComplete: false };
}

test('a reader that stops costs no memory, is ended, and resumes', {
  timeout: 600_000,
}, async () => {
  // A peer that answers no ping is cut, and that is another matter.
  await using room = await openStreamRoom({
    blockedMs: 10_000,
    farewellMs: 120_000,
    pingIntervalMs: 3_600_000,
  });
  const sender = room.as(SENDER);
  await makeResource(room.as(OWNER));
  const transferId = await makeTransfer(sender, [RECIPIENT], {
    sendersReference: 'x'.repeat(4000),
  });
  await room.upload(sender, transferId, 'hello');
  const after = pickText(await sender.ask('{ eventLogEnd }'), 'eventLogEnd');
  const authorization = await room.authorizationOf(SENDER);

  const socket = await openSocket(room.wsUrl, authorization);
  subscribeOn(socket, IN_FULL, after);
  const response = await openSse(room, authorization, IN_FULL, after);
  socket.pause();
  const socketEnded = called(WebSocket.prototype, 'close', 1013);
  const responseEnded = called(ServerResponse.prototype, 'end');

  const before = await heldBytes();
  await appendMany(room, transferId);
  const grown = (await heldBytes()) - before;

  await Promise.all([socketEnded, responseEnded]);
  const bySocket: Told[] = [];
  let bytes = 0;
  const readingOn = readSocket(socket, (payload) => {
    bytes += JSON.stringify(payload).length;
    bySocket.push(toTold(payload));
  });
  socket.resume();
  expect(await readingOn).toBe(1013);
  const { results, isComplete } = await readSse(response);
  expect(isComplete).toBe(true);
  expect(results.pop()).toMatchObject({ errors: [{ extensions: { code: 'STREAM_TOO_SLOW' } }] });
  const bySse = results.map(toTold);

  // Had its results been kept for it, they would weigh this much.
  const all = (bytes / bySocket.length) * EVENTS;
  expect(grown).toBeLessThan(all / 20);

  const again = await openSocket(room.wsUrl, authorization);
  subscribeOn(again, IN_SHORT, bySocket.at(-1)?.cursor ?? after);
  await readSocket(again, (payload) => {
    bySocket.push(toTold(payload));
    if (bySocket.length === EVENTS) again.terminate();
  });
  const left = EVENTS - bySse.length;
  const rest = await openSse(room, authorization, IN_SHORT, bySse.at(-1)?.cursor ?? after);
  bySse.push(...(await readSse(rest, left)).results.map(toTold));

  const log = await readLog(room);
  expect(log).toHaveLength(EVENTS);
  expect(bySocket.map(({ id }) => id)).toEqual(log);
  expect(bySse.map(({ id }) => id)).toEqual(log);
});
