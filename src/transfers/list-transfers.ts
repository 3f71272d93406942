/**
 * Lists of transfers, as far as a viewer may see them, by keyset cursors. A list is made of stretches of indexes, each in
 * the order of the list: a page costs what it holds, not what there is.
 */
import type { Queries } from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import { isUuid } from '../domain/clock.ts';
import { decodeCursor, encodeCursor, invalidCursor } from '../domain/keyset-cursor.ts';
import { type Page, type PageRequest, toPage } from '../domain/page.ts';
import { ok, type Result } from '../domain/result.ts';
import { type ListPage, type OrderedRows, orderStretch, type Place } from './ordered-stretch.ts';
import type { TransferRow } from './transfer.ts';
import { boundsOf, type TransferFilter } from './transfer-filter.ts';
import { findStretches, readStretch, type TransferOrder } from './transfer-stretches.ts';

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
  const asked: ListPage = { viewer, filter, orderBy, direction, after: after.value, limit };
  const ordered: OrderedRows[] = [];
  for (const stretch of stretches) ordered.push(await orderStretch(db, asked, stretch));
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
  const lead = boundsOf(filter)[0]?.column ?? 'created_at';
  const [first, ...others] = stretches.map((stretch) =>
    db
      .selectFrom(
        readStretch(db, viewer, filter, orderBy, stretch, lead)
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

/** The first rows of all stretches together; what a viewer sees in several roles comes once. */
function mergeStretches(
  db: Queries,
  stretches: readonly OrderedRows[],
  order: 'asc' | 'desc',
  limit: number,
) {
  const [first, ...others] = stretches.map((rows) =>
    db.selectFrom(rows).select(['stretch.transfer_id', 'stretch.key']),
  );
  if (first === undefined) throw new Error('There is nothing to merge.');
  if (others.length === 0) return first;
  return others
    .reduce((union, other) => union.union(other), first)
    .orderBy('key', order)
    .orderBy('transfer_id', order)
    .limit(limit);
}
