/** Reading the log as far as a viewer may see it. */
import type { Selectable, SelectQueryBuilder } from 'kysely';
import type { EventTable, Queries, Tables } from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import type { EventType, TransferRole } from '../domain/transfer-status.ts';

export type EventRow = Selectable<EventTable>;

export interface EventFilter {
  readonly types?: readonly EventType[] | null | undefined;
  readonly resourceIds?: readonly string[] | null | undefined;
  readonly transferId?: string | null | undefined;
  readonly role?: TransferRole | null | undefined;
  /** ALL where left out. */
  readonly audience?: 'ALL' | 'MINE' | undefined;
}

export interface EventRange {
  /** Exclusive. */
  readonly after?: number | undefined;
  /** Exclusive. */
  readonly before?: number | undefined;
  /** Epoch milliseconds, inclusive. */
  readonly from?: number | undefined;
  /** Epoch milliseconds, exclusive. */
  readonly to?: number | undefined;
  readonly limit: number;
  /** The latest first. */
  readonly backwards?: boolean;
}

/** As far as the viewer may see them; all where it is null, which is the broker itself. */
export async function readEvents(
  db: Queries,
  viewer: Viewer | null,
  filter: EventFilter,
  range: EventRange,
): Promise<EventRow[]> {
  let query = db.selectFrom('event').selectAll('event');
  if (viewer !== null) {
    const roles = viewer.roles.filter((role) => filter.role == null || filter.role === role);
    if (roles.length === 0) return [];
    query = narrow(query, { party: viewer.party, roles }, filter, range);
  }
  if (filter.types != null) query = query.where('event.type', 'in', filter.types);
  if (filter.resourceIds != null)
    query = query.where('event.resource_id', 'in', filter.resourceIds);
  if (filter.transferId != null) query = query.where('event.transfer_id', '=', filter.transferId);
  if (range.after !== undefined) query = query.where('event.position', '>', range.after);
  if (range.before !== undefined) query = query.where('event.position', '<', range.before);
  if (range.from !== undefined) query = query.where('event.time', '>=', range.from);
  if (range.to !== undefined) query = query.where('event.time', '<', range.to);
  return query
    .orderBy('event.position', range.backwards === true ? 'desc' : 'asc')
    .limit(range.limit)
    .execute();
}

type EventQuery = SelectQueryBuilder<Tables, 'event', EventRow>;

/** Only what the viewer may see, or only what concerns it. */
function narrow(
  query: EventQuery,
  viewer: Viewer,
  filter: EventFilter,
  range: EventRange,
): EventQuery {
  const { party, roles } = viewer;
  if (filter.audience === 'MINE') {
    return query.where('event.position', 'in', (eb) => {
      let mine = eb
        .selectFrom('event_party')
        .select('event_party.position')
        .where('event_party.party_id', '=', party)
        .where('event_party.role', 'in', roles);
      if (range.after !== undefined) mine = mine.where('event_party.position', '>', range.after);
      if (range.before !== undefined) mine = mine.where('event_party.position', '<', range.before);
      return mine;
    });
  }
  return query.where((eb) =>
    eb.exists(
      eb
        .selectFrom('transfer_party')
        .select('transfer_party.id')
        .whereRef('transfer_party.transfer_id', '=', 'event.transfer_id')
        .where('transfer_party.party_id', '=', party)
        .where('transfer_party.role', 'in', roles),
    ),
  );
}

/** The event, where the viewer may see it. */
export async function findEvent(
  db: Queries,
  viewer: Viewer,
  id: string,
): Promise<EventRow | undefined> {
  const event = await db.selectFrom('event').selectAll().where('id', '=', id).executeTakeFirst();
  if (event === undefined || viewer.roles.length === 0) return undefined;
  const seen = await db
    .selectFrom('transfer_party')
    .select('id')
    .where('transfer_id', '=', event.transfer_id)
    .where('party_id', '=', viewer.party)
    .where('role', 'in', viewer.roles)
    .executeTakeFirst();
  return seen === undefined ? undefined : event;
}

/** The position of the last event; 0 where there is none. */
export async function findLogEnd(db: Queries): Promise<number> {
  const { log_end } = await db.selectFrom('history').select('log_end').executeTakeFirstOrThrow();
  return log_end;
}
