import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import BetterSqlite3 from 'better-sqlite3';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { type Database, DatabaseFullError, openSqliteDatabase } from '../../src/database/index.ts';
import { addName, namesOf, readNames } from '../support/named-parties.ts';
import { makeTemporaryFolder } from '../support/temporary-folder.ts';
import { openTestDatabase } from '../support/test-database.ts';

function countCommits(database: Database): () => number {
  let commits = 0;
  database.onCommit(() => {
    commits += 1;
  });
  return () => commits;
}

describe('a write', () => {
  it('shares one commit with those that wait beside it', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    const commits = countCommits(database);
    const names = Array.from({ length: 20 }, (_, index) => `n${index + 10}`);
    await Promise.all(names.map((name) => database.write((tx) => addName(tx, name))));
    expect(commits()).toBe(1);
    expect(await namesOf(database)).toEqual(names);
  });

  it('runs in the order of asking, and sees what went before it in the same commit', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    const seen = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        database.write(async (tx) => {
          await addName(tx, name);
          return readNames(tx);
        }),
      ),
    );
    expect(seen).toEqual([['a'], ['a', 'b'], ['a', 'b', 'c']]);
  });

  it('leaves nothing behind where it throws, and takes nobody in its commit with it', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    const commits = countCommits(database);
    const outcomes = await Promise.allSettled([
      database.write((tx) => addName(tx, 'before')),
      database.write(async (tx) => {
        await addName(tx, 'thrown');
        throw new Error('no');
      }),
      database.write((tx) => addName(tx, 'after')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { message: 'no' } });
    expect(await namesOf(database)).toEqual(['after', 'before']);
    expect(commits()).toBe(1);
  });

  it('that makes the common commit impossible fails alone', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    const outcomes = await Promise.allSettled([
      database.write((tx) => addName(tx, 'before')),
      database.write(async (tx) => {
        // Checked when the whole transaction ends: by then the command itself has succeeded.
        await sql`pragma defer_foreign_keys = on`.execute(tx);
        await tx
          .insertInto('transfer_property')
          .values({ transfer_id: 'nowhere', position: 0, key: 'k', value: 'v' })
          .execute();
      }),
      database.write((tx) => addName(tx, 'after')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' } });
    expect(await namesOf(database)).toEqual(['after', 'before']);
    await database.write((tx) => addName(tx, 'later'));
    expect(await namesOf(database)).toEqual(['after', 'before', 'later']);
  });

  it('for which there is no room says so, and what fits beside it is kept', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    await database.write(async (tx) => {
      const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(tx);
      const most = (rows[0]?.page_count ?? 0) + 4;
      await sql.raw(`pragma max_page_count = ${most}`).execute(tx);
    });
    const outcomes = await Promise.allSettled([
      database.write((tx) => addName(tx, 'before')),
      database.write((tx) => addName(tx, 'x'.repeat(100_000))),
      database.write((tx) => addName(tx, 'after')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: expect.any(DatabaseFullError) });
    expect(await namesOf(database)).toEqual(['after', 'before']);
  });

  it('that was asked for is done before the database closes', async () => {
    await using folder = await makeTemporaryFolder();
    const path = join(folder.path, 'ferje.sqlite');
    const database = await openSqliteDatabase(path);
    const written = database.write((tx) => addName(tx, 'last'));
    await database.close();
    await written;
    const again = await openSqliteDatabase(path);
    expect(await namesOf(again)).toEqual(['last']);
    await again.close();
  });

  it('rests on a flush of the log before each answer', async () => {
    await using store = await openTestDatabase();
    const settings = await store.database.write(async (tx) => ({
      journal: (await sql`pragma journal_mode`.execute(tx)).rows,
      synchronous: (await sql`pragma synchronous`.execute(tx)).rows,
      foreignKeys: (await sql`pragma foreign_keys`.execute(tx)).rows,
    }));
    expect(settings).toEqual({
      journal: [{ journal_mode: 'wal' }],
      // 2 is FULL; NORMAL, which comes with WAL, flushes at checkpoints alone.
      synchronous: [{ synchronous: 2 }],
      foreignKeys: [{ foreign_keys: 1 }],
    });
  });
});

describe('a snapshot', () => {
  it('may be released twice, and gives way to one that waits', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    const held = await Promise.all(Array.from({ length: 8 }, () => database.snapshot()));
    const order: string[] = [];
    const waiting = namesOf(database).then(() => order.push('read'));
    await database.write((tx) => addName(tx, 'a'));
    order.push('release');
    await held[0]?.release();
    await waiting;
    expect(order).toEqual(['release', 'read']);
    await held[0]?.release();
    for (const snapshot of held) await snapshot.release();
    expect(await namesOf(database)).toEqual(['a']);
  });
});

describe('opening', () => {
  const epochOf = async (database: Database) =>
    (await database.read((db) => db.selectFrom('history').select('epoch').execute())).map(
      ({ epoch }) => epoch,
    );

  /** Each with the time at which it was gone through. */
  const migrationsOf = async (database: Database) =>
    (await database.read((db) => sql`select * from kysely_migration`.execute(db))).rows;

  it('again finds the same history and what was written, and migrates nothing twice', async () => {
    await using folder = await makeTemporaryFolder();
    const path = join(folder.path, 'ferje.sqlite');
    const first = await openSqliteDatabase(path);
    const epochs = await epochOf(first);
    await first.write((tx) => addName(tx, 'a'));
    const migrations = await migrationsOf(first);
    expect(migrations).not.toEqual([]);
    await first.close();
    const second = await openSqliteDatabase(path);
    expect(await epochOf(second)).toEqual(epochs);
    expect(epochs).toHaveLength(1);
    expect(await namesOf(second)).toEqual(['a']);
    expect(await migrationsOf(second)).toEqual(migrations);
    await second.close();
  });

  it('twice at once on a fresh path succeeds for both, with one history', async () => {
    await using folder = await makeTemporaryFolder();
    const path = join(folder.path, 'ferje.sqlite');
    const databases = await Promise.all([openSqliteDatabase(path), openSqliteDatabase(path)]);
    const epochs = await Promise.all(databases.map(epochOf));
    expect(epochs[0]).toHaveLength(1);
    expect(epochs[1]).toEqual(epochs[0]);
    for (const database of databases) await database.close();
  });

  it('by several processes at once on a fresh path succeeds for all, with one history', async () => {
    await using folder = await makeTemporaryFolder();
    const path = join(folder.path, 'ferje.sqlite');
    const children = Array.from({ length: 3 }, () => startOpener(path));
    for (const child of children) expect(await child.nextLine()).toBe('ready');
    for (const child of children) child.tell('open\n');
    const epochs = await Promise.all(children.map((child) => child.nextLine()));
    expect(epochs[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(epochs).size).toBe(1);
    for (const child of children) expect(await child.exitCode).toBe(0);
  });

  it('waits for who else is making the file', async () => {
    await using folder = await makeTemporaryFolder();
    const path = join(folder.path, 'ferje.sqlite');
    const other = new BetterSqlite3(path);
    other.exec('begin immediate');
    const opening = openSqliteDatabase(path);
    await new Promise(setImmediate);
    other.exec('commit');
    other.close();
    const database = await opening;
    expect(await namesOf(database)).toEqual([]);
    await database.close();
  });

  it('leaves nothing of a migration that fails, and goes through once its cause is gone', async () => {
    await using folder = await makeTemporaryFolder();
    const path = join(folder.path, 'ferje.sqlite');
    const raw = new BetterSqlite3(path);
    // The last table of the first migration is there already, of somebody else.
    raw.exec('create table job (something text)');
    await expect(openSqliteDatabase(path)).rejects.toThrow('table "job" already exists');
    const tables = raw
      .prepare("select name from sqlite_schema where type = 'table' and name not like 'kysely%'")
      .pluck()
      .all();
    expect(tables).toEqual(['job']);
    raw.exec('drop table job');
    raw.close();
    const database = await openSqliteDatabase(path);
    expect(await epochOf(database)).toHaveLength(1);
    await database.close();
  });

  it('a file that is no database is refused', async () => {
    await expect(openSqliteDatabase(import.meta.filename)).rejects.toMatchObject({
      code: 'SQLITE_NOTADB',
    });
  });
});

interface Opener {
  nextLine(): Promise<string | undefined>;
  tell(text: string): void;
  readonly exitCode: Promise<number | null>;
}

function startOpener(path: string): Opener {
  const script = join(import.meta.dirname, 'open-when-told.ts');
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', script, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('The child has no output.');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    nextLine: async () => (await lines.next()).value,
    tell: (text) => child.stdin?.write(text),
    exitCode: once(child, 'exit').then(([code]) => code),
  };
}
