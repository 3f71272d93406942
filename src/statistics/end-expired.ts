/**
 * Transfers that have ended without an event: what expires before it is published tells nobody of it. They are looked for by
 * the time at which they expire.
 */
import { sql } from 'kysely';
import { type Database, executePrepared, type Queries } from '../database/index.ts';
import type { FindGeneration } from './count-events.ts';
import { end } from './facts.ts';
import { loadFacts, writeChanges } from './stored-facts.ts';

/** So many in one commit. */
const AT_ONCE = 200;

/** Ends some of them; whether there may be more. */
export async function endExpired(
  database: Database,
  find: FindGeneration,
  now: number,
): Promise<boolean> {
  const read = await database.read(async (db) => {
    const generation = await find(db);
    if (generation === undefined) return undefined;
    const ids = await findExpired(db, generation.generation, now, AT_ONCE);
    return { generation, facts: await loadFacts(db, generation.generation, ids, new Map()) };
  });
  if (read === undefined || read.facts.size === 0) return false;
  const facts = [...read.facts.values()];
  for (const { now } of facts) end(now);
  const { generation } = read;
  const isWritten = await writeChanges(database, generation, generation.position, facts);
  return !isWritten || facts.length === AT_ONCE;
}

/** The first of them. */
async function findExpired(
  db: Queries,
  generation: number,
  now: number,
  limit: number,
): Promise<string[]> {
  const rows = await executePrepared(
    db,
    'expired transfers to count',
    { generation, now, limit },
    async (values) =>
      selectExpired(db, values.now)
        .where('fact.generation', '=', values.generation)
        .limit(values.limit),
  );
  return rows.map(({ transfer_id }) => transfer_id);
}

/** As `findExpired` has them, of all generations. */
export function selectExpired(db: Queries, now: number) {
  return (
    db
      .selectFrom('statistics_transfer as fact')
      .innerJoin('transfer', 'transfer.id', 'fact.transfer_id')
      .select('fact.transfer_id')
      // As the index has it.
      .where('fact.still_open', '=', sql.lit(1))
      .where('fact.published', '=', sql.lit(0))
      .where('fact.expires_at', '<=', now)
      .where('transfer.status', '=', 'PURGED')
  );
}
