/**
 * The one way to the store. Reads see one snapshot; writes go through `write`, which answers after the flush.
 */
import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** A place to run queries: a snapshot or a write transaction. */
export type Queries = Kysely<Tables>;
/** A write transaction. A function that takes one has to run inside `Database.write`. */
export type WriteTransaction = Transaction<Tables>;

/** The store as it was at the moment of the first query, until it is released. */
export interface Snapshot {
  readonly db: Queries;
  release(): Promise<void>;
}

export interface Database {
  /** Whether other processes may be at work on it at the same time. */
  readonly isShared: boolean;
  /** Runs queries on one snapshot. */
  read<T>(query: (db: Queries) => Promise<T>): Promise<T>;
  /** Opens a snapshot; the caller has to release it. There are few: nothing slow may happen while one is held. */
  snapshot(): Promise<Snapshot>;
  /** Runs long queries on a snapshot of `snapshotAside`. */
  readAside<T>(query: (db: Queries) => Promise<T>): Promise<T>;
  /**
   * Opens a snapshot for long queries: they run beside everything else, so that nobody waits for them but who asked. The
   * caller has to release it, after its streams have been read to their ends or left. There are few; whoever comes when
   * all are taken waits in line. `.stream()` of its queries works.
   */
  snapshotAside(): Promise<Snapshot>;
  /**
   * Runs a command in a write transaction and answers after it has been flushed. Several waiting commands may share a
   * commit; each is all or nothing on its own. A command that answers a failed Result, or throws, leaves nothing behind.
   * It awaits nothing but its queries.
   */
  write<T>(command: (tx: WriteTransaction) => Promise<T>): Promise<T>;
  /** Calls the listener after each commit; answers how to stop. The call carries no data. */
  onCommit(listener: () => void): () => void;
  /** What was asked to be written is written before; who reads or waits aside is refused. */
  close(): Promise<void>;
}

/** Nothing is read any more. */
export class DatabaseClosedError extends Error {
  override readonly name = 'DatabaseClosedError';

  constructor() {
    super('The database is closed.');
  }
}

/** The disk has no room for what a command writes. Nothing of it was kept. */
export class DatabaseFullError extends Error {
  override readonly name = 'DatabaseFullError';
}
