/** Long queries beside everything else, on every database; at the end what only one of them has to get right. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { type RawBuilder, sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Queries, Snapshot, WriteTransaction } from '../../src/database/index.ts';
import { CHECKOUT } from '../support/checkout.ts';
import { openDataFolder } from '../support/data-folder.ts';
import { isOnPostgres, openDatabaseOf } from '../support/database-choice.ts';
import { addName, namesOf, readNames } from '../support/named-parties.ts';
import { openTestDatabase } from '../support/test-database.ts';

const MOST_AT_ONCE = 4;
/** Takes a good part of a second to count to. */
const FAR = isOnPostgres ? 500_000 : 2_000_000;

interface Numbered {
  readonly n: number;
}

/** The numbers from 1 on without an end, made one after the other; whoever gathers them all is never done. */
const NUMBERS = sql`with recursive numbers(n) as (select 1 union all select n + 1 from numbers)`;

/** One row, after all the numbers up to `FAR` have been made. */
async function countFar(db: Queries): Promise<number | undefined> {
  const { rows } = await sql<Numbered>`
    with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${sql.lit(FAR)})
    select count(*) as n from numbers`.execute(db);
  return rows[0]?.n;
}

function streamOf<Row>(db: Queries, query: RawBuilder<Row>, chunkSize: number) {
  const chunks = db.getExecutor().stream<Row>(query.compile(db), chunkSize);
  return (async function* () {
    for await (const { rows } of chunks) yield* rows;
  })();
}

/** Its second row comes a good part of a second after the first. */
function streamWithLongSecond(db: Queries): AsyncGenerator<Numbered> {
  const query = sql<Numbered>`${NUMBERS} select n from numbers where n = 1 or n = ${sql.lit(FAR)}`;
  return streamOf(db, query, 1);
}

/** Reads the first rows of an endless stream, and leaves it. */
async function readSome(db: Queries, most: number): Promise<number[]> {
  const read: number[] = [];
  for await (const { n } of streamOf(db, sql<Numbered>`${NUMBERS} select n from numbers`, 10)) {
    read.push(n);
    if (read.length === most) break;
  }
  return read;
}

/** All that may be open. That there are so many means that no earlier one was kept. */
async function openAll(open: () => Promise<Snapshot>): Promise<Snapshot[]> {
  const snapshots = await Promise.all(Array.from({ length: MOST_AT_ONCE }, open));
  for (const { db } of snapshots) await readNames(db);
  return snapshots;
}

async function release(snapshots: readonly Snapshot[]): Promise<void> {
  for (const snapshot of snapshots) await snapshot.release();
}

describe('a snapshot aside', () => {
  it('does not see what is committed while it is held', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    await database.write((tx) => addName(tx, 'a'));
    const snapshot = await database.snapshotAside();
    expect(await readNames(snapshot.db)).toEqual(['a']);
    await database.write((tx) => addName(tx, 'b'));
    expect(await readNames(snapshot.db)).toEqual(['a']);
    expect(await namesOf(database)).toEqual(['a', 'b']);
    await snapshot.release();
    await snapshot.release();
    expect(await database.readAside(readNames)).toEqual(['a', 'b']);
  });

  it('cannot write', async () => {
    await using store = await openTestDatabase();
    const writing = store.database.readAside((db) => addName(db as WriteTransaction, 'a'));
    await expect(writing).rejects.toThrow(/read-?only/i);
    expect(await namesOf(store.database)).toEqual([]);
  });

  it('has the same values as any other one, at once and in a stream', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    const query = sql<Record<string, unknown>>`
      select name, updated_at, cast(null as varchar) as missing, ${'Æ 😀'} as given
      from party order by name`;
    await database.write(async (tx) => {
      for (const name of ['a', 'å', '']) await addName(tx, name);
      await tx.updateTable('party').set({ updated_at: Number.MAX_SAFE_INTEGER }).execute();
    });
    const { rows } = await database.read((db) => query.execute(db));
    expect(rows[0]).toEqual({
      name: '',
      updated_at: Number.MAX_SAFE_INTEGER,
      missing: null,
      given: 'Æ 😀',
    });
    await database.readAside(async (db) => {
      expect((await query.execute(db)).rows).toEqual(rows);
      const streamed: unknown[] = [];
      for await (const row of streamOf(db, query, 2)) streamed.push(row);
      expect(streamed).toEqual(rows);
      const names: string[] = [];
      const parties = db.selectFrom('party').select('name').orderBy('name').stream();
      for await (const { name } of parties) names.push(name);
      expect(names).toEqual(await readNames(db));
    });
  });

  it('waits in line while all are taken, and comes in the order of asking', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    const held = await openAll(database.snapshotAside);
    const order: string[] = [];
    const waiting = [1, 2, 3, 4, 5, 6].map((number) =>
      database.readAside(async (db) => {
        order.push(`read ${number}`);
        return readNames(db);
      }),
    );
    // Who was let in would have read long before that.
    if (held[1] !== undefined) await countFar(held[1].db);
    await database.write((tx) => addName(tx, 'a'));
    order.push('release');
    await held[0]?.release();
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: 6 }, () => ['a']));
    expect(order).toEqual(['release', ...[1, 2, 3, 4, 5, 6].map((number) => `read ${number}`)]);
    await release(held);
  });
});

describe('a long query aside', () => {
  it('lets reads, writes and the event loop go on', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    let isCounting = true;
    const counting = database.readAside(countFar).finally(() => {
      isCounting = false;
    });
    let rounds = 0;
    while (isCounting) {
      rounds += 1;
      await database.write((tx) => addName(tx, `n${rounds}`));
      expect(await namesOf(database)).toHaveLength(rounds);
      await new Promise(setImmediate);
    }
    expect(await counting).toBe(FAR);
    // One round is what gets through where the query holds up everything.
    expect(rounds).toBeGreaterThan(5);
  });

  it('that fails says why, and its connection goes on being of use', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    const failing = Array.from({ length: 3 * MOST_AT_ONCE }, () =>
      database.readAside((db) => sql`select 1 from nowhere`.execute(db)),
    );
    for (const { status, ...outcome } of await Promise.allSettled(failing)) {
      expect(status).toBe('rejected');
      expect(outcome).toMatchObject({
        reason: {
          message: expect.stringContaining('nowhere'),
          code: isOnPostgres ? '42P01' : 'SQLITE_ERROR',
        },
      });
    }
    await release(await openAll(database.snapshotAside));
  });
});

describe('a stream aside', () => {
  it('brings all rows in their order', async () => {
    await using store = await openTestDatabase();
    const total = 300_000;
    const query = sql<Numbered>`${NUMBERS} select n from numbers limit ${sql.lit(total)}`;
    await store.database.readAside(async (db) => {
      let last = 0;
      for await (const { n } of streamOf(db, query, 1000)) {
        if (n !== last + 1) throw new Error(`${n} came after ${last}.`);
        last = n;
      }
      expect(last).toBe(total);
    });
  });

  it('has read no further than it was asked to, and lets go when it is left', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    const expected = Array.from({ length: 25 }, (_, index) => index + 1);
    for (let round = 0; round < 20; round += 1) {
      expect(await database.readAside((db) => readSome(db, 25))).toEqual(expected);
    }
    await release(await openAll(database.snapshotAside));
  });

  it('that is left gives way to the next query on the same snapshot', async () => {
    await using store = await openTestDatabase();
    await store.database.readAside(async (db) => {
      expect(await readSome(db, 10)).toHaveLength(10);
      expect(await readNames(db)).toEqual([]);
      expect(await readSome(db, 1)).toEqual([1]);
    });
  });

  it('that fails on the way brings what was before that, and lets go', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    // At 250 the argument has no absolute value that fits.
    const query = sql<Numbered>`
      ${NUMBERS} select case when abs(-9223372036854775807 - n / 250) > 0 then n end as n from numbers`;
    for (let round = 0; round < 3 * MOST_AT_ONCE; round += 1) {
      let last = 0;
      const reading = database.readAside(async (db) => {
        for await (const { n } of streamOf(db, query, 100)) last = n;
      });
      await expect(reading).rejects.toThrow(/overflow|out of range/);
      expect(last).toBe(200);
    }
    await release(await openAll(database.snapshotAside));
  });
});

describe('closing', () => {
  it('refuses who reads aside and who waits to, and comes to its end', async () => {
    await using folder = await openDataFolder();
    const database = await openDatabaseOf(folder.path);
    const held = await openAll(database.snapshotAside);
    const streams = held.map(({ db }) => streamWithLongSecond(db));
    for (const stream of streams) expect(await stream.next()).toMatchObject({ value: { n: 1 } });
    // One of them stays as it is, and nobody asks it for more.
    const [paused, ...others] = streams;
    const seconds = others.map((stream) => stream.next());
    const waiting = database.snapshotAside();
    await new Promise(setImmediate);
    const [outcomes] = await Promise.all([
      Promise.allSettled([waiting, ...seconds]),
      database.close(),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'rejected'));
    expect(outcomes).toHaveLength(MOST_AT_ONCE);
    expect(outcomes[0]).toMatchObject({ reason: { message: 'The database is closed.' } });
    await expect(paused?.next()).rejects.toThrow();
    await expect(database.snapshotAside()).rejects.toThrow('The database is closed.');
    await Promise.allSettled(held.map((snapshot) => snapshot.release()));
  });
});

describe.skipIf(isOnPostgres)('a thread of SQLite', () => {
  /** The threads that start from now on, those that are still there. */
  function watchThreads(): { readonly threads: Set<Worker>; [Symbol.dispose](): void } {
    const threads = new Set<Worker>();
    const onStart = (thread: Worker) => {
      threads.add(thread);
      thread.once('exit', () => threads.delete(thread));
    };
    process.on('worker', onStart);
    return { threads, [Symbol.dispose]: () => process.off('worker', onStart) };
  }

  it('that could not begin begins with the next query, and sees one state from then on', async () => {
    await using store = await openTestDatabase();
    const { database, folder } = store;
    const [file] = (await readdir(folder)).filter((name) => name.endsWith('.sqlite'));
    const path = join(folder, file ?? '');
    const { db, release } = await database.snapshotAside();
    await rename(path, `${path}-away`);
    await expect(readNames(db)).rejects.toThrow('unable to open');
    await rename(`${path}-away`, path);
    expect(await readNames(db)).toEqual([]);
    await database.write((tx) => addName(tx, 'later'));
    expect(await readNames(db)).toEqual([]);
    await release();
    expect(await database.readAside(readNames)).toEqual(['later']);
  });

  it('starts when it is needed, is used again, and ends with the database', async () => {
    using watch = watchThreads();
    await using store = await openTestDatabase();
    const { database } = store;
    await namesOf(database);
    expect(watch.threads.size).toBe(0);
    for (let round = 0; round < 3; round += 1) await database.readAside(readNames);
    expect(watch.threads.size).toBe(1);
    await Promise.all(Array.from({ length: 20 }, () => database.readAside(readNames)));
    expect(watch.threads.size).toBe(MOST_AT_ONCE);
    await database.close();
    expect(watch.threads.size).toBe(0);
  });

  it('that dies refuses who reads in it until the end, and gives way to another one', async () => {
    using watch = watchThreads();
    await using store = await openTestDatabase();
    const { database } = store;
    await database.write((tx) => addName(tx, 'a'));
    const snapshot = await database.snapshotAside();
    const stream = streamWithLongSecond(snapshot.db);
    await stream.next();
    const [thread] = watch.threads;
    const second = stream.next();
    await new Promise(setImmediate);
    await Promise.all([
      expect(second).rejects.toThrow('The thread that ran the query has ended.'),
      thread?.terminate(),
    ]);
    // Another thread would show another state of the database.
    await expect(readNames(snapshot.db)).rejects.toThrow(
      'The thread that ran the query has ended.',
    );
    await snapshot.release();
    expect(watch.threads.size).toBe(0);
    expect(await database.readAside(readNames)).toEqual(['a']);
    // This one dies while nobody uses it.
    const [next] = watch.threads;
    await next?.terminate();
    await release(await openAll(database.snapshotAside));
  });

  it('that dies as soon as it starts refuses who asked for it, and holds up nobody else', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    for (let round = 0; round < 2 * MOST_AT_ONCE; round += 1) {
      process.once('worker', (thread) => thread.terminate());
      await expect(database.readAside(readNames)).rejects.toThrow(
        'The thread that ran the query has ended.',
      );
    }
    await release(await openAll(database.snapshotAside));
  });

  it('refuses what it cannot be told, and goes on', async () => {
    await using store = await openTestDatabase();
    await store.database.readAside(async (db) => {
      const asking = sql`select ${Symbol('a')}`.execute(db);
      await expect(asking).rejects.toThrow(/could not be cloned/);
      await expect(sql`select ${true}`.execute(db)).rejects.toThrow(/can only bind/);
      expect(await readNames(db)).toEqual([]);
    });
  });

  /** The exit code of a process that does so with a database, and nothing else. */
  async function runProcess(program: string): Promise<unknown> {
    await using folder = await openDataFolder();
    const start = `
      import { sql } from 'kysely';
      import { openSqliteDatabase } from './src/database/index.ts';
      const database = await openSqliteDatabase(${JSON.stringify(join(folder.path, 'ferje.sqlite'))});`;
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', `${start}\n${program}`],
      { cwd: CHECKOUT, stdio: 'inherit' },
    );
    const [code] = await once(child, 'exit');
    return code;
  }

  it('keeps a process alive that waits for it, and none that does not', async () => {
    const code = await runProcess(`
      const { rows } = await database.readAside((db) => sql\`select 7 as n\`.execute(db));
      process.exitCode = rows[0].n;`);
    expect(code).toBe(7);
  });

  it('keeps a process alive that waits for it to end in the midst of a query', async () => {
    const code = await runProcess(`
      const { db } = await database.snapshotAside();
      const reading = sql\`with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 100000)
        select count(*) from numbers\`.execute(db);
      await new Promise(setImmediate);
      const [{ reason }] = await Promise.allSettled([reading, database.close()]);
      process.exitCode = reason.message === 'The database is closed.' ? 7 : 1;`);
    expect(code).toBe(7);
  });
});

describe.runIf(isOnPostgres)('a connection of PostgreSQL', () => {
  it('that is lost refuses who reads on it, and gives way to another one', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    for (let round = 0; round < 2 * MOST_AT_ONCE; round += 1) {
      const snapshot = await database.snapshotAside();
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(
        snapshot.db,
      );
      const stream = streamWithLongSecond(snapshot.db);
      await stream.next();
      const second = stream.next();
      await Promise.all([
        expect(second).rejects.toThrow(),
        database.write((tx) => sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(tx)),
      ]);
      await expect(snapshot.release()).rejects.toThrow();
    }
    await release(await openAll(database.snapshotAside));
  });

  it('leaves no query behind at the server when the database closes', async () => {
    await using folder = await openDataFolder();
    const database = await openDatabaseOf(folder.path);
    const snapshot = await database.snapshotAside();
    const stream = streamOf(snapshot.db, sql`${NUMBERS} select n from numbers where n < 0`, 1);
    const first = stream.next();
    const beside = await openDatabaseOf(folder.path);
    const countNumbering = async () => {
      const { rows } = await beside.read((db) =>
        sql<Numbered>`
          select count(*) as n from pg_stat_activity
          where datname = current_database() and query like '%numbers(n)%' and pid <> pg_backend_pid()
            and state = 'active'`.execute(db),
      );
      return rows[0]?.n;
    };
    await expect.poll(countNumbering).toBe(1);
    await Promise.all([expect(first).rejects.toThrow(), database.close()]);
    await expect.poll(countNumbering, { timeout: 20_000 }).toBe(0);
    await beside.close();
  });
});
