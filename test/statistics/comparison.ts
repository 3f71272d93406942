/** Asks the broker's statistics and the plain calculation the same questions. */
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { Database, Queries } from '../../src/database/index.ts';
import type { Viewer } from '../../src/domain/caller.ts';
import { DAY_MS, SECOND_MS } from '../../src/domain/duration.ts';
import type { PartyId } from '../../src/domain/party-id.ts';
import {
  countStatisticsRows,
  findTimeToConfirm,
  findWaiting,
  listStatistics,
  type StatisticsDimension,
  type StatisticsFilter,
  type StatisticsMeasure,
  type StatisticsRow,
} from '../../src/statistics/index.ts';
import { streamStatistics } from '../../src/statistics/list-statistics.ts';
import {
  calculateRows,
  calculateTimesToConfirm,
  calculateWaiting,
  orderRows,
  type PlainTransfer,
  readRawLog,
  tellTransfers,
} from './plain-calculation.ts';

const MANY = 10_000;

/** As the contract names them. */
export const DIMENSIONS: readonly StatisticsDimension[] = [
  'DAY',
  'MONTH',
  'RESOURCE',
  'SERVICE_OWNER',
  'SENDER',
  'RECIPIENT',
  'SENDER_VENDOR',
  'RECIPIENT_VENDOR',
];
const MEASURES: readonly StatisticsMeasure[] = [
  'TRANSFERS',
  'BYTES_UPLOADED',
  'DOWNLOADS_CONFIRMED',
  'NEVER_CONFIRMED',
  'MEDIAN_SECONDS_TO_CONFIRM',
];

/** Every set of dimensions that may go together. */
export const GROUPINGS: readonly (readonly StatisticsDimension[])[] = Array.from(
  { length: 2 ** DIMENSIONS.length },
  (_, bits) => DIMENSIONS.filter((_, index) => (bits & (1 << index)) !== 0),
).filter((set) => !(set.includes('DAY') && set.includes('MONTH')));

const ORDERS = [null, ...MEASURES].flatMap((orderBy) =>
  (['ASC', 'DESC'] as const).map((order) => ({ orderBy, order })),
);
const FIRSTS = [MANY, MANY, 1, MANY, 3, MANY, MANY];

export interface Question {
  readonly viewer: Viewer;
  readonly filter: StatisticsFilter;
  /** All dimensions, in the order in which they are named. */
  readonly dimensions: readonly StatisticsDimension[];
  /** What is ordered by what. */
  readonly turn: number;
  /** Which of those that wait is as old as a whole number of days. */
  readonly waiter: number;
}

/** How much was compared, for a run to show that it was much. */
export const compared = { questions: 0, rows: 0, histograms: 0, waiting: 0 };

/** Everything: each grouping, and what is not grouped. */
export async function compareEverything(
  database: Database,
  now: number,
  question: Question,
): Promise<void> {
  const transfers = tellTransfers(await readRawLog(database));
  await database.read(async (db) => {
    for (const index of GROUPINGS.keys()) await compareRows(db, transfers, question, index);
    await compareTimesToConfirm(db, transfers, question);
    await compareWaiting(db, transfers, question, now);
  });
  await database.readAside((db) => compareStreams(db, transfers, question));
}

/** A few groupings, for moments of which there are many. */
export async function compareSome(
  database: Database,
  now: number,
  questions: readonly Question[],
): Promise<void> {
  const transfers = tellTransfers(await readRawLog(database));
  await database.read(async (db) => {
    for (const question of questions) {
      await compareRows(db, transfers, question, 0);
      for (let turn = 0; turn < 3; turn += 1) {
        await compareRows(db, transfers, question, (question.turn * 3 + turn) % GROUPINGS.length);
      }
      await compareTimesToConfirm(db, transfers, question);
      await compareWaiting(db, transfers, question, now);
    }
  });
}

/** The statistics in use as of the event up to which they are counted; whether one is open is not told by events alone. */
export async function compareSoFar(
  database: Database,
  questions: readonly Question[],
): Promise<number> {
  const { log, position } = await readCountedLog(database);
  const transfers = tellTransfers(log);
  await database.read(async (db) => {
    for (const { viewer, filter, dimensions, turn } of questions) {
      const groupBy = toGroupBy(dimensions, turn % GROUPINGS.length);
      const { rows } = await list(db, viewer, { filter, groupBy }, {});
      const expected = calculateRows(transfers, viewer, { filter, groupBy });
      const closed = (row: StatisticsRow) => ({ ...row, open: null });
      check(rows.map(closed), expected.map(closed), {
        so: 'far',
        position,
        viewer,
        filter,
        groupBy,
      });
    }
  });
  return position;
}

async function readCountedLog(database: Database) {
  const { position } = await database.read((db) =>
    db
      .selectFrom('statistics_generation')
      .select('position')
      .where('is_in_use', '=', 1)
      .executeTakeFirstOrThrow(),
  );
  const whole = await readRawLog(database);
  const events = whole.events.filter((event) => event.position <= position);
  return { position, log: { ...whole, events, statuses: [] } };
}

/** As many as there are facts of: those of a rebuild that is over are gone. */
export async function countGenerations(database: Database): Promise<number> {
  const found = await database.read(async (db) => [
    await db.selectFrom('statistics_generation').select('generation').distinct().execute(),
    await db.selectFrom('statistics_transfer').select('generation').distinct().execute(),
    await db.selectFrom('statistics_recipient').select('generation').distinct().execute(),
    await db.selectFrom('statistics_resource_day').select('generation').distinct().execute(),
    await db.selectFrom('statistics_sender_month').select('generation').distinct().execute(),
    await db.selectFrom('statistics_recipient_day').select('generation').distinct().execute(),
  ]);
  return new Set(found.flat().map(({ generation }) => generation)).size;
}

function toGroupBy(dimensions: readonly StatisticsDimension[], index: number) {
  return dimensions.filter((dimension) => GROUPINGS[index]?.includes(dimension));
}

async function compareRows(
  db: Queries,
  transfers: readonly PlainTransfer[],
  { viewer, filter, dimensions, turn }: Question,
  index: number,
): Promise<void> {
  const request = { filter, groupBy: toGroupBy(dimensions, index) };
  const { orderBy, order } = ORDERS[(index + turn) % ORDERS.length] ?? {
    orderBy: null,
    order: 'ASC',
  };
  const first = FIRSTS[(index + turn) % FIRSTS.length] ?? MANY;
  // Who does not ask for medians need not wait for them.
  const withMedian = orderBy === 'MEDIAN_SECONDS_TO_CONFIRM' || (index + turn) % 5 !== 0;
  const all = calculateRows(transfers, viewer, request);
  const expected = orderRows(all, orderBy, order)
    .slice(0, first)
    .map((row) => (withMedian ? row : { ...row, medianSecondsToConfirm: null }));
  const measures = WANTED[(index + turn) % WANTED.length];
  const about = { viewer, request, orderBy, order, first, withMedian, measures };
  const { rows, count } = await list(db, viewer, request, {
    orderBy,
    order,
    first,
    withMedian,
    ...(measures !== undefined && { measures: new Set(measures) }),
  });
  const pick = (row: StatisticsRow) => (measures === undefined ? row : pickWanted(row, measures));
  check(rows.map(pick), expected.map(pick), about);
  check(count, all.length, { number: 'of rows', ...about });
  // Again by another way, which takes as long as the first one: so it is gone less often.
  if ((index + turn) % 8 === 0) {
    check(await countStatisticsRows(db, viewer, request), all.length, {
      counted: 'alone',
      ...about,
    });
  }
  compared.questions += 1;
  compared.rows += rows.length;
}

/** All rows of some groupings, as exports read them. */
async function compareStreams(
  db: Queries,
  transfers: readonly PlainTransfer[],
  { viewer, filter, dimensions, turn }: Question,
): Promise<void> {
  for (let index = turn % 9; index < GROUPINGS.length; index += 9) {
    const request = { filter, groupBy: toGroupBy(dimensions, index) };
    const rowsAtOnce = 1 + ((index + turn) % 7);
    const rows: StatisticsRow[] = [];
    for await (const piece of streamStatistics(db, viewer, request, {
      rowsAtOnce,
      withMedian: true,
    })) {
      rows.push(...piece.map(roundMedian));
    }
    check(rows, calculateRows(transfers, viewer, request), { viewer, request, rowsAtOnce });
  }
}

/** What is wanted of the measures; everything where there is no list. */
const WANTED: readonly (readonly (keyof StatisticsRow)[] | undefined)[] = [
  undefined,
  undefined,
  [],
  ['anyConfirmed'],
  undefined,
  ['transfers', 'bytesUploaded', 'recipientsNeverConfirmed'],
  ['open', 'downloadsConfirmed', 'neverConfirmed'],
];

/** The rest may be anything. */
function pickWanted(row: StatisticsRow, measures: readonly (keyof StatisticsRow)[]) {
  const { period, resourceId, ownerId, senderId, recipientId, senderVendor, recipientVendor } = row;
  return [
    [period, resourceId, ownerId, senderId, recipientId, senderVendor, recipientVendor],
    row.medianSecondsToConfirm,
    ...measures.map((measure) => row[measure]),
  ];
}

type Listed = Partial<Parameters<typeof listStatistics>[3]>;

async function list(
  db: Queries,
  viewer: Viewer,
  request: Parameters<typeof listStatistics>[2],
  { orderBy = null, order = 'DESC', first = MANY, withMedian = true, ...wanted }: Listed,
): Promise<{ readonly rows: StatisticsRow[]; readonly count: number }> {
  const asked = { orderBy, order, first, withMedian, ...wanted };
  const { rows, count } = await listStatistics(db, viewer, request, asked);
  return { rows: rows.map(roundMedian), count };
}

/** The last binary digit is not what this is about: a median is a whole number of half milliseconds. */
function roundMedian({ medianSecondsToConfirm: median, ...row }: StatisticsRow): StatisticsRow {
  return {
    ...row,
    medianSecondsToConfirm: median === null ? null : Math.round(median * 1e6) / 1e6,
  };
}

/** The spans are the broker's choice: without gaps from 0 on, and in each as many as belong there. */
async function compareTimesToConfirm(
  db: Queries,
  transfers: readonly PlainTransfer[],
  { viewer, filter }: Question,
): Promise<void> {
  const times = calculateTimesToConfirm(transfers, viewer, filter);
  const buckets = await findTimeToConfirm(db, viewer, filter);
  const about = { what: 'times to confirm', viewer, filter, times };
  check(
    buckets.map(({ fromSeconds }) => fromSeconds),
    [0, ...buckets.slice(0, -1).map(({ toSeconds }) => toSeconds)],
    about,
  );
  check(buckets.at(-1)?.toSeconds, null, about);
  const expected = buckets.map(({ fromSeconds, toSeconds }) => ({
    fromSeconds,
    toSeconds,
    recipients: countWithin(times, fromSeconds * SECOND_MS, (toSeconds ?? Infinity) * SECOND_MS),
  }));
  check(buckets, expected, about);
  check(sum(buckets.map(({ recipients }) => recipients)), times.length, about);
  compared.histograms += 1;
}

/** The ages are the broker's choice, too: of each recipient without overlaps, in order, and with nobody left over. */
async function compareWaiting(
  db: Queries,
  transfers: readonly PlainTransfer[],
  { viewer, filter, waiter }: Question,
  clockNow: number,
): Promise<void> {
  const waiting = calculateWaiting(transfers, viewer, filter);
  const oldest = waiting[waiter % Math.max(1, waiting.length)];
  const wholeDays =
    oldest && oldest.publishedAt + Math.ceil((clockNow - oldest.publishedAt) / DAY_MS) * DAY_MS;
  for (const now of new Set([clockNow, wholeDays ?? clockNow])) {
    const buckets = await findWaiting(db, viewer, filter, now, MANY);
    const about = { what: 'waiting', viewer, filter, now, waiting };
    const ages = new Map<PartyId, number[]>();
    for (const { recipient, publishedAt } of waiting) {
      ages.set(recipient, [...(ages.get(recipient) ?? []), now - publishedAt]);
    }
    const expected = buckets.map((bucket) => ({
      ...bucket,
      transfers: countWithin(
        ages.get(bucket.recipient) ?? [],
        bucket.fromDays * DAY_MS,
        (bucket.toDays ?? Infinity) * DAY_MS,
      ),
    }));
    check(buckets, expected, about);
    check(sum(buckets.map((bucket) => bucket.transfers)), waiting.length, about);
    check(
      buckets.some((bucket) => bucket.transfers === 0),
      false,
      about,
    );
    const inOrder = buckets.toSorted((a, b) =>
      a.recipient === b.recipient ? a.fromDays - b.fromDays : a.recipient < b.recipient ? -1 : 1,
    );
    check(buckets, inOrder, about);
    check(await findWaiting(db, viewer, filter, now, 2), buckets.slice(0, 2), about);
    compared.waiting += buckets.length;
  }
}

function countWithin(values: readonly number[], from: number, to: number): number {
  return values.filter((value) => value >= from && value < to).length;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

/** The message is made only where it is needed: there are many thousands of these. */
function check(actual: unknown, expected: unknown, about: object): void {
  if (isDeepStrictEqual(actual, expected)) return;
  expect(actual, JSON.stringify(about)).toStrictEqual(expected);
}
