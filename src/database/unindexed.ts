/** Conditions that leave the choice of an index to the order of a list. */
import { type RawBuilder, sql } from 'kysely';

/**
 * The value of a column as no index knows it. Lists that end after a page are read fastest in the order of an index, but a
 * database that does not expect that end rather looks up a condition in another one and sorts all that it finds.
 */
export function unindexed<T>(column: string): RawBuilder<T> {
  return sql<T>`coalesce(${sql.ref(column)}, null)`;
}
