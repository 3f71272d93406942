/** A broker and its connections to PostgreSQL: what it hears by them, and what it does when they break. */
import { sql } from 'kysely';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { openPostgresDatabase } from '../../src/database/index.ts';
import type { PartyId } from '../../src/domain/party-id.ts';
import { makePostgresDatabase } from '../support/database-choice.ts';
import { addName } from '../support/named-parties.ts';

/** A database of its own, and a connection beside the broker's. */
async function openBeside(key: string) {
  const url = await makePostgresDatabase(`${key} ${process.pid}`);
  const client = new Client({ connectionString: url });
  await client.connect();
  const faults: unknown[] = [];
  const open = () => openPostgresDatabase(url, (error) => faults.push(error));
  return {
    client,
    open,
    faults,
    async [Symbol.asyncDispose]() {
      await client.end();
    },
  };
}

/** Settles when the store tells of a commit. */
function nextCommit(database: Awaited<ReturnType<typeof openPostgresDatabase>>): Promise<void> {
  return new Promise((resolve) => {
    const stop = database.onCommit(() => {
      stop();
      resolve();
    });
  });
}

/** Settles when so many connections listen for signals. */
async function untilListening(client: Client, count: number): Promise<void> {
  const listening = async () => {
    const { rows } = await client.query(
      "select pid from pg_stat_activity where application_name = 'ferje (signals)' and datname = current_database() and query like 'listen%'",
    );
    return rows.length;
  };
  await expect.poll(listening, { timeout: 20_000 }).toBe(count);
}

test('what one commits, the other hears of, also after its connections were cut', async () => {
  await using beside = await openBeside('signals');
  const [one, other] = [await beside.open(), await beside.open()];
  await untilListening(beside.client, 2);
  const heard = nextCommit(other);
  await one.write((tx) => addName(tx, 'a'));
  await heard;

  await beside.client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await untilListening(beside.client, 2);
  expect(beside.faults.length).toBeGreaterThan(0);
  const heardAgain = nextCommit(other);
  await one.write((tx) => addName(tx, 'b'));
  await heardAgain;
  const names = await other.read((db) => db.selectFrom('party').select('name').execute());
  expect(names).toHaveLength(2);
  await one.close();
  await other.close();
});

test('whoever loses its connection in the middle is told so, and the next one has a new one', async () => {
  await using beside = await openBeside('lost');
  const database = await beside.open();
  const snapshot = await database.snapshot();
  await snapshot.db.selectFrom('party').select('name').execute();
  const writing = database.write(async (tx) => {
    await addName(tx, 'lost');
    await beside.client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await addName(tx, 'never');
  });
  await expect(writing).rejects.toThrow();
  await expect(snapshot.db.selectFrom('party').select('name').execute()).rejects.toThrow();
  await expect(snapshot.release()).rejects.toThrow();
  await database.write((tx) => addName(tx, 'after'));
  const rows = await database.read((db) => db.selectFrom('party').select('name').execute());
  expect(rows).toEqual([{ name: 'after' }]);
  await database.close();
});

test('a command that met a row made at the same moment runs again, and decides on it', async () => {
  await using beside = await openBeside('again');
  const database = await beside.open();
  let runs = 0;
  const seen = await database.write(async (tx) => {
    runs += 1;
    const found = await tx.selectFrom('party').select('name').execute();
    if (runs === 1) {
      await beside.client.query("insert into party values ('a', 'made by another', 1)");
      await addName(tx, 'a');
    }
    return found;
  });
  expect([runs, seen]).toEqual([2, [{ name: 'made by another' }]]);
  await database.close();
});

test('commands that lock each other out both succeed', async () => {
  await using beside = await openBeside('deadlock');
  const database = await beside.open();
  await database.write(async (tx) => {
    await addName(tx, 'a');
    await addName(tx, 'b');
  });
  const arrived: (() => void)[] = [];
  /** Settles when both have their first row; a command that runs again waits for nobody. */
  const meet = () =>
    new Promise<void>((resolve) => {
      arrived.push(resolve);
      if (arrived.length >= 2) for (const go of arrived) go();
    });
  const rename = (names: readonly [string, string], to: string) =>
    database.write(async (tx) => {
      for (const [index, name] of names.entries()) {
        await tx
          .updateTable('party')
          .set({ name: to })
          .where('id', '=', name as PartyId)
          .execute();
        if (index === 0) await meet();
      }
    });
  await Promise.all([rename(['a', 'b'], 'first'), rename(['b', 'a'], 'second')]);
  const rows = await database.read((db) => db.selectFrom('party').select('name').execute());
  expect(new Set(rows.map(({ name }) => name)).size).toBe(1);
  await database.close();
});

test('an answered commit is on the disk, also where the server is set to answer sooner', async () => {
  await using beside = await openBeside('durable');
  await beside.client.query(
    "do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$",
  );
  const database = await beside.open();
  const { rows } = await database.write((tx) =>
    sql<{ synchronous_commit: string }>`show synchronous_commit`.execute(tx),
  );
  expect(rows).toEqual([{ synchronous_commit: 'on' }]);
  await database.close();
});
