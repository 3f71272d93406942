/**
 * Databases of many transfers, made once and kept for the next run: in BENCH_DATA, a folder, or among temporary files. One
 * of a million takes some minutes and 12 GB.
 */
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { openSqliteDatabase } from '../../src/database/index.ts';
import { createInserts } from './insert-rows.ts';
import { planTransfer } from './population.ts';
import { createIds, insertConfiguration, insertTransfer } from './population-rows.ts';

/** To be raised with every change of what is generated. */
const VERSION = 6;
const CACHE_KIB = 2 * 1024 * 1024;
const ROWS_PER_COMMIT = 20_000;

/** The path of a database with so many transfers. */
export async function fillDatabase(count: number): Promise<string> {
  const folder = process.env.BENCH_DATA ?? join(tmpdir(), 'ferje-bench-data');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `transfers-${count}.sqlite`);
  if (existsSync(path) && readVersion(path) === VERSION) return path;
  for (const end of ['', '-wal', '-shm']) await rm(`${path}${end}`, { force: true });
  const migrated = await openSqliteDatabase(path);
  await migrated.close();
  fill(path, count);
  return path;
}

function readVersion(path: string): unknown {
  const database = new BetterSqlite3(path);
  try {
    return database.pragma('user_version', { simple: true });
  } finally {
    database.close();
  }
}

function fill(path: string, count: number): void {
  const database = new BetterSqlite3(path);
  // A run that breaks leaves no version, and the next one starts over.
  database.pragma('journal_mode = DELETE');
  database.pragma('journal_mode = OFF');
  database.pragma('synchronous = OFF');
  database.pragma(`cache_size = -${CACHE_KIB}`);
  const insert = createInserts(database);
  const indexes = dropIndexes(database);
  database.transaction(() => insertConfiguration(insert))();
  let logEnd = 0;
  for (let from = 0; from < count; from += ROWS_PER_COMMIT) {
    database.transaction(() => {
      const to = Math.min(count, from + ROWS_PER_COMMIT);
      for (let n = from; n < to; n += 1) {
        const planned = planTransfer(n, count);
        const ids = createIds(n);
        logEnd = insertTransfer(insert, ids, ids.next(planned.createdAt), planned, logEnd);
      }
    })();
  }
  database.prepare('update history set log_end = ?').run(logEnd);
  // Sorting at the end is much faster than keeping an order all the time.
  for (const sql of indexes) database.exec(sql);
  database.pragma('journal_mode = WAL');
  database.pragma(`user_version = ${VERSION}`);
  database.close();
}

/** Answers how each is made again. */
function dropIndexes(database: BetterSqlite3.Database): string[] {
  const indexes = database
    .prepare("select name, sql from sqlite_master where type = 'index' and sql is not null")
    .all() as { readonly name: string; readonly sql: string }[];
  for (const { name } of indexes) database.exec(`drop index "${name}"`);
  return indexes.map(({ sql }) => sql);
}
