/** The store in one SQLite file: one writer whose commits carry all commands that wait, and read-only connections. */
import type { ControlledTransaction } from 'kysely';
import { Kysely, sql } from 'kysely';
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
import { limitSnapshots, MAX_ASIDE, readBy, toSnapshot } from './snapshots.ts';
import { prepareFile, SqliteDialect } from './sqlite-dialect.ts';
import type { Tables } from './tables.ts';

const READERS = 8;
/** As many commands as share one commit: enough to amortise a flush, few enough to keep the event loop turning. */
const MAX_GROUP = 64;
const SAVEPOINT = 'command';
/**
 * What migrations are to know of SQLite. An integer key is the row's own key. Text is ordered by its bytes unless told
 * otherwise.
 */
export const SQLITE_COLUMN_TYPES = {
  text: 'text',
  position: 'integer',
  inKeyOrder: sql`without rowid`,
} as const;

interface Waiting {
  readonly command: (tx: WriteTransaction) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** Opens the file, making it and bringing its tables up to date where needed; safe when two processes do so at once. */
export async function openSqliteDatabase(path: string): Promise<Database> {
  await prepareFile(path);
  const writer = new Kysely<Tables>({
    dialect: new SqliteDialect({ path, readonly: false, connections: 1 }),
  });
  try {
    await migrate(writer, SQLITE_COLUMN_TYPES);
    // For each command SQLite keeps a copy of what it changes, which is little: on a disk it would be half of all that is
    // written. A migration may sort much more than memory holds, so it comes before this.
    await sql`pragma temp_store = memory`.execute(writer);
  } catch (error) {
    await writer.destroy();
    throw error;
  }
  const readers = new Kysely<Tables>({
    dialect: new SqliteDialect({ path, readonly: true, connections: READERS }),
  });
  const readersAside = new Kysely<Tables>({
    dialect: new SqliteDialect({ path, readonly: true, connections: MAX_ASIDE, inThreads: true }),
  });

  const queue: Waiting[] = [];
  const listeners = createCommitListeners();
  let running: Promise<void> | undefined;

  async function drain(): Promise<void> {
    // One turn of the event loop lets commands that arrive together share a commit.
    await new Promise(setImmediate);
    while (queue.length > 0) await commitGroup(queue.splice(0, MAX_GROUP));
    running = undefined;
  }

  async function commitGroup(group: readonly Waiting[]): Promise<void> {
    let outcomes: Outcome[];
    try {
      outcomes = await runGroup(writer, group);
    } catch (error) {
      const [only, ...others] = group;
      if (only === undefined) return;
      // What failed as a whole is tried again one command at a time, so that a failing one takes nobody with it.
      if (others.length > 0) for (const waiting of group) await commitGroup([waiting]);
      else only.reject(isFull(error) ? new DatabaseFullError('The disk is full.') : error);
      return;
    }
    for (const [index, { resolve, reject }] of group.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) reject(new Error('A command of a group was not run.'));
      else if ('error' in outcome) reject(outcome.error);
      else resolve(outcome.value);
    }
    listeners.tell();
  }

  async function snapshot(): Promise<Snapshot> {
    return toSnapshot(await readers.startTransaction().execute());
  }

  const aside = limitSnapshots(MAX_ASIDE, async () =>
    toSnapshot(await readersAside.startTransaction().execute()),
  );

  return {
    isShared: false,
    snapshot,
    read: readBy(snapshot),
    snapshotAside: aside.snapshot,
    readAside: readBy(aside.snapshot),
    write<T>(command: (tx: WriteTransaction) => Promise<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        queue.push({ command, resolve: resolve as (value: unknown) => void, reject });
        running ??= drain();
      });
    },
    onCommit: listeners.add,
    async close() {
      aside.close();
      await running;
      await readersAside.destroy();
      await readers.destroy();
      await writer.destroy();
    },
  };
}

async function runGroup(writer: Queries, group: readonly Waiting[]): Promise<Outcome[]> {
  const transaction = await writer.startTransaction().execute();
  try {
    const outcomes: Outcome[] = [];
    for (const { command } of group) outcomes.push(await runCommand(transaction, command));
    await transaction.commit().execute();
    return outcomes;
  } catch (error) {
    await transaction.rollback().execute();
    throw error;
  }
}

async function runCommand(
  transaction: ControlledTransaction<Tables>,
  command: Waiting['command'],
): Promise<Outcome> {
  const scope = await transaction.savepoint(SAVEPOINT).execute();
  let outcome: Outcome;
  try {
    outcome = { value: await command(transaction) };
  } catch (error) {
    // On a full disk SQLite may have ended the whole transaction: then the group starts over.
    if (isFull(error)) throw error;
    outcome = { error };
  }
  if ('error' in outcome || isFailure(outcome.value)) {
    await scope.rollbackToSavepoint(SAVEPOINT).execute();
  }
  await scope.releaseSavepoint(SAVEPOINT).execute();
  return outcome;
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_FULL';
}
