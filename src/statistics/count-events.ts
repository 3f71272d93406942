/**
 * Counts events: what a stretch of the log adds to the facts and the sums. Whoever reads and reckons holds up nobody; only
 * what is written takes a write transaction.
 */
import type { Selectable } from 'kysely';
import {
  type Database,
  type EventTable,
  executePrepared,
  type Queries,
  type TransferTable,
} from '../database/index.ts';
import { findLogEnd } from '../events/index.ts';
import { type CountedEvent, countEvent } from './facts.ts';
import { findGeneration, type Generation } from './generations.ts';
import {
  findByIds,
  idOf,
  type KnownAndNow,
  loadFacts,
  type NewTransfer,
  writeChanges,
} from './stored-facts.ts';

/** So many events make a stretch: others have requests to answer in between. */
const EVENTS_PER_STRETCH = 1000;
/** Where so much is uncounted, stretches are longer: what is changed again and again meanwhile is written once. */
const FAR_BEHIND = 20_000;
const EVENTS_PER_LONG_STRETCH = 6000;
/** A stretch ends before its events if it brings so many recipients. */
const RECIPIENTS_PER_EVENT = 4;

type EventRow = CountedEvent & Pick<Selectable<EventTable>, 'position' | 'transfer_id'>;
const COUNTED_COLUMNS = [
  'position',
  'transfer_id',
  'type',
  'time',
  'transfer_status',
  'subject_id',
  'actor_vendor',
  'sender_id',
] as const satisfies readonly (keyof EventRow)[];
type Transfer = NewTransfer & Pick<Selectable<TransferTable>, 'recipients_total'>;

/** Which generation is counted in; undefined where it has been thrown away. */
export type FindGeneration = (db: Queries) => Promise<Generation | undefined>;

export interface Progress {
  /** Everything up to this event is counted. */
  readonly position: number;
  /** There was nothing more in the log. */
  readonly isAtEnd: boolean;
}

interface Stretch {
  readonly to: number;
  readonly isAtEnd: boolean;
  readonly facts: readonly KnownAndNow[];
}

/** Counts the next stretch of the log in a generation; undefined where that has been thrown away. */
export async function countNextEvents(
  database: Database,
  find: FindGeneration,
  eventsPerStretch?: number,
): Promise<Progress | undefined> {
  const read = await database.read(async (db) => {
    const generation = await find(db);
    return (
      generation && { generation, stretch: await readStretch(db, generation, eventsPerStretch) }
    );
  });
  if (read === undefined) return undefined;
  const { generation, stretch } = read;
  const { to, isAtEnd, facts } = stretch;
  if (to === generation.position) return { position: to, isAtEnd };
  // Others have requests to answer, also in its middle.
  await new Promise(setImmediate);
  if (await writeChanges(database, generation, to, facts)) return { position: to, isAtEnd };
  const now = await database.read((db) => findGeneration(db, generation.generation));
  return now && { position: now.position, isAtEnd: false };
}

async function readStretch(
  db: Queries,
  { generation, position }: Generation,
  eventsPerStretch: number | undefined,
): Promise<Stretch> {
  const logEnd = await findLogEnd(db);
  if (position >= logEnd) return { to: position, isAtEnd: true, facts: [] };
  const isFarBehind = logEnd - position > FAR_BEHIND;
  const most = eventsPerStretch ?? (isFarBehind ? EVENTS_PER_LONG_STRETCH : EVENTS_PER_STRETCH);
  const found = await findEvents(db, position, most);
  const transfers = await findTransfers(db, unique(found));
  const events = takeFew(found, transfers, RECIPIENTS_PER_EVENT * most);
  const facts = await loadFacts(db, generation, unique(events), transfers);
  const sizes = await findSizes(
    db,
    events.filter(({ type }) => type === 'UPLOAD_PROCESSING').map(({ transfer_id }) => transfer_id),
  );
  for (const event of events) {
    const fact = facts.get(event.transfer_id);
    if (fact !== undefined) countEvent(fact.now, event, sizes.get(event.transfer_id) ?? 0);
  }
  const to = events.at(-1)?.position ?? position;
  return { to, isAtEnd: to >= logEnd, facts: [...facts.values()] };
}

function unique(events: readonly EventRow[]): string[] {
  return [...new Set(events.map(({ transfer_id }) => transfer_id))];
}

async function findEvents(db: Queries, after: number, limit: number): Promise<EventRow[]> {
  return executePrepared(db, 'events to count', { after, limit }, async (values) =>
    db
      .selectFrom('event')
      .select(COUNTED_COLUMNS)
      .where('position', '>', values.after)
      .orderBy('position')
      .limit(values.limit),
  );
}

/** As many of the first ones as bring no more recipients than are counted at once; at least one. */
function takeFew(
  events: readonly EventRow[],
  transfers: ReadonlyMap<string, Transfer>,
  maxRecipients: number,
): readonly EventRow[] {
  const seen = new Set<string>();
  let recipients = 0;
  const tooMany = events.findIndex(({ transfer_id: id }, index) => {
    if (!seen.has(id)) recipients += transfers.get(id)?.recipients_total ?? 0;
    seen.add(id);
    return index > 0 && recipients > maxRecipients;
  });
  return tooMany === -1 ? events : events.slice(0, tooMany);
}

async function findTransfers(
  db: Queries,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Transfer>> {
  const rows = await findByIds(ids, (piece) =>
    executePrepared(db, 'transfers to count', piece, async (values) =>
      db
        .selectFrom('transfer')
        .select([
          'id',
          'resource_id',
          'owner_id',
          'sender_id',
          'created_at',
          'expires_at',
          'recipients_total',
        ])
        .where('id', 'in', values.map(idOf)),
    ),
  );
  return new Map(rows.map((row) => [row.id, row]));
}

async function findSizes(
  db: Queries,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await findByIds(ids, (piece) =>
    executePrepared(db, 'sizes to count', piece, async (values) =>
      db
        .selectFrom('file')
        .select(['transfer_id', 'size'])
        .where('transfer_id', 'in', values.map(idOf)),
    ),
  );
  return new Map(rows.map(({ transfer_id, size }) => [transfer_id, size ?? 0]));
}
