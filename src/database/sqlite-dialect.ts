/**
 * Kysely on better-sqlite3 with what the broker needs beyond the stock dialect: prepared statements kept per connection,
 * several read-only connections beside the one writer, and write transactions that take the write lock when they begin.
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

/** How long a connection waits for another one's lock. */
const BUSY_TIMEOUT_MS = 10_000;
const BUSY_PAUSE_MS = 5;
/** Per connection, as far as it reads so much. */
const CACHE_KIB = 16 * 1024;
/** How queries lock the rows that they select. */
const LOCK_MODIFIERS: readonly (string | undefined)[] = ['ForNoKeyUpdate', 'SkipLocked'];
/** Statements kept prepared per connection; the oldest goes first. */
const MAX_STATEMENTS = 500;

export interface SqliteDialectConfig {
  readonly path: string;
  readonly readonly: boolean;
  readonly connections: number;
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
  readonly #idle: SqliteConnection[] = [];
  readonly #waiting: ((connection: SqliteConnection) => void)[] = [];
  readonly #all: SqliteConnection[] = [];

  constructor(config: SqliteDialectConfig) {
    this.#config = config;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteConnection> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#all.length < this.#config.connections) {
      const connection = new SqliteConnection(open(this.#config));
      this.#all.push(connection);
      return connection;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async releaseConnection(connection: SqliteConnection): Promise<void> {
    const next = this.#waiting.shift();
    if (next !== undefined) next(connection);
    else this.#idle.push(connection);
  }

  async beginTransaction(connection: SqliteConnection): Promise<void> {
    // A deferred transaction that reads and then writes fails when another process wrote in between.
    await connection.executeQuery(
      CompiledQuery.raw(this.#config.readonly ? 'begin' : 'begin immediate'),
    );
  }

  async commitTransaction(connection: SqliteConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    // SQLite ends a transaction by itself on some failures, such as a full disk.
    if (connection.inTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  async savepoint(connection: SqliteConnection, name: string): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(`savepoint "${name}"`));
  }

  async rollbackToSavepoint(connection: SqliteConnection, name: string): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(`rollback to "${name}"`));
  }

  async releaseSavepoint(connection: SqliteConnection, name: string): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(`release "${name}"`));
  }

  async destroy(): Promise<void> {
    for (const connection of this.#all.splice(0)) connection.close();
    this.#idle.length = 0;
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
  if (!config.readonly) {
    // A write-ahead log (see `prepareFile`) comes with NORMAL, where a power cut takes back commits that were answered.
    database.pragma('synchronous = FULL');
    // From here on the connection waits in JavaScript: see `untilFree`.
    database.pragma('busy_timeout = 0');
  }
  database.pragma('foreign_keys = ON');
  // The upper levels of the indexes of millions of rows stay at hand; SQLite's own 2 MiB hold too little of them.
  database.pragma(`cache_size = -${CACHE_KIB}`);
  return database;
}

class SqliteConnection implements DatabaseConnection {
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
