/** Reading the log as far as a viewer may see it. */
import { type Selectable, type SelectQueryBuilder, sql } from 'kysely';
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
  let order: 'event.position' | 'event_party.position' = 'event.position';
  if (viewer !== null) {
    const roles = viewer.roles.filter((role) => filter.role == null || filter.role === role);
    if (roles.length === 0) return [];
    const reader = { party: viewer.party, roles };
    if (filter.audience === 'MINE') {
      query = whatConcerns(query, reader);
      // Read in the order of what concerns the party, so that a page costs what it holds.
      order = 'event_party.position';
    } else {
      const isRare = filter.transferId == null && (await isFarBetween(db, reader, range));
      query = isRare ? ofItsTransfers(query, reader) : ofSeenTransfers(query, reader);
    }
  }
  const position = sql.ref<number>(order);
  if (filter.types != null) query = query.where('event.type', 'in', filter.types);
  if (filter.resourceIds != null) {
    query = query.where('event.resource_id', 'in', filter.resourceIds);
  }
  if (filter.transferId != null) query = query.where('event.transfer_id', '=', filter.transferId);
  if (range.after !== undefined) query = query.where(position, '>', range.after);
  if (range.before !== undefined) query = query.where(position, '<', range.before);
  if (range.from !== undefined) query = query.where('event.time', '>=', range.from);
  if (range.to !== undefined) query = query.where('event.time', '<', range.to);
  return query
    .orderBy(position, range.backwards === true ? 'desc' : 'asc')
    .limit(range.limit)
    .execute();
}

type EventQuery = SelectQueryBuilder<Tables, 'event', EventRow>;

/** Audience MINE. */
function whatConcerns(query: EventQuery, { party, roles }: Viewer): EventQuery {
  return query
    .innerJoin('event_party', 'event_party.position', 'event.position')
    .where('event_party.party_id', '=', party)
    .where('event_party.role', 'in', roles)
    .where((eb) =>
      eb.not(
        // Whom an event concerns in several roles it is told of once.
        eb.exists(
          eb
            .selectFrom('event_party as other')
            .select('other.role')
            .whereRef('other.party_id', '=', 'event_party.party_id')
            .whereRef('other.position', '=', 'event_party.position')
            .whereRef('other.role', '<', 'event_party.role')
            .where('other.role', 'in', roles),
        ),
      ),
    );
}

/** Audience ALL, read along the log: for who sees much of it. */
function ofSeenTransfers(query: EventQuery, { party, roles }: Viewer): EventQuery {
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

/** Audience ALL, read transfer by transfer and put in order: for who sees so few that most of the log would be passed over. */
function ofItsTransfers(query: EventQuery, { party, roles }: Viewer): EventQuery {
  return query.where('event.transfer_id', 'in', (eb) =>
    eb
      .selectFrom('transfer_party')
      .select('transfer_party.transfer_id')
      .where('transfer_party.party_id', '=', party)
      .where('transfer_party.role', 'in', roles),
  );
}

/** As many positions are looked through one by one, however few of them the reader sees. */
const SHORT_STRETCH = 5000;
/** Who sees no more transfers than these sees little of a long stretch of the log. */
const FEW_TRANSFERS = 500;

/** Whether what the reader sees of this stretch of the log lies far between. */
async function isFarBetween(
  db: Queries,
  { party, roles }: Viewer,
  { after, before }: EventRange,
): Promise<boolean> {
  const end = before ?? (await findLogEnd(db));
  if (end - (after ?? 0) <= SHORT_STRETCH) return false;
  const some = await db
    .selectFrom('transfer_party')
    .select('transfer_id')
    .where('party_id', '=', party)
    .where('role', 'in', roles)
    .limit(FEW_TRANSFERS + 1)
    .execute();
  return some.length <= FEW_TRANSFERS;
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

/** The events at these positions, whoever asks. */
export async function findEventsAt(db: Queries, positions: readonly number[]): Promise<EventRow[]> {
  if (positions.length === 0) return [];
  return db.selectFrom('event').selectAll().where('position', 'in', positions).execute();
}

/** The position of the last event; 0 where there is none. */
export async function findLogEnd(db: Queries): Promise<number> {
  const { log_end } = await db.selectFrom('history').select('log_end').executeTakeFirstOrThrow();
  return log_end;
}
