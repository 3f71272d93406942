/** A runner on a database of its own and a clock that stands still; its jobs write down that they ran. */
import type { Database } from '../../src/database/index.ts';
import {
  createJobRunner,
  type JobOutcome,
  type JobRunner,
  scheduleJob,
} from '../../src/jobs/index.ts';
import { openTestDatabase } from '../support/test-database.ts';

/** Where the clock stands at first. */
export const START = 1_000_000;

export interface Deferred {
  readonly promise: Promise<void>;
  resolve(): void;
}

export function defer(): Deferred {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** What a job does, besides writing down that it ran; `time` says how often it has run by then, from 1 on. */
export type Act = (
  subject: string,
  time: number,
) => JobOutcome | undefined | Promise<JobOutcome | undefined> | Promise<void> | void;

interface RunnerOptions {
  readonly kinds?: readonly string[];
  readonly atOnce?: Readonly<Record<string, number>>;
}

/** Jobs are of the kind `work` where nothing else is said. */
export async function openScene(act: Act = () => undefined, options: RunnerOptions = {}) {
  const { database, folder, ...store } = await openTestDatabase();
  const clock = { time: START, now: () => clock.time };
  const ran: string[] = [];
  const errors: string[] = [];
  const runners: JobRunner[] = [];
  async function run(subject: string): Promise<JobOutcome | undefined> {
    ran.push(subject);
    const outcome = await act(subject, ran.filter((name) => name === subject).length);
    return outcome ?? undefined;
  }
  function createRunner(on: Database): JobRunner {
    const runner = createJobRunner({
      database: on,
      clock,
      handlers: Object.fromEntries((options.kinds ?? ['work']).map((kind) => [kind, run])),
      ...(options.atOnce === undefined ? {} : { atOnce: options.atOnce }),
      onError: (error, { kind, subject }) =>
        errors.push(`${kind} ${subject}: ${error instanceof Error ? error.message : error}`),
    });
    runners.push(runner);
    return runner;
  }
  return {
    database,
    folder,
    clock,
    /** The subjects of the jobs that were begun, in their order. */
    ran,
    errors,
    runner: createRunner(database),
    createRunner,
    schedule: (subject: string, dueAt = START, kind = 'work') =>
      database.write((tx) => scheduleJob(tx, { kind, subject, dueAt })),
    jobs: () =>
      database.read((db) => db.selectFrom('job').selectAll().orderBy('subject').execute()),
    async [Symbol.asyncDispose]() {
      for (const runner of runners) await runner.stop();
      await database.close();
      await store[Symbol.asyncDispose]();
    },
  };
}

/** Settles when something is so; it is asked again and again. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}
