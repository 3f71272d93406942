/**
 * A database with the log that statistics are counted of, made once and kept for the next run, as `filled-database.ts` keeps
 * its own. Events stand in the order in which they happened, so that whoever counts meets each transfer again and again.
 */
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { openSqliteDatabase } from '../../src/database/index.ts';
import { createInserts, type InsertRow } from './insert-rows.ts';
import { createIds } from './population-rows.ts';
import {
  BEGINNING,
  EVENTS_PER_TRANSFER,
  HOUR_MS,
  type PlannedTransfer,
  planTransfer,
} from './statistics-population.ts';
import {
  insertStatisticsConfiguration,
  insertStatisticsTransfer,
  toEventRow,
} from './statistics-rows.ts';

/** To be raised with every change of what is generated, and of the tables. */
const VERSION = 2;
const CACHE_KIB = 2 * 1024 * 1024;
const TRANSFERS_PER_COMMIT = 20_000;

/** The path of a database with about so many events. Ten million take some minutes and some GB, before they are counted. */
export async function fillStatisticsLog(events: number): Promise<string> {
  const folder = process.env.BENCH_DATA ?? join(tmpdir(), 'ferje-bench-data');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `statistics-${events}.sqlite`);
  if (existsSync(path) && readVersion(path) === VERSION) return path;
  for (const end of ['', '-wal', '-shm', '-journal']) await rm(`${path}${end}`, { force: true });
  const migrated = await openSqliteDatabase(path);
  await migrated.close();
  fill(path, Math.round(events / EVENTS_PER_TRANSFER));
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

function fill(path: string, transfers: number): void {
  const database = new BetterSqlite3(path);
  // A run that breaks leaves no version, and the next one starts over. SQLite's way from a write-ahead log leads by DELETE.
  database.pragma('journal_mode = DELETE');
  database.pragma('journal_mode = MEMORY');
  database.pragma('synchronous = OFF');
  database.pragma('foreign_keys = OFF');
  database.pragma(`cache_size = -${CACHE_KIB}`);
  const indexes = dropIndexes(database);
  const insert = createInserts(database);
  const log = createLog(insert);
  database.transaction(() => insertStatisticsConfiguration(insert))();
  for (let from = 0; from < transfers; from += TRANSFERS_PER_COMMIT) {
    database.transaction(() => {
      const to = Math.min(transfers, from + TRANSFERS_PER_COMMIT);
      for (let n = from; n < to; n += 1) {
        const planned = planTransfer(n, transfers);
        const ids = createIds(n);
        log.add(planned, insertStatisticsTransfer(insert, ids, planned), ids);
      }
    })();
  }
  const logEnd = database.transaction(() => log.finish())();
  database.prepare('update history set log_end = ?').run(logEnd);
  // Sorting at the end is much faster than keeping an order all the time.
  for (const sql of indexes) database.exec(sql);
  database.pragma('journal_mode = WAL');
  database.pragma(`user_version = ${VERSION}`);
  database.close();
}

/** Answers how each is made again. Those that lists of transfers are read by are not: nobody lists them here. */
function dropIndexes(database: BetterSqlite3.Database): string[] {
  const indexes = database
    .prepare(
      `select name, sql from sqlite_master
       where type = 'index' and sql is not null and tbl_name not like 'statistics%'`,
    )
    .all() as { readonly name: string; readonly sql: string }[];
  for (const { name } of indexes) database.exec(`drop index "${name}"`);
  return indexes.filter(({ name }) => !name.startsWith('transfer_party_')).map(({ sql }) => sql);
}

type LateEvent = Omit<ReturnType<typeof toEventRow>, 'position'>;

/** Writes events in their order, of transfers that come in the order of their creation. */
function createLog(insert: InsertRow) {
  /** What is still to come, by the hour. */
  const pending = new Map<number, LateEvent[]>();
  let nextHour = toHour(BEGINNING);
  let position = 0;

  function writeHour(): void {
    const events = (pending.get(nextHour) ?? []).sort((a, b) => a.time - b.time);
    for (const event of events) {
      position += 1;
      insert('event', { ...event, position });
    }
    pending.delete(nextHour);
    nextHour += 1;
  }

  return {
    add(planned: PlannedTransfer, id: string, ids: ReturnType<typeof createIds>): void {
      while (nextHour < toHour(planned.createdAt)) writeHour();
      for (const event of planned.events) {
        const hour = toHour(event.at);
        const events = pending.get(hour) ?? [];
        pending.set(hour, events);
        events.push(toEventRow(id, ids.next(event.at), planned, event));
      }
    },
    /** Writes the rest; answers the position of the last one. */
    finish(): number {
      while (pending.size > 0) writeHour();
      return position;
    },
  };
}

function toHour(time: number): number {
  return Math.floor(time / HOUR_MS);
}
