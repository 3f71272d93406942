/** Two brokers that share their work on one PostgreSQL. */
import { expect, test } from 'vitest';
import type { Database } from '../../src/database/index.ts';
import { createJobRunner, type JobHandler, scheduleJob } from '../../src/jobs/index.ts';
import { openDatabaseOf } from '../support/database-choice.ts';
import { openTestDatabase } from '../support/test-database.ts';

const DUE = 1_000_000;
const KIND = 'work';

function defer() {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const schedule = (database: Database, subjects: readonly string[]) =>
  database.write(async (tx) => {
    for (const subject of subjects) await scheduleJob(tx, { kind: KIND, subject, dueAt: DUE });
  });

/** Two connections to one database, each with a runner that does `work`. */
async function openBrokers(toWork: (broker: number) => JobHandler) {
  const { database, folder, ...store } = await openTestDatabase();
  let writes = 0;
  const counting: Database = {
    ...database,
    write(command) {
      writes += 1;
      return database.write(command);
    },
  };
  const databases = [counting, await openDatabaseOf(folder)] as const;
  const errors: unknown[] = [];
  const runners = databases.map((on, broker) =>
    createJobRunner({
      database: on,
      clock: { now: () => DUE },
      handlers: { [KIND]: toWork(broker) },
      onError: (error) => errors.push(error),
    }),
  );
  return {
    databases,
    runners,
    errors,
    /** How often something was written, or tried to be, by way of the first. */
    writes: () => writes,
    async [Symbol.asyncDispose]() {
      for (const runner of runners) await runner.stop();
      for (const on of databases) await on.close();
      await store[Symbol.asyncDispose]();
    },
  };
}

test('both take their part of many jobs, and each is done once', async () => {
  const subjects = Array.from({ length: 400 }, (_, index) => `job ${index + 1000}`);
  const done: string[] = [];
  const all = defer();
  const hasBegun = [defer(), defer()] as const;
  await using brokers = await openBrokers((broker) => async (subject) => {
    // Nobody gets further before both have begun.
    hasBegun[broker]?.resolve();
    await Promise.all(hasBegun.map(({ promise }) => promise));
    done.push(subject);
    if (done.length >= subjects.length) all.resolve();
  });
  await schedule(brokers.databases[0], subjects.slice(0, 200));
  for (const runner of brokers.runners) runner.start();
  await schedule(brokers.databases[1], subjects.slice(200));
  await all.promise;
  for (const runner of brokers.runners) await runner.stop();
  expect(done.toSorted()).toEqual(subjects);
  expect(brokers.errors).toEqual([]);
  const left = await brokers.databases[0].read((db) => db.selectFrom('job').selectAll().execute());
  expect(left).toEqual([]);
});

test('a job that is being changed holds up no other, and is done when it has been changed', async () => {
  const begun = { changing: defer(), other: defer() };
  await using brokers = await openBrokers(() => async (subject) => {
    begun[subject as keyof typeof begun].resolve();
  });
  const [first, second] = brokers.databases;
  await schedule(first, ['changing']);
  const [isLocked, letGo] = [defer(), defer()];
  const change = second.write(async (tx) => {
    await scheduleJob(tx, { kind: KIND, subject: 'changing', dueAt: DUE });
    isLocked.resolve();
    await letGo.promise;
  });
  await isLocked.promise;
  brokers.runners[0]?.start();
  await schedule(first, ['other']);
  await begun.other.promise;
  // Nor is it tried again and again.
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(brokers.writes()).toBeLessThan(10);
  letGo.resolve();
  await change;
  await begun.changing.promise;
  expect(brokers.errors).toEqual([]);
});
