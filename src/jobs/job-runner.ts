/**
 * The durable clock: runs jobs when they are due. A job is a row until its handler has succeeded, so a restart carries on
 * with it; a failing one is tried again with growing pauses. There is one timer for all jobs, set to the next one due, and
 * a long job holds up no other.
 */
import type { Database } from '../database/index.ts';
import type { Clock } from '../domain/clock.ts';

/** A timer is set for at most this long, in case a wake-up was lost or the clock was changed. */
const MAX_PAUSE_MS = 30_000;
const MAX_AT_ONCE = 4;
const FIRST_RETRY_MS = 1000;
const MAX_RETRY_MS = 5 * 60_000;

/** What a handler answers that has to be called again, though nothing failed: the broker stops before the job is done. */
export const UNFINISHED = 'unfinished';

/**
 * Does a job; it may be called again for the same subject after a crash. Throwing, or
 * answering `UNFINISHED`, means: try again later.
 */
export type JobHandler = (subject: string) => Promise<unknown>;

interface DueJob {
  readonly kind: string;
  readonly subject: string;
  readonly attempts: number;
  readonly due_at: number;
}

export interface JobRunner {
  /** Runs jobs from now on, as they become due. */
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
  const running = new Map<string, Promise<void>>();
  /** Jobs whose failure could not be noted, as on a full disk, and until when they wait. */
  const waiting = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let isStarted = false;
  let isStopped = false;
  let looking: Promise<void> | undefined;
  let lookAgain = false;
  let stopListening: (() => void) | undefined;

  /** Starts what is due, as far as there is room, and sets the timer for what is not. */
  function look(): Promise<void> {
    lookAgain = looking !== undefined;
    looking ??= (async () => {
      do {
        lookAgain = false;
        await startDue();
      } while (lookAgain);
    })()
      .catch((error: unknown) => {
        onError(error, { kind: 'runner', subject: '' });
        setTimer(FIRST_RETRY_MS);
      })
      .finally(() => {
        looking = undefined;
        // A call that came since the last comparison.
        if (lookAgain) void look();
      });
    return looking;
  }

  async function startDue(): Promise<void> {
    // As many as run or wait are passed over, and one more tells when to look again.
    const next = await database.read((db) =>
      db
        .selectFrom('job')
        .select(['kind', 'subject', 'attempts', 'due_at'])
        .where('kind', 'in', kinds)
        .orderBy('due_at')
        .limit(MAX_AT_ONCE + running.size + waiting.size + 1)
        .execute(),
    );
    let pauseMs = MAX_PAUSE_MS;
    for (const job of next) {
      const key = keyOf(job);
      if (running.has(key)) continue;
      // The end of a running job looks again.
      if (running.size >= MAX_AT_ONCE || isStopped) return;
      const untilDue = Math.max(job.due_at, waiting.get(key) ?? 0) - clock.now();
      if (untilDue > 0) {
        pauseMs = Math.min(pauseMs, untilDue);
        continue;
      }
      waiting.delete(key);
      const run = runJob(job).finally(() => {
        running.delete(key);
        if (isStarted) void look();
      });
      running.set(key, run);
    }
    setTimer(pauseMs);
  }

  function setTimer(pauseMs: number): void {
    clearTimeout(timer);
    if (!isStarted) return;
    timer = setTimeout(look, pauseMs);
    timer.unref();
  }

  async function runJob(job: DueJob): Promise<void> {
    const { kind, subject, due_at } = job;
    try {
      const outcome = await handlers[kind]?.(subject);
      if (outcome === UNFINISHED) return await retryLater(job, outcome);
      await database.write((tx) =>
        tx
          .deleteFrom('job')
          .where('kind', '=', kind)
          .where('subject', '=', subject)
          // One that was scheduled anew meanwhile is another job.
          .where('due_at', '=', due_at)
          .execute(),
      );
    } catch (error) {
      onError(error, { kind, subject });
      await retryLater(job, error);
    }
  }

  async function retryLater(job: DueJob, error: unknown): Promise<void> {
    const { kind, subject, attempts } = job;
    const dueAt = clock.now() + Math.min(FIRST_RETRY_MS * 2 ** attempts, MAX_RETRY_MS);
    const noted = database.write((tx) =>
      tx
        .updateTable('job')
        .set({
          attempts: attempts + 1,
          due_at: dueAt,
          last_error: error instanceof Error ? error.message : String(error),
        })
        .where('kind', '=', kind)
        .where('subject', '=', subject)
        .where('due_at', '=', job.due_at)
        .execute(),
    );
    await noted.catch((failure: unknown) => {
      onError(failure, { kind, subject });
      waiting.set(keyOf(job), dueAt);
    });
  }

  return {
    start() {
      isStarted = true;
      isStopped = false;
      stopListening = database.onCommit(() => void look());
      void look();
    },
    async runDue() {
      do {
        await Promise.all(running.values());
        await look();
      } while (running.size > 0);
    },
    async stop() {
      isStarted = false;
      isStopped = true;
      clearTimeout(timer);
      stopListening?.();
      await looking;
      await Promise.all(running.values());
    },
  };
}

function keyOf({ kind, subject }: { readonly kind: string; readonly subject: string }): string {
  return `${kind} ${subject}`;
}
