/** Inserts rows by hand, with a statement prepared once per table, whose columns are those of the first row. */
import type BetterSqlite3 from 'better-sqlite3';
import type { Selectable } from 'kysely';
import type { Tables } from '../../src/database/index.ts';

/** A row of a table. Rows of one table name their columns in one order, which is that of the literal that makes them. */
export type Row<Name extends keyof Tables> = Selectable<Tables[Name]>;

export type InsertRow = <Name extends keyof Tables>(table: Name, row: Row<Name>) => void;

export function createInserts(database: BetterSqlite3.Database): InsertRow {
  const statements = new Map<string, BetterSqlite3.Statement>();
  return (table, row) => {
    let statement = statements.get(table);
    if (statement === undefined) {
      const columns = Object.keys(row);
      const places = columns.map(() => '?');
      statement = database.prepare(
        `insert into "${table}" ("${columns.join('", "')}") values (${places.join(', ')})`,
      );
      statements.set(table, statement);
    }
    statement.run(...Object.values(row));
  };
}
