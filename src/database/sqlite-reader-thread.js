/**
 * The program of a thread that runs long queries on a read-only connection of its own; `sqlite-reader.ts` starts it and
 * says what it answers. Plain JavaScript, since it has to start from the sources as well as from dist.
 */
import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite3 from 'better-sqlite3';

/** @type {import('./sqlite-reader.ts').ReaderConfig} */
const { path, timeoutMs, pragmas, maxStatements } = workerData;
/** @type {BetterSqlite3.Database | undefined} */
let database;
/** @type {Map<string, BetterSqlite3.Statement>} */
const statements = new Map();
/** The rows of a query that have not been asked for yet. @type {IterableIterator<unknown[]> | undefined} */
let rows;

parentPort?.on('message', (/** @type {import('./sqlite-reader.ts').ReaderMessage} */ message) => {
  switch (message.type) {
    case 'query':
    case 'more':
      parentPort?.postMessage(answer(message));
      break;
    case 'leave':
      leave();
      break;
    case 'rollback':
      leave();
      if (database?.inTransaction) database.exec('rollback');
      break;
    case 'end':
      leave();
      database?.close();
      // Nothing is left to wait for, so the thread ends.
      parentPort?.close();
      break;
  }
});

/**
 * @param {import('./sqlite-reader.ts').ReaderQuestion} question
 * @returns {import('./sqlite-reader.ts').ReaderAnswer}
 */
function answer(question) {
  try {
    const found = question.type === 'query' ? run(question) : take([], question.limit);
    return { ...found, inTransaction: database?.inTransaction ?? false };
  } catch (error) {
    return { ...toFault(error), inTransaction: database?.inTransaction ?? false };
  }
}

/** @param {import('./sqlite-reader.ts').ReaderQuery} query */
function run({ sql, parameters, limit, begins }) {
  // Opened here rather than at the start, so that whoever asks hears of what is in the way.
  database ??= open();
  if (begins && !database.inTransaction) database.exec('begin');
  const statement = prepare(database, sql);
  if (!statement.reader) {
    statement.run(...parameters);
    return { columns: [], values: [], isWhole: true };
  }
  const columns = statement.columns().map(({ name }) => name);
  rows = /** @type {IterableIterator<unknown[]>} */ (statement.iterate(...parameters));
  return take(columns, limit);
}

/**
 * The values of the next rows one after the other: such a list is copied to the other thread in half the time of objects.
 *
 * @param {string[]} columns
 * @param {number} limit
 */
function take(columns, limit) {
  const values = [];
  for (let count = 0; count < limit; count += 1) {
    const next = rows?.next();
    if (next === undefined || next.done) {
      rows = undefined;
      return { columns, values, isWhole: true };
    }
    for (const value of next.value) values.push(value);
  }
  return { columns, values, isWhole: false };
}

function leave() {
  rows?.return?.();
  rows = undefined;
}

function open() {
  const opened = new BetterSqlite3(path, { readonly: true, timeout: timeoutMs });
  for (const pragma of pragmas) opened.pragma(pragma);
  return opened;
}

/**
 * @param {BetterSqlite3.Database} on
 * @param {string} sql
 */
function prepare(on, sql) {
  const known = statements.get(sql);
  if (known !== undefined) return known;
  const statement = on.prepare(sql);
  if (statement.reader) statement.raw(true);
  if (statements.size >= maxStatements) {
    const [oldest] = statements.keys();
    if (oldest !== undefined) statements.delete(oldest);
  }
  statements.set(sql, statement);
  return statement;
}

/**
 * An error would lose its code on the way.
 *
 * @param {unknown} error
 */
function toFault(error) {
  if (error instanceof BetterSqlite3.SqliteError) return { fault: error.message, code: error.code };
  return { fault: error instanceof Error ? error.message : String(error), code: undefined };
}
