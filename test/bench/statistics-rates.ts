/** How many events a second are counted, beside how many a broker makes at its best, both durable on a real disk. */
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { openSqliteDatabase } from '../../src/database/index.ts';
import { rebuildStatistics } from '../../src/statistics/index.ts';
import { type TestBroker, tokenFor } from '../support/broker.ts';
import { createInserts } from './insert-rows.ts';
import { PARTIES, RESOURCES, VIEWER } from './population.ts';
import { createIds, insertConfiguration, insertTransfer } from './population-rows.ts';
import { type Requests, rateRow } from './rates.ts';
import { makeDiskFolder, measureFlush } from './real-disk.ts';
import { type ServerProcess, startFerje } from './servers.ts';
import { toOperation } from './statistics-asking.ts';
import { formatSpread, formatTable, formatTarget } from './table.ts';

/** As many as are counted anew, or all that there are. */
const COUNTED = 500_000;
const CONNECTIONS = 32;
const REQUESTS = 3000;
const LIMIT = 5;
const LOOK_MS = 100;

const SENDER = PARTIES[2] ?? VIEWER;
const RECIPIENT = PARTIES.at(-1) ?? VIEWER;

const INITIALIZE = `mutation Initialize($input: InitializeTransferInput!) {
  initializeTransfer(input: $input) { __typename ... on Transfer { id status } }
}`;
const INPUT = {
  resourceId: RESOURCES[0]?.id,
  fileName: 'Payroll Q3 2026.pdf',
  sender: SENDER,
  recipients: [RECIPIENT],
};
const CONFIRM = `mutation Confirm($id: ID!) {
  confirmDownload(transferId: $id) { __typename ... on Transfer { id status } }
}`;

interface Load {
  readonly name: string;
  readonly perSecond: readonly number[];
  /** After the last round. */
  readonly uncounted: number;
}

export async function compareRates(path: string, rounds: number): Promise<string> {
  const counted = await countAnew(path);
  const { folder, disk } = await makeDiskFolder();
  const loads = await makeEvents(folder, rounds);
  const peak = Math.max(...loads.flatMap(({ perSecond }) => perSecond));
  const table = formatTable(
    ['events', 'per second', 'counted / this', 'not counted when it ended'],
    [
      [`${counted.events} counted anew`, counted.perSecond.toFixed(0)],
      ...loads.map(({ name, perSecond, uncounted }) => [
        name,
        formatSpread(perSecond, 0),
        (counted.perSecond / Math.max(...perSecond)).toFixed(2),
        String(uncounted),
      ]),
    ],
  );
  const target = formatTarget({
    name: 'events counted per second, of the most that a broker made',
    actual: counted.perSecond / peak,
    limit: LIMIT,
    is: 'atLeast',
  });
  const flush = measureFlush(folder).toFixed(2);
  return [table, `on ${disk}, where one flush takes ${flush} ms`, '', target].join('\n');
}

/** Begins a rebuild beside the statistics in use, and breaks it off. */
async function countAnew(path: string) {
  const database = await openSqliteDatabase(path);
  const enough = new AbortController();
  const [begun, now] = [
    { at: 0, events: 0 },
    { at: 0, events: 0 },
  ];
  try {
    await rebuildStatistics(
      { database, clock: { now: Date.now } },
      {
        signal: enough.signal,
        onProgress(events) {
          // The first stretch ends what comes before all counting.
          if (begun.at === 0) Object.assign(begun, { at: performance.now(), events });
          Object.assign(now, { at: performance.now(), events });
          if (events >= COUNTED) enough.abort();
        },
      },
    );
  } catch (error) {
    if (!enough.signal.aborted) throw error;
  } finally {
    await database.close();
  }
  clearAway(path);
  const seconds = (now.at - begun.at) / 1000;
  return { events: now.events, perSecond: (now.events - begun.events) / seconds };
}

/** What a broken rebuild leaves would be in the way of the next run. */
function clearAway(path: string): void {
  const database = new BetterSqlite3(path);
  const tables = database
    .prepare<[], string>(
      `select name from sqlite_master where type = 'table'
       and sql like '%"generation"%' and name <> 'statistics_generation'`,
    )
    .pluck()
    .all();
  const unused = 'generation in (select generation from statistics_generation where is_in_use = 0)';
  for (const table of tables) database.exec(`delete from "${table}" where ${unused}`);
  database.exec('delete from statistics_generation where is_in_use = 0');
  database.close();
}

/** Rounds of events that a broker makes by GraphQL, while it counts them itself. */
async function makeEvents(folder: string, rounds: number): Promise<readonly Load[]> {
  await using ferje = await startFerje(folder);
  const path = join(ferje.dataDir, 'ferje.sqlite');
  const sender = await tokenFor(ferje, SENDER);
  const recipient = await tokenFor(ferje, RECIPIENT);
  const ids = fillTransfers(path, (rounds + 1) * REQUESTS);
  await untilCounted(path);
  const initialize = toRequests([toOperation(sender, INITIALIZE, { input: INPUT })]);
  const initialized = await load(ferje, path, rounds, () => initialize);
  const confirmed = await load(ferje, path, rounds, (round) =>
    toRequests(
      ids
        .slice(round * REQUESTS, (round + 1) * REQUESTS)
        .map((id) => toOperation(recipient, CONFIRM, { id })),
    ),
  );
  return [
    { name: `initializeTransfer, ${CONNECTIONS} connections: 1 event`, ...initialized },
    { name: `confirmDownload, ${CONNECTIONS} connections: 2 events`, ...confirmed },
  ];
}

/** One round more, before what counts. */
async function load(
  ferje: ServerProcess & TestBroker,
  path: string,
  rounds: number,
  toRound: (round: number) => Requests,
): Promise<Omit<Load, 'name'>> {
  const perSecond: number[] = [];
  let uncounted = 0;
  for (let round = 0; round <= rounds; round += 1) {
    const row = rateRow('', ferje, toRound(round), CONNECTIONS);
    const before = readEnds(path).logEnd;
    const { seconds } = await row.run(REQUESTS);
    const { logEnd, position } = readEnds(path);
    if (logEnd - before < REQUESTS) throw new Error('Some requests have left no event.');
    if (round > 0) perSecond.push((logEnd - before) / seconds);
    uncounted = logEnd - position;
  }
  await untilCounted(path);
  return { perSecond, uncounted };
}

function toRequests(operations: readonly ReturnType<typeof toOperation>[]): Requests {
  const [{ path, headers = {} } = { path: '' }] = operations;
  return {
    method: 'POST',
    path,
    headers,
    bodies: operations.map(({ body = Buffer.of() }) => body),
  };
}

/** Transfers that a recipient may confirm, in the log of a running broker that has none; answers their ids. */
function fillTransfers(path: string, transfers: number): readonly string[] {
  const database = new BetterSqlite3(path);
  const insert = createInserts(database);
  const createdAt = Date.now();
  const ids = database.transaction(() => {
    insertConfiguration(insert);
    let end = 0;
    const made = Array.from({ length: transfers }, (_, n) => {
      const idsOfOne = createIds(n);
      const id = idsOfOne.next(createdAt);
      end = insertTransfer(insert, idsOfOne, id, planDownloaded(createdAt), end);
      return id;
    });
    database.prepare('update history set log_end = ?').run(end);
    return made;
  })();
  database.close();
  return ids;
}

/** The recipient has begun a download. */
function planDownloaded(createdAt: number): Parameters<typeof insertTransfer>[3] {
  const events = [
    ['FILE_TRANSFER_INITIALIZED', 'INITIALIZED', SENDER],
    ['UPLOAD_STARTED', 'UPLOAD_STARTED', SENDER],
    ['UPLOAD_PROCESSING', 'UPLOAD_PROCESSING', SENDER],
    ['PUBLISHED', 'PUBLISHED', null],
    ['DOWNLOAD_STARTED', 'PUBLISHED', RECIPIENT],
  ] as const;
  return {
    resource: RESOURCES[0]?.id ?? '',
    owner: VIEWER,
    sender: SENDER,
    fileName: INPUT.fileName,
    reference: null,
    properties: [],
    createdAt,
    recipients: [{ party: RECIPIENT, status: 'DOWNLOAD_STARTED' }],
    events: events.map(([type, transferStatus, subject]) => ({
      type,
      at: createdAt,
      transferStatus,
      subject,
      recipientStatus: type === 'DOWNLOAD_STARTED' ? type : null,
    })),
  };
}

async function untilCounted(path: string): Promise<void> {
  for (;;) {
    const { logEnd, position } = readEnds(path);
    if (position >= logEnd) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function readEnds(path: string): { readonly logEnd: number; readonly position: number } {
  const database = new BetterSqlite3(path, { readonly: true });
  try {
    const ends = database
      .prepare<[], { logEnd: number; position: number }>(
        `select log_end as logEnd, position from history, statistics_generation
         where is_in_use = 1`,
      )
      .get();
    if (ends === undefined) throw new Error('There are no statistics.');
    return ends;
  } finally {
    database.close();
  }
}
