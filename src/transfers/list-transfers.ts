/**
 * Lists of transfers, as far as a viewer may see them, by keyset cursors. A list is made of stretches of indexes, each in
 * the order of the list: a page costs what it holds, not what there is.
 */
import { executePrepared, type Queries } from '../database/index.ts';
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
  const rows = await readPage(db, {
    viewer,
    filter,
    orderBy,
    direction,
    after: after.value,
    limit: page.size + 1,
  });
  const keyOf = (row: TransferRow) => row[TRANSFER_COLUMNS[orderBy]] ?? 0;
  return ok(toPage(page, rows, (row) => encodeCursor(list, [keyOf(row), row.id])));
}

/** A list that is narrowed by nothing but a role is asked for most, and is always the same query. */
async function readPage(db: Queries, page: ListPage): Promise<readonly TransferRow[]> {
  const { viewer, filter, orderBy, direction, after, limit } = page;
  const { role, ...others } = filter;
  if (Object.values(others).some((value) => value != null)) {
    return (await buildPage(db, page))?.execute() ?? [];
  }
  const roles = viewer.roles.filter((own) => role == null || own === role);
  if (roles.length === 0) return [];
  const shape = `transfers ${orderBy} ${direction} ${roles} ${after === null ? '' : 'after'}`;
  const values = { party: viewer.party, limit, time: after?.time ?? 0, id: after?.id ?? '' };
  return executePrepared(db, shape, values, async ({ party, limit, time, id }) => {
    const place = after && { time, id };
    const query = await buildPage(db, { ...page, viewer: { party, roles }, after: place, limit });
    if (query === undefined) throw new Error('A list of some role has no query.');
    return query;
  });
}

/** The query of a page; undefined where the viewer sees nothing of the list. */
async function buildPage(db: Queries, page: ListPage) {
  const { viewer, filter, orderBy, direction, limit } = page;
  const order = direction === 'ASC' ? 'asc' : 'desc';
  const ordered: OrderedRows[] = [];
  for (const stretch of await findStretches(db, viewer, filter, orderBy)) {
    ordered.push(await orderStretch(db, page, stretch));
  }
  if (ordered.length === 0) return undefined;
  return db
    .selectFrom(mergeStretches(db, ordered, order, limit).as('found'))
    .innerJoin('transfer', 'transfer.id', 'found.transfer_id')
    .selectAll('transfer')
    .orderBy('found.key', order)
    .orderBy('found.transfer_id', order);
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
