/**
 * One event to many WebSocket subscribers, beside a bare `ws` server that sends the same bytes to as many; and how long an
 * event takes to its subscribers while transfers are made all the time. Data lies on a RAM disk, so that no flush is measured.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { WebSocket } from 'ws';
import { openResource, type Scene } from '../support/api.ts';
import { EventLogEnd } from '../support/operations.ts';
import { type Connection, expectStatus, openConnection } from './client.ts';
import { type Audience, gatherAudience, sharedNow, startProgram } from './fan-out-audience.ts';
import { measureCost, readResidentBytes } from './process-cost.ts';
import { makeRamFolder } from './ram-disk.ts';
import { interleave, type Row } from './rounds.ts';
import { type ServerProcess, startFerje } from './servers.ts';
import { formatSpread, formatTable, formatTarget, median, quantile } from './table.ts';

const SUBSCRIBERS = [1000, 5000] as const;
/** So many events, one after the other, make a round. */
const EVENTS = 10;
const LIMIT = 0.5;
/** What a server has open beside its subscribers' connections. */
const SPARE_FILES = 200;

const LATENCY_SUBSCRIBERS = 10;
const TRANSFERS_PER_SECOND = 200;
const LATENCY_SECONDS = 10;
/** Transfers are asked for over so many connections. */
const CONNECTIONS = 64;

const PROTOCOL = 'graphql-transport-ws';
const SUBSCRIPTION = `subscription ($after: String!) {
  events(after: $after) {
    cursor
    node { id type time transferId transferStatus statusText transfer { fileName status sender { id } } }
  }
}`;
const MUTATION = `mutation ($input: InitializeTransferInput!) {
  initializeTransfer(input: $input) { __typename }
}`;

/** What a client says first. */
interface Greeting {
  readonly protocol: string | null;
  readonly greetings: readonly string[];
}

/** Somebody who sends one event to an audience, beside the others. */
interface Contestant {
  readonly name: string;
  readonly pid: number;
  readonly audience: Audience;
  /** What it holds for each of its audience. */
  readonly bytesPerSubscriber: number;
  readonly url: string;
  readonly send: Send;
}

/** Makes a server send an event, by a connection to it. */
type Send = (connection: Connection) => Promise<unknown>;

export async function benchFanOut(rounds: number): Promise<string> {
  await requireOpenFiles(Math.max(...SUBSCRIBERS) + SPARE_FILES);
  const parts: string[] = [];
  for (const subscribers of SUBSCRIBERS) parts.push(await compare(subscribers, rounds));
  parts.push(await measureLatency());
  return parts.join('\n\n');
}

async function compare(subscribers: number, rounds: number): Promise<string> {
  const folder = makeRamFolder();
  await using ferje = await startFerje(folder);
  using bare = await startBroadcast();
  const scene = await openResource(ferje);
  await using bareAudience = await gatherAudience();
  await using audience = await gatherAudience();

  const makeTransfer: Send = (connection) => initialize(connection, scene);
  const { message, greeting } = await seeMessage(ferje, scene, makeTransfer);
  const body = Buffer.from(message);
  const broadcast: Send = (connection) =>
    expectStatus(connection.request('POST', '/', {}, body), 200);
  const silent = { protocol: null, greetings: [] };
  const contestants = [
    {
      name: 'bare ws',
      pid: bare.pid,
      url: bare.url,
      audience: bareAudience,
      bytesPerSubscriber: await open(bare, bareAudience, subscribers, silent, broadcast),
      send: broadcast,
    },
    {
      name: 'Ferje',
      pid: ferje.pid,
      url: ferje.url,
      audience,
      bytesPerSubscriber: await open(ferje, audience, subscribers, greeting, makeTransfer),
      send: makeTransfer,
    },
  ] as const;
  const results = await interleave(contestants.map(toRow), {
    rounds,
    amount: EVENTS,
    warmUp: EVENTS,
  });

  const figures = results.map(({ name, costs }, index) => ({
    name,
    ms: costs.map(({ seconds }) => (seconds * 1000) / EVENTS),
    cpu: costs.map(({ cpuSeconds }) => (cpuSeconds * 1e6) / EVENTS / subscribers),
    bytes: contestants[index]?.bytesPerSubscriber ?? Number.NaN,
  }));
  const [first, last] = [figures[0], figures[1]];
  const rate = median(first?.ms ?? []) / median(last?.ms ?? []);
  return [
    formatTable(
      [
        `${subscribers} subscribers, ${message.length} bytes each`,
        'ms until the last has it',
        'CPU µs each',
        'KiB held each',
      ],
      figures.map(({ name, ms, cpu, bytes }) => [
        name,
        formatSpread(ms, 1),
        formatSpread(cpu, 1),
        (bytes / 1024).toFixed(1),
      ]),
    ),
    '',
    formatTarget({
      name: `rate of one event to ${subscribers}, of a bare broadcast`,
      actual: rate,
      limit: LIMIT,
      is: 'atLeast',
    }),
  ].join('\n');
}

/** Sends events one after the other, each when all have the one before. */
function toRow({ name, pid, url, audience, send }: Contestant): Row {
  return {
    name,
    async run(events) {
      // Servers close what is idle for long.
      using connection = await openConnection(url);
      let seconds = 0;
      const { cpuSeconds } = await measureCost(pid, async () => {
        for (let sent = 0; sent < events; sent += 1) {
          const { received } = await audience.expect(1);
          const startedAt = sharedNow();
          await send(connection);
          seconds += ((await received).at - startedAt) / 1000;
        }
      });
      return { seconds, cpuSeconds };
    },
  };
}

async function startBroadcast() {
  const child = startProgram('fan-out-bare');
  const [url] = (await once(child, 'message')) as [string];
  if (child.pid === undefined) throw new Error('The bare server could not be started.');
  return {
    url,
    pid: child.pid,
    [Symbol.dispose]: () => child.disconnect(),
  };
}

/** Opens an audience of a server, and answers what the server holds for each once all have got something. */
async function open(
  { url, pid }: Pick<ServerProcess, 'url' | 'pid'>,
  audience: Audience,
  subscribers: number,
  { protocol, greetings }: Greeting,
  send: Send,
): Promise<number> {
  const idle = await readResidentBytes(pid);
  await audience.open(subscribers, { url: socketUrl({ url }), protocol, greetings });
  const { received } = await audience.expect(1);
  using connection = await openConnection(url);
  await send(connection);
  await received;
  return ((await readResidentBytes(pid)) - idle) / subscribers;
}

/** What a subscriber says, and the first message that it gets. */
async function seeMessage(
  ferje: Pick<ServerProcess, 'url'>,
  { recipient }: Scene,
  makeTransfer: Send,
): Promise<{ readonly message: string; readonly greeting: Greeting }> {
  const subscribe = async () => {
    const { eventLogEnd } = await recipient.run(EventLogEnd, {});
    const payload = { query: SUBSCRIPTION, variables: { after: eventLogEnd } };
    return [
      JSON.stringify({ type: 'connection_init', payload: recipient.authorization }),
      JSON.stringify({ type: 'subscribe', id: '1', payload }),
    ];
  };
  const socket = new WebSocket(socketUrl(ferje), PROTOCOL);
  await once(socket, 'open');
  const [init = '', start = ''] = await subscribe();
  socket.send(init);
  await once(socket, 'message');
  socket.send(start);
  using connection = await openConnection(ferje.url);
  await makeTransfer(connection);
  const [data] = await once(socket, 'message');
  socket.close();
  const greeting = { protocol: PROTOCOL, greetings: await subscribe() };
  return { message: String(data), greeting };
}

async function measureLatency(): Promise<string> {
  await using ferje = await startFerje(makeRamFolder());
  const scene = await openResource(ferje);
  await using audience = await gatherAudience();
  const { greeting } = await seeMessage(ferje, scene, (connection) =>
    initialize(connection, scene),
  );
  await audience.open(LATENCY_SUBSCRIBERS, { url: socketUrl(ferje), ...greeting });
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => openConnection(ferje.url)),
  );
  const lanes = connections.map((connection) => ({
    connection,
    last: Promise.resolve<unknown>(0),
  }));
  const makeTransfer = async (index: number) => {
    const lane = lanes[index % lanes.length];
    if (lane === undefined) return;
    // One request at a time each; where all are busy the rate is not reached, and that is told.
    lane.last = lane.last.then(() => initialize(lane.connection, scene));
    await lane.last;
  };
  const { received: warm } = await audience.expect(TRANSFERS_PER_SECOND);
  await atSteadyRate(TRANSFERS_PER_SECOND, makeTransfer);
  await warm;
  const { received } = await audience.expect(TRANSFERS_PER_SECOND * LATENCY_SECONDS, true);
  const startedAt = performance.now();
  await atSteadyRate(TRANSFERS_PER_SECOND * LATENCY_SECONDS, makeTransfer);
  const seconds = (performance.now() - startedAt) / 1000;
  const { delays } = await received;
  for (const connection of connections) connection[Symbol.dispose]();
  return [
    `${((TRANSFERS_PER_SECOND * LATENCY_SECONDS) / seconds).toFixed(0)} transfers a second, initialized only, ${LATENCY_SUBSCRIBERS} subscribers;`,
    'from the time that the event bears, which lies before its commit, to the subscriber:',
    `p50 ${quantile(delays, 0.5).toFixed(1)} ms, p99 ${quantile(delays, 0.99).toFixed(1)} ms`,
  ].join('\n');
}

/** Begins so many pieces of work at the rate, whether or not those before have ended. */
async function atSteadyRate(count: number, work: (index: number) => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  const running: Promise<void>[] = [];
  while (running.length < count) {
    const due = ((performance.now() - startedAt) / 1000) * TRANSFERS_PER_SECOND;
    while (running.length < Math.min(due, count)) running.push(work(running.length));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(running);
}

function initialize(
  connection: Connection,
  { resourceId, sender, recipient }: Scene,
): Promise<unknown> {
  const input = {
    resourceId,
    fileName: 'Payroll Q3 2026.pdf',
    sender: sender.party,
    recipients: [recipient.party],
  };
  const body = Buffer.from(JSON.stringify({ query: MUTATION, variables: { input } }));
  const headers = { 'Content-Type': 'application/json', ...sender.authorization };
  return expectStatus(connection.request('POST', '/graphql', headers, body), 200);
}

/** Each connection is an open file of a server's. Node has raised its limit as far as it may. */
async function requireOpenFiles(count: number): Promise<void> {
  const limits = await readFile('/proc/self/limits', 'latin1');
  const [, most] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  if (most !== undefined && Number(most) < count) {
    throw new Error(`A process may have ${most} files open; this takes ${count} (ulimit -n).`);
  }
}

function socketUrl({ url }: Pick<ServerProcess, 'url'>): string {
  return `${url.replace(/^http/, 'ws')}/graphql`;
}
