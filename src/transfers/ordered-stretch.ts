/**
 * A stretch of a list in the list's order. It is read by the index of that order, unless the filter bounds another time
 * and lets few transfers through that lie far off in the order: those are read by that time, and then put in order.
 */
import { type AliasedExpression, type Expression, type SelectQueryBuilder, sql } from 'kysely';
import { type Queries, type Tables, unindexed } from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import {
  boundsOf,
  type PartyRows,
  type TimeColumn,
  type TransferFilter,
} from './transfer-filter.ts';
import {
  ORDER_COLUMNS,
  readParty,
  readStretch,
  type Stretch,
  type TransferOrder,
} from './transfer-stretches.ts';

/** Whose list it is, and the page of it that is read. */
export interface ListPage {
  readonly viewer: Viewer;
  readonly filter: TransferFilter;
  readonly orderBy: TransferOrder;
  readonly direction: 'ASC' | 'DESC';
  /** The place after which the page begins; null at the beginning of the list. */
  readonly after: Place | null;
  /** So many entries are wanted. */
  readonly limit: number;
}

/** Of a transfer in a list: its time in the list's order, and its id among those of the same time. */
export interface Place {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly id: string;
}

/** A stretch's transfers, each with its time in the list's order. */
type StretchRows = SelectQueryBuilder<
  Tables,
  'transfer_party',
  { transfer_id: string; key: number | null }
>;

/** The first of them in the order of the list, as part of a query. */
export type OrderedRows = AliasedExpression<{ transfer_id: string; key: number | null }, 'stretch'>;

/** As many of the next entries in the order are looked at for a page before another time is asked. */
const NEAR = 1000;

/** As many entries tell how far a page can reach at most. */
const FIRST = 250;

/** As many entries of an index are read and put in order sooner than they are looked for among all. */
const FEW = 20_000;

/** The first entries of the page that the stretch has. */
export async function orderStretch(
  db: Queries,
  page: ListPage,
  stretch: Stretch,
): Promise<OrderedRows> {
  const key = ORDER_COLUMNS[page.orderBy];
  const order = page.direction === 'ASC' ? 'asc' : 'desc';
  const lead = stretch.split === undefined ? await chooseLead(db, page, stretch) : key;
  const rows = readAfter(db, page, stretch, lead);
  const time = timeOf(key, lead);
  const wanted =
    lead === key
      ? rows
      : rows.where(time, order === 'asc' ? '<=' : '>=', farthest(db, rows, page, lead));
  return wanted
    .orderBy(time, order)
    .orderBy('transfer_party.transfer_id', order)
    .limit(page.limit)
    .as('stretch');
}

/**
 * A time beyond which nothing belongs to the page, so that most entries need not be put in order: the last one of a page
 * that is made of those that are read first. All of time where they do not fill a page.
 */
function farthest(
  db: Queries,
  rows: StretchRows,
  { direction, limit }: ListPage,
  lead: TimeColumn,
) {
  const order = direction === 'ASC' ? 'asc' : 'desc';
  const first = rows.orderBy(`transfer_party.${lead}`, order).limit(FIRST);
  const best = db
    .selectFrom(first.as('first'))
    .select('first.key')
    .orderBy('first.key', order)
    .limit(limit);
  return db.selectFrom(best.as('best')).select((eb) => {
    const [last, end] =
      direction === 'ASC'
        ? [eb.fn.max<number>('best.key'), Number.MAX_SAFE_INTEGER]
        : [eb.fn.min<number>('best.key'), Number.MIN_SAFE_INTEGER];
    return eb
      .case()
      .when(eb.fn.countAll<number>(), '=', limit)
      .then(last)
      .else(sql.lit(end))
      .end()
      .as('time');
  });
}

/** The time by whose index the stretch is read. */
async function chooseLead(db: Queries, page: ListPage, stretch: Stretch): Promise<TimeColumn> {
  const key = ORDER_COLUMNS[page.orderBy];
  const bounds = boundsOf(page.filter);
  if (bounds.length === 0 || bounds.some(({ column }) => column === key)) return key;
  if (await isNear(db, page, stretch)) return key;
  for (const { column, from, to } of bounds) {
    let entries = readParty(db, stretch).select('transfer_id');
    if (from != null) entries = entries.where(column, '>=', from);
    if (to != null) entries = entries.where(column, '<', to);
    if ((await count(db, entries.limit(FEW))) < FEW) return column;
  }
  return key;
}

/** Whether the next entries in the order fill the page. */
async function isNear(db: Queries, page: ListPage, stretch: Stretch): Promise<boolean> {
  const key = ORDER_COLUMNS[page.orderBy];
  const isAscending = page.direction === 'ASC';
  const next = beyond(readParty(db, stretch), timeOf(key, key), page)
    // Those without this time are in no list, though in the index they come first.
    .where(`transfer_party.${key}`, 'is not', null)
    .select(`transfer_party.${key} as time`)
    .orderBy(`transfer_party.${key}`, isAscending ? 'asc' : 'desc')
    .limit(NEAR);
  const last = db
    .selectFrom(next.as('next'))
    .select((eb) => (isAscending ? eb.fn.max('next.time') : eb.fn.min('next.time')).as('time'));
  const found = readAfter(db, page, stretch, key)
    .where(`transfer_party.${key}`, isAscending ? '<=' : '>=', last)
    .limit(page.limit);
  return (await count(db, found)) === page.limit;
}

async function count(
  db: Queries,
  entries: SelectQueryBuilder<Tables, 'transfer_party', { transfer_id: string }>,
): Promise<number> {
  const { entries: counted } = await db
    .selectFrom(entries.as('entry'))
    .select((eb) => eb.fn.countAll<number>().as('entries'))
    .executeTakeFirstOrThrow();
  return counted;
}

/** The rows of a stretch that come after the place where the page begins. */
function readAfter(db: Queries, page: ListPage, stretch: Stretch, lead: TimeColumn): StretchRows {
  const { viewer, filter, orderBy } = page;
  const key = ORDER_COLUMNS[orderBy];
  return beyond(
    readStretch(db, viewer, filter, orderBy, stretch, lead),
    timeOf(key, lead),
    page,
  ).select(['transfer_party.transfer_id', `transfer_party.${key} as key`]);
}

/** The time of the list's order, where another one leads the index that is read. */
function timeOf(key: TimeColumn, lead: TimeColumn): Expression<number> {
  const column = `transfer_party.${key}`;
  return lead === key ? sql.ref<number>(column) : unindexed<number>(column);
}

function beyond(
  query: PartyRows,
  time: Expression<number>,
  { after, direction }: ListPage,
): PartyRows {
  if (after === null) return query;
  const id = sql.ref('transfer_party.transfer_id');
  // Compared as a pair, which both databases find in an index at once.
  return direction === 'ASC'
    ? query.where(sql<boolean>`(${time}, ${id}) > (${after.time}, ${after.id})`)
    : query.where(sql<boolean>`(${time}, ${id}) < (${after.time}, ${after.id})`);
}
