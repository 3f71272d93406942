/**
 * The store on PostgreSQL, which several brokers may share. Commands run beside each other, each in a transaction of its
 * own; rows that a decision rests on are locked by the command (`forNoKeyUpdate`), and what was made at the same moment by
 * another one makes the command run again, so that it decides on what is there now.
 */
import { Kysely, PostgresDialect, sql } from 'kysely';
import { Pool, type PoolConfig, types } from 'pg';
import { isFailure } from '../domain/result.ts';
import { createCommitListeners } from './commit-listeners.ts';
import {
  type Database,
  DatabaseFullError,
  type Queries,
  type Snapshot,
  type WriteTransaction,
} from './database.ts';
import { migrate } from './migrate.ts';
import { createPostgresAside, stopQueriesOfTheGone } from './postgres-aside.ts';
import { createCommitSignal } from './postgres-commit-signal.ts';
import { limitSnapshots, MAX_ASIDE, readBy, toSnapshot } from './snapshots.ts';
import type { Tables } from './tables.ts';

/** Pools of their own: a command that waits for a connection must never wait for who holds a snapshot. */
const READERS = 10;
const WRITERS = 8;
/** Waiting for a connection, be it a new one or one that others use. */
const CONNECT_TIMEOUT_MS = 30_000;
/** A broker that stopped in the middle of a command lets go of its locks after this. */
const IDLE_IN_TRANSACTION_MS = 30_000;
/** How often a command runs again because of others. Each time one of those others has got further. */
const MAX_ATTEMPTS = 20;

const COLUMN_TYPES = { text: sql`text collate "C"`, position: sql`bigint`, inKeyOrder: undefined };

/** Opens the database, making its tables or bringing them up to date where needed; safe when several brokers do so at once. */
export async function openPostgresDatabase(
  url: string,
  onFault: (error: unknown) => void,
): Promise<Database> {
  const writers = openPool(url, onFault, {
    max: WRITERS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  });
  const writing = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: writers }) });
  try {
    await requireUtf8(writers);
    await migrate(writing, COLUMN_TYPES);
  } catch (error) {
    await writing.destroy();
    throw error;
  }
  const reading = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: openPool(url, onFault, { max: READERS }) }),
  });
  const readingAside = createPostgresAside(
    openPool(url, onFault, { max: MAX_ASIDE, onConnect: stopQueriesOfTheGone }),
  );
  const listeners = createCommitListeners();
  const signal = createCommitSignal({ url, onForeignCommit: listeners.tell, onFault });

  async function startSnapshot(db: Queries): Promise<Snapshot> {
    return toSnapshot(
      await db
        .startTransaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(),
    );
  }

  const snapshot = () => startSnapshot(reading);
  const aside = limitSnapshots(MAX_ASIDE, () => startSnapshot(readingAside.db));

  async function runOnce<T>(command: (tx: WriteTransaction) => Promise<T>): Promise<T> {
    const transaction = await writing
      .startTransaction()
      .setIsolationLevel('read committed')
      .execute();
    try {
      const answer = await command(transaction);
      if (isFailure(answer)) await transaction.rollback().execute();
      else await transaction.commit().execute();
      return answer;
    } catch (error) {
      if (!transaction.isCommitted && !transaction.isRolledBack) {
        // The first error is the one to tell: a lost connection cannot be rolled back.
        await transaction
          .rollback()
          .execute()
          .catch(() => undefined);
      }
      throw error;
    }
  }

  return {
    isShared: true,
    snapshot,
    read: readBy(snapshot),
    snapshotAside: aside.snapshot,
    readAside: readBy(aside.snapshot),
    async write(command) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          const answer = await runOnce(command);
          if (!isFailure(answer)) {
            listeners.tell();
            signal.tell();
          }
          return answer;
        } catch (error) {
          if (isFull(error)) throw new DatabaseFullError('The disk of the database is full.');
          if (!metAnother(error) || attempt === MAX_ATTEMPTS) throw error;
        }
      }
    },
    onCommit: listeners.add,
    async close() {
      aside.close();
      await signal.close();
      await readingAside.close();
      await reading.destroy();
      await writing.destroy();
    },
  };
}

function openPool(url: string, onFault: (error: unknown) => void, more: PoolConfig): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: 'ferje',
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    types: { getTypeParser },
    // A server may be set to answer before a commit is on its disk; one that waits for replicas too is left as it is.
    onConnect: async (client) => {
      await client.query(
        "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'",
      );
    },
    ...more,
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  // One that breaks while it is lent says so to whoever asks it next.
  pool.on('connect', (client) => client.on('error', () => undefined));
  // The error carries the whole connection with it, which is nothing for a log.
  pool.on('error', ({ message }) => onFault(new Error(message)));
  return pool;
}

/** 64-bit integers as numbers, as SQLite has them; the driver's own are strings. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === types.builtins.INT8) return toSafeInteger;
  return types.getTypeParser(oid, format === 'binary' ? 'text' : format);
}

function toSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new Error(`The database holds ${text}, which is no safe integer.`);
  return value;
}

async function requireUtf8(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ server_encoding: string }>('show server_encoding');
  const [{ server_encoding: encoding } = { server_encoding: '' }] = rows;
  if (encoding !== 'UTF8') {
    throw new Error(`The database's encoding is ${encoding}; it has to be UTF8.`);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** Another command was in the way: a serialization failure, a deadlock, or a row that has been made meanwhile. */
function metAnother(error: unknown): boolean {
  return ['40001', '40P01', '23505'].includes(String(codeOf(error)));
}

function isFull(error: unknown): boolean {
  return codeOf(error) === '53100';
}
