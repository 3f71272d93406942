/** Generations of statistics: one is in use, and another may be counted beside it from the beginning of the log. */
import { sql } from 'kysely';
import type { Queries, WriteTransaction } from '../database/index.ts';

export interface Generation {
  readonly generation: number;
  /** Everything up to this event is counted. */
  readonly position: number;
  /** Of what has been counted, at the moment at which it was read. */
  readonly revision: number;
}

const COLUMNS = ['generation', 'position', 'revision'] as const;

/** The generation that answers, as a value in a query. */
export const GENERATION_IN_USE = sql<number>`(
  select statistics_generation.generation from statistics_generation
  where statistics_generation.is_in_use = 1
)`;

/** The generation that answers. */
export function findGenerationInUse(db: Queries): Promise<Generation> {
  return db
    .selectFrom('statistics_generation')
    .select(COLUMNS)
    .where('is_in_use', '=', 1)
    .executeTakeFirstOrThrow();
}

/** As it stands; undefined where it has been thrown away. */
export function findGeneration(db: Queries, generation: number): Promise<Generation | undefined> {
  return db
    .selectFrom('statistics_generation')
    .select(COLUMNS)
    .where('generation', '=', generation)
    .executeTakeFirst();
}

/** As it stands, for nobody else to change until the commit; undefined where it has been thrown away. */
export function lockGeneration(
  tx: WriteTransaction,
  generation: number,
): Promise<Generation | undefined> {
  return tx
    .selectFrom('statistics_generation')
    .select(COLUMNS)
    .where('generation', '=', generation)
    .forNoKeyUpdate()
    .executeTakeFirst();
}
