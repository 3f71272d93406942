/**
 * Lists of transfers, as far as a viewer may see them, by keyset cursors. A list is made of stretches of indexes, each in
 * the order of the list: a page costs what it holds, not what there is.
 */
import { type Expression, type SelectQueryBuilder, sql } from 'kysely';
import { type Queries, type Tables, unindexed } from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import { isUuid } from '../domain/clock.ts';
import { decodeCursor, encodeCursor, invalidCursor } from '../domain/keyset-cursor.ts';
import { type Page, type PageRequest, toPage } from '../domain/page.ts';
import { ok, type Result } from '../domain/result.ts';
import type { TransferRow } from './transfer.ts';
import type { PartyRows, TransferFilter } from './transfer-filter.ts';
import {
  findStretches,
  ORDER_COLUMNS,
  readStretch,
  type TransferOrder,
} from './transfer-stretches.ts';

const TRANSFER_COLUMNS = {
  CREATED_AT: 'created_at',
  PUBLISHED_AT: 'published_at',
  STATUS_CHANGED_AT: 'status_changed_at',
} as const;

/** Counting stops above this: the count is null then. */
const MAX_COUNT = 10_000;

export interface TransferListRequest {
  readonly filter: TransferFilter;
  readonly orderBy: TransferOrder;
  readonly direction: 'ASC' | 'DESC';
}

interface Place {
  readonly time: number;
  readonly id: string;
}

/** A page; INVALID_CURSOR for a cursor that is garbage or of another order. */
export async function listTransfers(
  db: Queries,
  viewer: Viewer,
  { filter, orderBy, direction }: TransferListRequest,
  page: PageRequest,
): Promise<Result<Page<TransferRow>>> {
  const list = `transfers:${orderBy}:${direction}`;
  const after = page.after === null ? ok(null) : decodePlace(list, page.after);
  if (!after.ok) return after;
  const stretches = await findStretches(db, viewer, filter, orderBy);
  if (stretches.length === 0) return ok(toPage(page, [], ({ id }: TransferRow) => id));

  const order = direction === 'ASC' ? 'asc' : 'desc';
  const limit = page.size + 1;
  const key = ORDER_COLUMNS[orderBy];
  const ordered = stretches.map((stretch) => {
    const rows = readStretch(db, viewer, filter, orderBy, stretch);
    const isInOrder = stretch.lead === key;
    const time = isInOrder
      ? sql.ref<number>(`transfer_party.${key}`)
      : unindexed<number>(`transfer_party.${key}`);
    return (after.value === null ? rows : beyond(rows, time, direction, after.value))
      .select(['transfer_party.transfer_id', `transfer_party.${key} as key`])
      .orderBy(time, order)
      .orderBy('transfer_party.transfer_id', order)
      .limit(limit);
  });
  const rows = await db
    .selectFrom(mergeStretches(db, ordered, order, limit).as('found'))
    .innerJoin('transfer', 'transfer.id', 'found.transfer_id')
    .selectAll('transfer')
    .orderBy('found.key', order)
    .orderBy('found.transfer_id', order)
    .execute();
  const keyOf = (row: TransferRow) => row[TRANSFER_COLUMNS[orderBy]] ?? 0;
  return ok(toPage(page, rows, (row) => encodeCursor(list, [keyOf(row), row.id])));
}

/** How many transfers the filter lets through: exact up to 10 000, null above. */
export async function countTransfers(
  db: Queries,
  viewer: Viewer,
  { filter, orderBy }: TransferListRequest,
): Promise<number | null> {
  const stretches = await findStretches(db, viewer, filter, 'CREATED_AT');
  const [first, ...others] = stretches.map((stretch) =>
    db
      .selectFrom(
        readStretch(db, viewer, filter, orderBy, stretch)
          .select('transfer_party.transfer_id')
          .limit(MAX_COUNT + 1)
          .as('stretch'),
      )
      .select('stretch.transfer_id'),
  );
  if (first === undefined) return 0;
  // A union names what a viewer sees in several roles once.
  const all = others.reduce((union, other) => union.union(other), first).limit(MAX_COUNT + 1);
  const { count } = await db
    .selectFrom(all.as('found'))
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count > MAX_COUNT ? null : count;
}

function decodePlace(list: string, cursor: string): Result<Place> {
  const place = decodeCursor<readonly [number, string]>(list, cursor, ['number', 'string']);
  if (!place.ok) return place;
  const [time, id] = place.value;
  return isUuid(id) ? ok({ time, id }) : invalidCursor(cursor, `is not one of the list ${list}`);
}

/** The rows that come after a place in the order of the list. */
function beyond(
  query: PartyRows,
  column: Expression<number>,
  direction: 'ASC' | 'DESC',
  { time, id }: Place,
): PartyRows {
  const transferId = sql.ref('transfer_party.transfer_id');
  // Compared as a pair, which both databases find in an index at once.
  return direction === 'ASC'
    ? query.where(sql<boolean>`(${column}, ${transferId}) > (${time}, ${id})`)
    : query.where(sql<boolean>`(${column}, ${transferId}) < (${time}, ${id})`);
}

type OrderedRows = SelectQueryBuilder<
  Tables,
  'transfer_party',
  { transfer_id: string; key: number | null }
>;

/** The first rows of all stretches together; what a viewer sees in several roles comes once. */
function mergeStretches(
  db: Queries,
  stretches: readonly OrderedRows[],
  order: 'asc' | 'desc',
  limit: number,
) {
  const [first, ...others] = stretches.map((rows) =>
    db.selectFrom(rows.as('stretch')).select(['stretch.transfer_id', 'stretch.key']),
  );
  if (first === undefined) throw new Error('There is nothing to merge.');
  if (others.length === 0) return first;
  return others
    .reduce((union, other) => union.union(other), first)
    .orderBy('key', order)
    .orderBy('transfer_id', order)
    .limit(limit);
}
