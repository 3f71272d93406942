/**
 * Which database a test runs on. Every test that touches the store runs once on each: the test says nothing of it, and gets
 * what TEST_DATABASE names.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Client } from 'pg';
import {
  type Database,
  openPostgresDatabase,
  openSqliteDatabase,
} from '../../src/database/index.ts';

export const isOnPostgres = process.env.TEST_DATABASE === 'postgres';

/** What a broker on this folder is to be told; the same database for the same folder, made where it is not there yet. */
export async function databaseEnvironment(dataDir: string): Promise<Record<string, string>> {
  return isOnPostgres ? { DATABASE_URL: await makePostgresDatabase(dataDir) } : {};
}

/** The database of a folder, opened. */
export async function openDatabaseOf(dataDir: string): Promise<Database> {
  if (!isOnPostgres) return openSqliteDatabase(join(dataDir, 'ferje.sqlite'));
  // A connection that is lost tells of itself where it is used.
  return openPostgresDatabase(await makePostgresDatabase(dataDir), () => undefined);
}

/** The URL of a database on the server of this run. Its locale orders text otherwise than bytes do. */
export async function makePostgresDatabase(key: string): Promise<string> {
  const name = nameOf(key);
  await onServer(async (client) => {
    // Whoever else makes it waits, and then finds it there.
    await client.query('select pg_advisory_lock(hashtext($1))', [name]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount !== 0) return;
    await client.query(
      `create database ${name} template template0 encoding 'UTF8' locale_provider icu icu_locale 'nb-NO'`,
    );
  });
  const url = new URL(serverUrl());
  url.pathname = name;
  return url.href;
}

/** Takes the database of a folder away, whoever is still connected. */
export async function dropDatabaseOf(dataDir: string): Promise<void> {
  if (!isOnPostgres) return;
  await onServer((client) =>
    client.query(`drop database if exists ${nameOf(dataDir)} with (force)`),
  );
}

/**
 * Makes the database of a folder refuse something, such as `insert on event`, as if it had broken ("refused by a test");
 * `condition` is about the new row. Answers how to mend it.
 */
export async function refuse(
  dataDir: string,
  what: `${'insert' | 'update'} on ${string}`,
  condition = '1 = 1',
): Promise<() => Promise<void>> {
  const database = await openDatabaseOf(dataDir);
  const run = (...statements: string[]) =>
    database.write(async (tx) => {
      for (const statement of statements) await sql.raw(statement).execute(tx);
    });
  if (isOnPostgres) {
    await run(
      `create function refuse() returns trigger language plpgsql
       as $$ begin raise exception 'refused by a test'; end $$`,
      `create trigger refuse before ${what}
       for each row when (${condition}) execute function refuse()`,
    );
  } else {
    await run(
      `create trigger refuse before ${what} when ${condition}
       begin select raise(abort, 'refused by a test'); end`,
    );
  }
  return async () => {
    await run(`drop trigger refuse${isOnPostgres ? what.slice(what.indexOf(' ')) : ''}`);
    await database.close();
  };
}

function nameOf(key: string): string {
  return `ferje_${createHash('sha256').update(key).digest('hex').slice(0, 24)}`;
}

function serverUrl(): string {
  const url = process.env.TEST_POSTGRES_URL;
  if (url === undefined) throw new Error('TEST_POSTGRES_URL names the server; it is not set.');
  return url;
}

async function onServer(run: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    await run(client);
  } finally {
    await client.end();
  }
}
