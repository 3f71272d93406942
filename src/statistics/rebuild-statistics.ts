/**
 * Counts the whole log anew, beside the statistics in use, which answer until the new ones have come as far. It may be
 * broken off at any moment: what is in use is left as it is, and the next rebuild begins with clearing away.
 */
import { randomInt } from 'node:crypto';
import { sql } from 'kysely';
import type { Database, Queries, Tables } from '../database/index.ts';
import type { Clock } from '../domain/clock.ts';
import { findLogEnd } from '../events/index.ts';
import { countNextEvents } from './count-events.ts';
import { endExpired } from './end-expired.ts';
import { findGeneration, findGenerationInUse, lockGeneration } from './generations.ts';
import { keyOf, SUM_TABLES } from './sum-tables.ts';

/** A number is given again when its generation has been thrown away: whoever counted in that one finds another revision. */
const MAX_FIRST_REVISION = 2 ** 40;
/** So many rows are deleted in one commit. */
const CLEARED_AT_ONCE = 2000;

export interface RebuildOptions {
  /** Tests shorten it. */
  readonly eventsPerStretch?: number;
  /** Called after each stretch: how many events are counted, of how many. */
  readonly onProgress?: (counted: number, total: number) => Promise<void> | void;
  readonly signal?: AbortSignal;
}

/** Another rebuild has begun since, and has thrown away what this one had counted. */
export class RebuildOvertakenError extends Error {
  override readonly name = 'RebuildOvertakenError';
}

/** Settles when the new statistics are in use and the old ones are gone; throws the signal's reason where it is aborted. */
export async function rebuildStatistics(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  { onProgress, signal, eventsPerStretch }: RebuildOptions = {},
): Promise<void> {
  await clearUnused(database, signal);
  const generation = await begin(database);
  const find = (db: Queries) => findGeneration(db, generation);
  let isInUse = false;
  while (!isInUse) {
    signal?.throwIfAborted();
    const progress = await countNextEvents(database, find, eventsPerStretch);
    if (progress === undefined) throw overtaken();
    const total = await database.read(findLogEnd);
    await onProgress?.(progress.position, total);
    // Others have requests to answer.
    await new Promise(setImmediate);
    if (!progress.isAtEnd) continue;
    while (await endExpired(database, find, clock.now())) signal?.throwIfAborted();
    isInUse = await comeIntoUse(database, generation);
  }
  await clearUnused(database, signal);
}

function overtaken(): RebuildOvertakenError {
  return new RebuildOvertakenError('Another rebuild of the statistics has begun since.');
}

/** A generation of which nothing has been counted. */
async function begin(database: Database): Promise<number> {
  return database.write(async (tx) => {
    const { latest } = await tx
      .selectFrom('statistics_generation')
      .select((eb) => eb.fn.max('generation').as('latest'))
      .executeTakeFirstOrThrow();
    const generation = latest + 1;
    await tx
      .insertInto('statistics_generation')
      .values({ generation, position: 0, revision: randomInt(MAX_FIRST_REVISION), is_in_use: 0 })
      .execute();
    return generation;
  });
}

/** Puts a generation that has come to the end of the log in the place of the one in use; false where there is more to count. */
async function comeIntoUse(database: Database, generation: number): Promise<boolean> {
  return database.write(async (tx) => {
    const before = await findGenerationInUse(tx);
    await lockGeneration(tx, before.generation);
    const after = await lockGeneration(tx, generation);
    if (after === undefined) throw overtaken();
    // What somebody has been told is counted stays counted.
    const inUse = await findGenerationInUse(tx);
    if (after.position < Math.max(inUse.position, await findLogEnd(tx))) return false;
    for (const [which, isInUse] of [
      [inUse.generation, 0],
      [generation, 1],
    ] as const) {
      await tx
        .updateTable('statistics_generation')
        .set({ is_in_use: isInUse })
        .where('generation', '=', which)
        .execute();
    }
    return true;
  });
}

/** Deletes all generations that are not in use, bit by bit. */
async function clearUnused(database: Database, signal: AbortSignal | undefined): Promise<void> {
  const unused = await database.read((db) =>
    db
      .selectFrom('statistics_generation')
      .select('generation')
      .where('is_in_use', '=', 0)
      .execute(),
  );
  for (const { generation } of unused) {
    // First of all, so that a rebuild that counts in it finds out.
    await database.write((tx) =>
      tx
        .deleteFrom('statistics_generation')
        .where('generation', '=', generation)
        .where('is_in_use', '=', 0)
        .execute(),
    );
  }
  for (const [table, key] of KEYS) {
    while (await clearSome(database, table, key)) {
      signal?.throwIfAborted();
      await new Promise(setImmediate);
    }
  }
}

const KEYS: readonly (readonly [keyof Tables, readonly string[]])[] = [
  ['statistics_transfer', ['generation', 'transfer_id']],
  ['statistics_recipient', ['generation', 'transfer_id', 'recipient_id']],
  ...Object.values(SUM_TABLES)
    .flatMap((tables) => Object.values(tables))
    .map((table) => [table.name, keyOf(table)] as const),
];

/** Rows that belong to no generation; whether there may be more. */
async function clearSome(
  database: Database,
  table: string,
  key: readonly string[],
): Promise<boolean> {
  const columns = sql.join(key.map((column) => sql.ref(column)));
  const { numAffectedRows } = await database.write((tx) =>
    sql`
      delete from ${sql.table(table)} where (${columns}) in (
        select ${columns} from ${sql.table(table)}
        where generation < (select min(generation) from statistics_generation)
          or generation > (select max(generation) from statistics_generation)
        limit ${CLEARED_AT_ONCE}
      )`.execute(tx),
  );
  return numAffectedRows === BigInt(CLEARED_AT_ONCE);
}
