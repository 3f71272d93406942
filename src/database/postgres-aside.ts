/** Connections to PostgreSQL for long queries and their streams: nobody has to wait for them when the database closes. */
import { Kysely, type PostgresCursorConstructor, PostgresDialect } from 'kysely';
import type { Client, ClientBase, Connection, Pool } from 'pg';
import Cursor from 'pg-cursor';
import type { Queries } from './database.ts';
import type { Tables } from './tables.ts';

export interface PostgresAside {
  readonly db: Queries;
  /** Ends all connections. Whoever still reads on one is refused. */
  close(): Promise<void>;
}

/** The pool is closed with it. */
export function createPostgresAside(pool: Pool): PostgresAside {
  const clients = new Set<Client>();
  pool.on('connect', (client) => clients.add(client));
  pool.on('remove', (client) => clients.delete(client));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool, cursor: LosableCursor }) });
  return {
    db,
    async close() {
      // Asks nobody for a connection any more, but settles only when all have been given back.
      const givenBack = db.destroy();
      await Promise.race([givenBack, Promise.all([...clients].map((client) => client.end()))]);
    },
  };
}

/**
 * Has the server look now and then whether somebody still waits for a query, and stop it otherwise. A server that cannot do
 * so goes on until the query's end.
 */
export async function stopQueriesOfTheGone(client: ClientBase): Promise<void> {
  await client
    .query(
      `select set_config(name, '1s', false) from pg_settings where name = 'client_connection_check_interval'`,
    )
    .catch(() => undefined);
}

/** With the types of the dialect, which asks for less. */
const DialectCursor: PostgresCursorConstructor = Cursor;

/** Closing a cursor waits for an answer of the server, which never comes where the connection is lost. */
class LosableCursor<Row> extends DialectCursor<Row> {
  override async close(): Promise<void> {
    const connection = connectionOf(this);
    if (connection === null || connection.stream.destroyed) return;
    let lose = () => {};
    const lost = new Promise<void>((resolve) => {
      lose = resolve;
    });
    connection.once('end', lose);
    await Promise.race([super.close(), lost]);
    connection.off('end', lose);
  }
}

/** A cursor knows it from its first moment on a connection, and its types do not. */
function connectionOf(cursor: object): Connection | null {
  return Reflect.get(cursor, 'connection');
}
