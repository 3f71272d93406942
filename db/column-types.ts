/** What the databases name differently, or one of them lacks; the database room hands in what its database has. */
import type { ColumnDataType, Expression } from 'kysely';

export type ColumnType = ColumnDataType | Expression<unknown>;

export interface ColumnTypes {
  /** Text that is compared and ordered by its bytes, whatever the locale of the database. */
  readonly text: ColumnType;
  /** A position in the event log: a 64-bit integer, and the row's own key where a database has such a thing. */
  readonly position: ColumnType;
  /** Ends a table whose rows lie in the order of its primary key; undefined where a database has no such thing. */
  readonly inKeyOrder: Expression<unknown> | undefined;
}
