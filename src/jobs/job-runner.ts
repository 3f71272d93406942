/**
 * The durable clock: runs jobs when they are due. A job is a row until its handler has succeeded, so a restart carries on
 * with it; a failing one is tried again with growing pauses. Whoever does a job has claimed it with a lease. There is one
 * timer for all jobs, set to the next one due, and long jobs hold up none of another kind.
 */
import { type Database, DatabaseFullError } from '../database/index.ts';
import type { Clock } from '../domain/clock.ts';
import { isPostponed, UNFINISHED } from './job-outcome.ts';
import {
  breakLeases,
  type ClaimedJob,
  type ClaimRequest,
  claimJobs,
  findDueJobs,
  findFirstDue,
  finishJob,
  LEASE_MS,
  renewLeases,
  returnJob,
} from './leases.ts';
import { retryPauseMs } from './retry.ts';
import type { JobKey } from './schedule-job.ts';

/** A timer is set for at most this long, in case a wake-up was lost or the clock was changed. */
const MAX_PAUSE_MS = 30_000;
/** How many jobs of a kind run at once, unless it is said otherwise. */
const AT_ONCE = 4;

/**
 * Does a job; it may be called again for the same subject after a crash. What it throws means: try again later. A
 * `JobOutcome` says why the job is not done; any other answer means that it is.
 */
export type JobHandler = (subject: string) => Promise<unknown>;

export interface JobRunner {
  /** Runs jobs from now on, as they become due. */
  start(): void;
  /** Runs everything that is due now, and settles when it is done. */
  runDue(): Promise<void>;
  /** Starts no further jobs and waits for the running ones. */
  stop(): Promise<void>;
}

export interface JobRunnerOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** By kind. Jobs of other kinds are left for who does them. */
  readonly handlers: Readonly<Record<string, JobHandler>>;
  /** By kind: how many run at once; 4 unless it is said. */
  readonly atOnce?: Readonly<Record<string, number>>;
  /** Told of what a handler throws, and of what keeps the runner from its work. */
  readonly onError: (error: unknown, job: JobKey) => void;
}

export function createJobRunner({
  database,
  clock,
  handlers,
  atOnce = {},
  onError,
}: JobRunnerOptions): JobRunner {
  const kinds = Object.keys(handlers);
  const running = new Map<ClaimedJob, Promise<void>>();
  /** Jobs whose failure could not be noted, as on a full disk, and until when they wait. */
  const waiting = new Map<string, JobKey & { readonly until: number }>();
  let timer: NodeJS.Timeout | undefined;
  let renewal: NodeJS.Timeout | undefined;
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
        setTimer(retryPauseMs(0));
      })
      .finally(() => {
        looking = undefined;
        // A call that came since the last comparison.
        if (lookAgain) void look();
      });
    return looking;
  }

  async function startDue(): Promise<void> {
    for (;;) {
      const now = clock.now();
      const requests = kinds.map((kind) => toRequest(kind, now)).filter(({ limit }) => limit > 0);
      const firstDue = await findFirstDues(requests);
      const due = requests.filter((_, index) => (firstDue[index] ?? Infinity) <= now);
      if (isStopped || due.length === 0) {
        const pauses = [...firstDue, ...[...waiting.values()].map(({ until }) => until)].map(
          (at = Infinity) => at - now,
        );
        return setTimer(Math.min(MAX_PAUSE_MS, ...pauses));
      }
      // Others may have been quicker: then there is nothing, and the next look tells what is left.
      for (const job of await claim(due)) run(job);
    }
  }

  function findFirstDues(requests: readonly ClaimRequest[]): Promise<(number | undefined)[]> {
    return database.read(async (db) => {
      const dues = [];
      for (const { kind, except } of requests) dues.push(await findFirstDue(db, kind, except));
      return dues;
    });
  }

  function toRequest(kind: string, now: number): ClaimRequest {
    const busy = [...running.keys()].filter((job) => job.kind === kind);
    const held = [...waiting.values()].filter((job) => job.kind === kind && job.until > now);
    return {
      kind,
      now,
      limit: isStopped ? 0 : (atOnce[kind] ?? AT_ONCE) - busy.length,
      except: [...busy, ...held].map(({ subject }) => subject),
    };
  }

  async function claim(requests: readonly ClaimRequest[]): Promise<ClaimedJob[]> {
    try {
      return await database.write(async (tx) => {
        const claimed = [];
        for (const request of requests) claimed.push(...(await claimJobs(tx, request)));
        return claimed;
      });
    } catch (error) {
      // Files may have to go before there is room again, so what frees it waits for none.
      if (database.isShared || !(error instanceof DatabaseFullError)) throw error;
      return database.read(async (db) => {
        const due = [];
        for (const request of requests) due.push(...(await findDueJobs(db, request)));
        return due;
      });
    }
  }

  function setTimer(pauseMs: number): void {
    clearTimeout(timer);
    if (!isStarted) return;
    timer = setTimeout(look, Math.max(pauseMs, 0));
    timer.unref();
  }

  function run(job: ClaimedJob): void {
    waiting.delete(keyOf(job));
    renewal ??= setInterval(renew, LEASE_MS / 3);
    renewal.unref();
    const done = doJob(job).finally(() => {
      running.delete(job);
      if (running.size === 0) {
        clearInterval(renewal);
        renewal = undefined;
      }
      if (isStarted) void look();
    });
    running.set(job, done);
  }

  function renew(): void {
    database
      .write((tx) => renewLeases(tx, [...running.keys()], clock.now()))
      .catch((error: unknown) => onError(error, { kind: 'runner', subject: '' }));
  }

  async function doJob(job: ClaimedJob): Promise<void> {
    const { kind, subject, attempts } = job;
    try {
      const outcome = await handlers[kind]?.(subject);
      if (outcome === UNFINISHED) {
        await note(job, (tx) => returnJob(tx, job, { due_at: clock.now() }));
      } else if (isPostponed(outcome)) await retryLater(job, outcome.postponedBecause);
      else await note(job, (tx) => finishJob(tx, job));
    } catch (error) {
      onError(error, { kind, subject });
      await retryLater(job, error instanceof Error ? error.message : String(error));
    }

    async function retryLater(failed: ClaimedJob, why: string): Promise<void> {
      const due_at = clock.now() + retryPauseMs(attempts);
      const changes = { due_at, attempts: attempts + 1, last_error: why };
      await note(failed, (tx) => returnJob(tx, failed, changes));
    }
  }

  /** Notes what came of a job. Where even that fails, it is done again, after a pause. */
  async function note(job: ClaimedJob, write: Parameters<Database['write']>[0]): Promise<void> {
    try {
      await database.write(write);
    } catch (error) {
      const { kind, subject, attempts } = job;
      onError(error, { kind, subject });
      const until = clock.now() + retryPauseMs(attempts);
      waiting.set(keyOf(job), { kind, subject, until });
    }
  }

  async function begin(): Promise<void> {
    if (!database.isShared) {
      await database.write((tx) => breakLeases(tx, kinds, clock.now()));
    }
    await look();
  }

  return {
    start() {
      isStarted = true;
      isStopped = false;
      stopListening = database.onCommit(() => void look());
      begin().catch((error: unknown) => {
        onError(error, { kind: 'runner', subject: '' });
        void look();
      });
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

function keyOf({ kind, subject }: JobKey): string {
  return `${kind} ${subject}`;
}
