/**
 * A read-only connection that lives in a thread of its own, so that a long query holds up nobody else: SQLite itself
 * answers in the thread that asks. Rows come over in chunks, each when it is asked for.
 */
import { Worker } from 'node:worker_threads';
import BetterSqlite3 from 'better-sqlite3';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { DatabaseClosedError } from './database.ts';

/** Rows per chunk of a query that wants them all: copied in about a millisecond, so that other work comes in between. */
const CHUNK_ROWS = 1000;

/** What the thread is told when it starts. */
export interface ReaderConfig {
  readonly path: string;
  /** How long it waits for another connection's lock. */
  readonly timeoutMs: number;
  /** Run on the connection when it has been opened. */
  readonly pragmas: readonly string[];
  /** Statements kept prepared. */
  readonly maxStatements: number;
}

/** Asks for a query's first rows. There is one query at a time: the one before has been read to its end or left. */
export interface ReaderQuery {
  readonly type: 'query';
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** How many rows at most. */
  readonly limit: number;
  /** A transaction begins with it. */
  readonly begins: boolean;
}

/** What the thread answers, one after the other. */
export type ReaderQuestion = ReaderQuery | { readonly type: 'more'; readonly limit: number };

/** What the thread is told. It does not answer `leave`, which gives up a query's other rows, `rollback`, nor `end`. */
export type ReaderMessage = ReaderQuestion | { readonly type: 'leave' | 'rollback' | 'end' };

/** The values of the rows in one list, or what went wrong. */
export type ReaderAnswer = (
  | {
      /** Named with a query's first rows. */
      readonly columns: readonly string[];
      readonly values: readonly unknown[];
      /** Whether there are no more rows. */
      readonly isWhole: boolean;
    }
  | { readonly fault: string; readonly code: string | undefined }
) & { readonly inTransaction: boolean };

interface Waiting {
  /** How many transactions had been begun or ended when it was asked. */
  readonly turn: number;
  readonly resolve: (answer: ReaderAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** Keeps the process alive while it is asked something, and not while it is idle. */
export class SqliteReader implements DatabaseConnection {
  readonly #thread: Worker;
  readonly #ended: Promise<void>;
  /** In the order of the questions, which is the order of the answers. */
  readonly #waiting: Waiting[] = [];
  #inTransaction = false;
  /** The next query begins a transaction, and so does the one after it where that failed. */
  #begins = false;
  #turn = 0;
  #loss: unknown;

  constructor(config: ReaderConfig) {
    this.#thread = new Worker(new URL('./sqlite-reader-thread.js', import.meta.url), {
      workerData: config,
      // Loaders of TypeScript, where this process has some, would only make it slow to start.
      execArgv: [],
    });
    this.#thread.unref();
    this.#thread.on('message', (answer: ReaderAnswer) => {
      const asked = this.#waiting.shift();
      asked?.resolve(answer);
      // One may have been begun or ended since.
      if (asked?.turn === this.#turn) {
        this.#inTransaction = answer.inTransaction;
        if (answer.inTransaction) this.#begins = false;
      }
      // A lost one is waited for until it has ended.
      if (this.#waiting.length === 0 && !this.isLost) this.#thread.unref();
    });
    this.#thread.on('error', (error) => this.#lose(error));
    this.#ended = new Promise((resolve) => {
      this.#thread.once('exit', () => {
        this.#lose(new Error('The thread that ran the query has ended.'));
        resolve();
      });
    });
  }

  /** Its thread has ended or is about to, so it answers nothing any more. */
  get isLost(): boolean {
    return this.#loss !== undefined;
  }

  get inTransaction(): boolean {
    return (this.#inTransaction || this.#begins) && !this.isLost;
  }

  /** Begins a transaction with the next query: each message between two threads costs as much as a short query. */
  begin(): void {
    this.#turn += 1;
    this.#begins = true;
  }

  /** What is asked next comes after it. */
  rollback(): void {
    this.#turn += 1;
    this.#begins = false;
    this.#inTransaction = false;
    this.#tell({ type: 'rollback' });
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const all: R[] = [];
    for await (const { rows } of this.streamQuery<R>(query, CHUNK_ROWS)) all.push(...rows);
    return { rows: all };
  }

  async *streamQuery<R>(
    { sql, parameters }: CompiledQuery,
    chunkSize: number,
  ): AsyncIterableIterator<QueryResult<R>> {
    if (!Number.isInteger(chunkSize) || chunkSize < 1) {
      throw new RangeError(`A chunk of ${chunkSize} rows is none.`);
    }
    const begins = this.#begins;
    let chunk = await this.#ask({ type: 'query', sql, parameters, limit: chunkSize, begins });
    const { columns } = chunk;
    try {
      for (;;) {
        if (chunk.values.length > 0) yield { rows: toRows<R>(columns, chunk.values) };
        if (chunk.isWhole) return;
        chunk = await this.#ask({ type: 'more', limit: chunkSize });
      }
    } finally {
      if (!chunk.isWhole) this.#tell({ type: 'leave' });
    }
  }

  /** Refuses at once what it is asked, and settles when the thread has ended: SQLite cannot be stopped in a query's midst. */
  async close(): Promise<void> {
    this.#lose(new DatabaseClosedError());
    this.#thread.ref();
    this.#tell({ type: 'end' });
    await this.#ended;
  }

  async #ask(question: ReaderQuestion): Promise<Exclude<ReaderAnswer, { readonly fault: string }>> {
    if (this.isLost) throw this.#loss;
    this.#tell(question);
    this.#thread.ref();
    const answer = await new Promise<ReaderAnswer>((resolve, reject) => {
      this.#waiting.push({ turn: this.#turn, resolve, reject });
    });
    // Made here, where it is known who asked.
    if ('fault' in answer) {
      throw answer.code === undefined
        ? new Error(answer.fault)
        : new BetterSqlite3.SqliteError(answer.fault, answer.code);
    }
    return answer;
  }

  #tell(message: ReaderMessage): void {
    this.#thread.postMessage(message);
  }

  #lose(error: unknown): void {
    this.#loss ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

function toRows<R>(columns: readonly string[], values: readonly unknown[]): R[] {
  const rows: R[] = [];
  for (let at = 0; at < values.length; ) {
    const row: Record<string, unknown> = {};
    for (const column of columns) {
      row[column] = values[at];
      at += 1;
    }
    rows.push(row as R);
  }
  return rows;
}
