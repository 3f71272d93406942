/**
 * The durable clock: runs jobs when they are due. A job is a row until its handler has succeeded, so a restart carries on
 * with it; a failing one is tried again with growing pauses. There is one timer for all jobs, set to the next one due.
 */
import type { Database } from '../database/index.ts';
import type { Clock } from '../domain/clock.ts';

/** A timer is set for at most this long, in case a wake-up was lost or the clock was changed. */
const MAX_PAUSE_MS = 30_000;
const MAX_AT_ONCE = 4;
const FIRST_RETRY_MS = 1000;
const MAX_RETRY_MS = 5 * 60_000;

/** Does a job; it may be called again for the same subject after a crash. Throwing means: try again later. */
export type JobHandler = (subject: string) => Promise<void>;

export interface JobRunner {
  start(): void;
  /** Runs everything that is due now, and settles when it is done. */
  runDue(): Promise<void>;
  /** Starts no further jobs and waits for the running ones. */
  stop(): Promise<void>;
}

export function createJobRunner({
  database,
  clock,
  handlers,
  onError,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly handlers: Readonly<Record<string, JobHandler>>;
  readonly onError: (error: unknown, job: { kind: string; subject: string }) => void;
}): JobRunner {
  const kinds = Object.keys(handlers);
  let timer: NodeJS.Timeout | undefined;
  let isStopped = true;
  let running: Promise<void> | undefined;
  let runAgain = false;
  let stopListening: (() => void) | undefined;

  async function runBatch(): Promise<boolean> {
    const due = await database.read((db) =>
      db
        .selectFrom('job')
        .selectAll()
        .where('kind', 'in', kinds)
        .where('due_at', '<=', clock.now())
        .orderBy('due_at')
        .limit(MAX_AT_ONCE)
        .execute(),
    );
    await Promise.all(due.map((job) => runJob(job)));
    return due.length > 0;
  }

  async function runJob(job: { kind: string; subject: string; attempts: number }): Promise<void> {
    const { kind, subject } = job;
    try {
      await handlers[kind]?.(subject);
      await database.write((tx) =>
        tx.deleteFrom('job').where('kind', '=', kind).where('subject', '=', subject).execute(),
      );
    } catch (error) {
      onError(error, { kind, subject });
      const pause = Math.min(FIRST_RETRY_MS * 2 ** job.attempts, MAX_RETRY_MS);
      await database.write((tx) =>
        tx
          .updateTable('job')
          .set({
            attempts: job.attempts + 1,
            due_at: clock.now() + pause,
            last_error: error instanceof Error ? error.message : String(error),
          })
          .where('kind', '=', kind)
          .where('subject', '=', subject)
          .execute(),
      );
    }
  }

  function run(): Promise<void> {
    if (running !== undefined) {
      runAgain = true;
      return running;
    }
    running = (async () => {
      do {
        runAgain = false;
        while (!isStopped && (await runBatch()));
      } while (runAgain && !isStopped);
    })()
      .catch((error: unknown) => onError(error, { kind: 'runner', subject: '' }))
      .then(() => {
        running = undefined;
        return setTimer();
      });
    return running;
  }

  async function setTimer(): Promise<void> {
    if (isStopped) return;
    clearTimeout(timer);
    const next = await database
      .read((db) =>
        db
          .selectFrom('job')
          .select((eb) => eb.fn.min('due_at').as('at'))
          .where('kind', 'in', kinds)
          .executeTakeFirst(),
      )
      .catch(() => undefined);
    if (isStopped) return;
    clearTimeout(timer);
    const pause = next?.at == null ? MAX_PAUSE_MS : Number(next.at) - clock.now();
    timer = setTimeout(run, Math.min(Math.max(pause, 0), MAX_PAUSE_MS));
    timer.unref();
  }

  return {
    start() {
      isStopped = false;
      stopListening = database.onCommit(() => {
        if (running === undefined) void setTimer();
        else runAgain = true;
      });
      void run();
    },
    async runDue() {
      await run();
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      stopListening?.();
      await running;
    },
  };
}
