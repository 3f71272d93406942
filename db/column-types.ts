/** Types of columns that the databases name differently; the database room hands in those of its database. */
import type { ColumnDataType, Expression } from 'kysely';

export type ColumnType = ColumnDataType | Expression<unknown>;

export interface ColumnTypes {
  /** Text that is compared and ordered by its bytes, whatever the locale of the database. */
  readonly text: ColumnType;
  /** A position in the event log: a 64-bit integer, and the row's own key where a database has such a thing. */
  readonly position: ColumnType;
}
