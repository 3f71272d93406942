/**
 * The durable clock: runs jobs when they are due. A job is a row until its handler has succeeded, so a restart carries on
 * with it; a failing one is tried again with growing pauses. Whoever does a job has claimed it with a lease. There is one
 * timer for all jobs, set to the next one due, and long jobs hold up none of another kind.
 */
import { type Database, DatabaseFullError, type WriteTransaction } from '../database/index.ts';
import type { Clock } from '../domain/clock.ts';
import { firstJobsOf } from './first-jobs.ts';
import { type JobHandler, Postponed, UNFINISHED } from './job-outcome.ts';
import {
  breakLeases,
  type ClaimedJob,
  type ClaimRequest,
  claimJobs,
  findDueJobs,
  finishJob,
  LEASE_MS,
  renewLeases,
  returnJob,
} from './leases.ts';
import { FIRST_RETRY_MS, retryPauseMs } from './retry.ts';
import type { JobKey } from './schedule-job.ts';

/** A timer is set for at most this long, in case a wake-up was lost or the clock was changed. */
const MAX_PAUSE_MS = 30_000;
/** How often the runner tries by itself what is due and cannot be done yet. */
const MIN_PAUSE_MS = 1000;
/** Commits wake the runner at most this often: there may be a thousand of them in a second. */
const WAKE_PAUSE_MS = 10;
/** How many jobs of a kind run at once, unless it is said otherwise. */
const AT_ONCE = 4;
/** Often enough to be late twice. */
const RENEWAL_MS = LEASE_MS / 3;
/** Whom errors are told of that are no single job's. */
const RUNNER: JobKey = { kind: 'runner', subject: '' };

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

/** A runner that does nothing before it is told to. */
export function createJobRunner({
  database,
  clock,
  handlers,
  atOnce = {},
  onError,
}: JobRunnerOptions): JobRunner {
  const kinds = Object.keys(handlers);
  const roomOf = (kind: string) => atOnce[kind] ?? AT_ONCE;
  // As many as may be running, and one more tells whether there is something to do.
  const readFirst = firstJobsOf(Object.fromEntries(kinds.map((kind) => [kind, roomOf(kind) + 1])));
  const running = new Map<ClaimedJob, Promise<void>>();
  /** Kinds of which nothing is begun for a moment, and until when. */
  const resting = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let waking: NodeJS.Timeout | undefined;
  let renewal: NodeJS.Timeout | undefined;
  let isStarted = false;
  let isStopped = false;
  /** Whether there may be leases of a process that died. */
  let hasPredecessor = false;
  let looking: Promise<void> | undefined;
  let lookAgain = false;
  /** By `performance.now`. */
  let lookedAt = -Infinity;
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
        onError(error, RUNNER);
        setTimer(MIN_PAUSE_MS);
      })
      .finally(() => {
        looking = undefined;
        // A call that came since the last comparison.
        if (lookAgain) void look();
      });
    return looking;
  }

  /** After a commit something may be due. */
  function wake(): void {
    waking ??= setTimeout(
      () => {
        waking = undefined;
        void look();
      },
      lookedAt + WAKE_PAUSE_MS - performance.now(),
    ).unref();
  }

  async function startDue(): Promise<void> {
    lookedAt = performance.now();
    if (hasPredecessor) {
      const own = [...running.keys()];
      try {
        await database.write((tx) => breakLeases(tx, { kinds, own, now: clock.now() }));
        hasPredecessor = false;
      } catch (error) {
        // What may free room is begun all the same.
        if (!(error instanceof DatabaseFullError)) throw error;
      }
    }
    const first = await database.read(readFirst);
    const now = clock.now();
    const requests: ClaimRequest[] = [];
    let pauseMs = MAX_PAUSE_MS;
    for (const kind of kinds) {
      const except = [...running.keys()].flatMap((job) => (job.kind === kind ? job.subject : []));
      const limit = roomOf(kind) - except.length;
      const next = first.find((job) => job.kind === kind && !except.includes(job.subject));
      // The end of a running job looks again.
      if (limit <= 0 || next === undefined) continue;
      const untilDue = Math.max(next.dueAt, resting.get(kind) ?? 0) - now;
      if (untilDue > 0) pauseMs = Math.min(pauseMs, untilDue);
      else requests.push({ kind, now, limit, except });
    }
    if (requests.length === 0 || isStopped) return setTimer(pauseMs);
    const claimed = await claim(requests);
    // The commit of the claim looks again. So does that of others who were quicker, unless they come to nothing.
    setTimer(Math.min(pauseMs, MIN_PAUSE_MS));
    if (isStopped) await giveBack(claimed);
    else for (const job of claimed) run(job);
  }

  async function claim(requests: readonly ClaimRequest[]): Promise<ClaimedJob[]> {
    try {
      return await database.write(async (tx) => {
        const claimed: ClaimedJob[] = [];
        for (const request of requests) claimed.push(...(await claimJobs(tx, request)));
        // A commit of nothing would tell those that look, this runner too, to look again.
        if (claimed.length === 0) throw new NothingClaimed();
        return claimed;
      });
    } catch (error) {
      if (error instanceof NothingClaimed) return [];
      // Files may have to go before there is room again, so what frees it waits for none.
      if (database.isShared || !(error instanceof DatabaseFullError)) throw error;
      return database.read(async (db) => {
        const due: ClaimedJob[] = [];
        for (const request of requests) due.push(...(await findDueJobs(db, request)));
        return due;
      });
    }
  }

  async function giveBack(claimed: readonly ClaimedJob[]): Promise<void> {
    await database.write(async (tx) => {
      for (const job of claimed) await returnJob(tx, job, { due_at: clock.now() });
    });
  }

  function setTimer(pauseMs: number): void {
    clearTimeout(timer);
    if (!isStarted) return;
    timer = setTimeout(look, pauseMs);
    timer.unref();
  }

  function run(job: ClaimedJob): void {
    renewal ??= setInterval(renew, RENEWAL_MS).unref();
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
      .catch((error: unknown) => onError(error, RUNNER));
  }

  async function doJob(job: ClaimedJob): Promise<void> {
    const { kind, subject } = job;
    try {
      const outcome = await handlers[kind]?.(subject);
      if (outcome === UNFINISHED) {
        // It is for who runs when this broker has stopped; until it has, it would only be told the same again.
        rest(kind);
        await note(job, (tx) => returnJob(tx, job, { due_at: clock.now() }));
      } else if (outcome instanceof Postponed) await retryLater(job, outcome.reason);
      else await database.write((tx) => finishJob(tx, job));
    } catch (error) {
      onError(error, { kind, subject });
      await retryLater(job, error instanceof Error ? error.message : String(error));
    }
  }

  function retryLater(job: ClaimedJob, reason: string): Promise<void> {
    const { attempts } = job;
    const due_at = clock.now() + retryPauseMs(attempts);
    const changes = { due_at, attempts: attempts + 1, last_error: reason };
    return note(job, (tx) => returnJob(tx, job, changes));
  }

  /** Notes what came of a job. Where even that fails, as on a full disk, it is done again when its lease has ended. */
  async function note(
    job: ClaimedJob,
    write: (tx: WriteTransaction) => Promise<void>,
  ): Promise<void> {
    try {
      await database.write(write);
    } catch (error) {
      const { kind, subject } = job;
      onError(error, { kind, subject });
      rest(kind);
    }
  }

  function rest(kind: string): void {
    resting.set(kind, clock.now() + FIRST_RETRY_MS);
  }

  return {
    start() {
      isStarted = true;
      isStopped = false;
      hasPredecessor = !database.isShared;
      stopListening = database.onCommit(wake);
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
      stopListening?.();
      clearTimeout(timer);
      clearTimeout(waking);
      waking = undefined;
      await looking;
      await Promise.all(running.values());
    },
  };
}

/** What was due has been taken by another runner, or is being changed. */
class NothingClaimed extends Error {
  override readonly name = 'NothingClaimed';
}
