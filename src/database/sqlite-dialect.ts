/**
 * Kysely on better-sqlite3 with what the broker needs beyond the stock dialect: prepared statements kept per connection,
 * several read-only connections beside the one writer, also in threads of their own, and write transactions that take the
 * write lock when they begin.
 */
import { setTimeout as pause } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  type SelectModifierNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { DatabaseClosedError } from './database.ts';
import { SqliteReader } from './sqlite-reader.ts';

/** How long a connection waits for another one's lock. */
const BUSY_TIMEOUT_MS = 10_000;
const BUSY_PAUSE_MS = 5;
/** Per connection, as far as it reads so much. */
const CACHE_KIB = 16 * 1024;
/** Whoever counts events touches rows all over the place. */
const WRITER_CACHE_KIB = 128 * 1024;
/**
 * The write-ahead log is carried over into the database when it has grown to so many pages of 4 KiB. What is written again
 * and again meanwhile is carried over once; SQLite's own 1000 are fewer than one commit of counted events has.
 */
const CHECKPOINT_PAGES = 20_000;
/** Of every connection. */
const PRAGMAS = [
  'foreign_keys = ON',
  // The upper levels of the indexes of millions of rows stay at hand; SQLite's own 2 MiB hold too little of them.
  `cache_size = -${CACHE_KIB}`,
];
/** How queries lock the rows that they select. */
const LOCK_MODIFIERS: readonly (string | undefined)[] = ['ForNoKeyUpdate', 'SkipLocked'];
/** Statements kept prepared per connection; the oldest goes first. */
const MAX_STATEMENTS = 500;

export interface SqliteDialectConfig {
  readonly path: string;
  readonly readonly: boolean;
  readonly connections: number;
  /** Each connection in a thread of its own, for queries that would hold up this one. They only read. */
  readonly inThreads?: boolean;
}

/** In this thread or in one of its own. */
interface Connection extends DatabaseConnection {
  readonly inTransaction: boolean;
  /** It answers nothing any more. */
  readonly isLost: boolean;
  close(): void | Promise<void>;
}

export class SqliteDialect implements Dialect {
  readonly #config: SqliteDialectConfig;

  constructor(config: SqliteDialectConfig) {
    this.#config = config;
  }

  createDriver(): Driver {
    return new SqliteDriver(this.#config);
  }

  createQueryCompiler(): QueryCompiler {
    return new SingleWriterQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new TransactionalAdapter();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

/** Commands lock the rows that they decide on. Here they have the whole database to themselves, and no words for it. */
class SingleWriterQueryCompiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (!LOCK_MODIFIERS.includes(node.modifier)) super.visitSelectModifier(node);
  }
}

/** Migrations run in one transaction, which the stock adapter does not do though SQLite can. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class SqliteDriver implements Driver {
  readonly #config: SqliteDialectConfig;
  readonly #idle: Connection[] = [];
  readonly #waiting: ((connection: Connection) => void)[] = [];
  readonly #all = new Set<Connection>();
  #isClosed = false;

  constructor(config: SqliteDialectConfig) {
    this.#config = config;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Connection> {
    if (this.#isClosed) throw new DatabaseClosedError();
    const idle = this.#idle.pop();
    if (idle?.isLost) return this.#replace(idle);
    if (idle !== undefined) return idle;
    if (this.#all.size < this.#config.connections) return this.#connect();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async releaseConnection(connection: Connection): Promise<void> {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(connection);
    else next(connection.isLost && !this.#isClosed ? this.#replace(connection) : connection);
  }

  #connect(): Connection {
    const connection = this.#config.inThreads
      ? new SqliteReader({
          path: this.#config.path,
          timeoutMs: BUSY_TIMEOUT_MS,
          pragmas: PRAGMAS,
          maxStatements: MAX_STATEMENTS,
        })
      : new SqliteConnection(open(this.#config));
    this.#all.add(connection);
    return connection;
  }

  #replace(lost: Connection): Connection {
    this.#all.delete(lost);
    return this.#connect();
  }

  async beginTransaction(connection: Connection): Promise<void> {
    if (connection instanceof SqliteReader) return connection.begin();
    // A deferred transaction that reads and then writes fails when another process wrote in between.
    await connection.executeQuery(
      CompiledQuery.raw(this.#config.readonly ? 'begin' : 'begin immediate'),
    );
  }

  async commitTransaction(connection: Connection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: Connection): Promise<void> {
    // SQLite ends a transaction by itself on some failures, such as a full disk.
    if (!connection.inTransaction) return;
    if (connection instanceof SqliteReader) return connection.rollback();
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  async savepoint(connection: Connection, name: string): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(`savepoint "${name}"`));
  }

  async rollbackToSavepoint(connection: Connection, name: string): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(`rollback to "${name}"`));
  }

  async releaseSavepoint(connection: Connection, name: string): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(`release "${name}"`));
  }

  async destroy(): Promise<void> {
    this.#isClosed = true;
    this.#idle.length = 0;
    await Promise.all([...this.#all].map((connection) => connection.close()));
  }
}

/**
 * Makes the file where there is none, and switches it to a write-ahead log, which it keeps. Where others do the same at the
 * same moment, SQLite says at once that it is locked, whatever time it is given: so it is tried again here.
 */
export async function prepareFile(path: string): Promise<void> {
  const database = new BetterSqlite3(path, { timeout: 0 });
  try {
    await untilFree(
      () => database.pragma('journal_mode = WAL'),
      () => true,
    );
  } finally {
    database.close();
  }
}

/**
 * Where another connection has the lock, this one tries again a little later. Waiting inside SQLite would stop the event
 * loop, and the other one could never let go where it is of this same process.
 */
async function untilFree<T>(run: () => T, mayRepeat: () => boolean): Promise<T> {
  const deadline = Date.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      return run();
    } catch (error) {
      if (!isBusy(error) || !mayRepeat() || Date.now() > deadline) throw error;
    }
    await pause(BUSY_PAUSE_MS);
  }
}

function open(config: SqliteDialectConfig): BetterSqlite3.Database {
  const database = new BetterSqlite3(config.path, {
    readonly: config.readonly,
    timeout: BUSY_TIMEOUT_MS,
  });
  for (const pragma of PRAGMAS) database.pragma(pragma);
  if (!config.readonly) {
    // A write-ahead log (see `prepareFile`) comes with NORMAL, where a power cut takes back commits that were answered.
    database.pragma('synchronous = FULL');
    database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    database.pragma(`cache_size = -${WRITER_CACHE_KIB}`);
    // From here on the connection waits in JavaScript: see `untilFree`.
    database.pragma('busy_timeout = 0');
  }
  return database;
}

class SqliteConnection implements Connection {
  readonly isLost = false;
  readonly #database: BetterSqlite3.Database;
  readonly #statements = new Map<string, BetterSqlite3.Statement>();

  constructor(database: BetterSqlite3.Database) {
    this.#database = database;
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return untilFree(
      () => this.#run<R>(query),
      // A transaction has its lock from its beginning; outside of one, a statement that found no lock has done nothing.
      () => !this.inTransaction,
    );
  }

  #run<R>(query: CompiledQuery): QueryResult<R> {
    const statement = this.#prepare(query.sql);
    if (statement.reader) return { rows: statement.all(...query.parameters) as R[] };
    const { changes, lastInsertRowid } = statement.run(...query.parameters);
    return {
      numAffectedRows: BigInt(changes),
      insertId: BigInt(lastInsertRowid),
      rows: [],
    };
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    for (const row of this.#database.prepare(query.sql).iterate(...query.parameters)) {
      yield { rows: [row as R] };
    }
  }

  #prepare(sql: string): BetterSqlite3.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    if (this.#statements.size >= MAX_STATEMENTS) {
      const [oldest] = this.#statements.keys();
      if (oldest !== undefined) this.#statements.delete(oldest);
    }
    this.#statements.set(sql, statement);
    return statement;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof BetterSqlite3.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
