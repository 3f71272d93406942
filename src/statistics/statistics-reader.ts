/**
 * Keeps the statistics in use up with the log: in the background by one process at a time, and at once where somebody asks.
 * It may stop at any moment: what was counted and how far are one commit.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Database, executePrepared, type Queries } from '../database/index.ts';
import type { Clock } from '../domain/clock.ts';
import { createLeadership } from '../jobs/index.ts';
import { countNextEvents, type Progress } from './count-events.ts';
import { endExpired, selectExpired } from './end-expired.ts';
import { findGenerationInUse } from './generations.ts';

/** Events that come close together are counted together. */
const GATHER_MS = 50;
/** How long a lost wake-up can cost, and how often transfers that expired without an event are looked for. */
const SLOW_POLL_MS = 2000;
const FAULT_PAUSE_MS = 1000;
/** Whoever asks is answered with what has been counted by then. */
const CATCH_UP_MS = 2000;
/** More events than are counted in that time. */
const FAR_BEHIND = 20_000;

export interface StatisticsReader {
  /** Counts from now on, or as soon as no other process does. */
  start(): Promise<void>;
  /**
   * Counts what is in the log by now, as far as it can be done in this time. Where no time is given that is two seconds, and
   * none where so much is uncounted that waiting would change little. Never throws.
   */
  catchUp(timeoutMs?: number): Promise<void>;
  stop(): Promise<void>;
}

export interface StatisticsReaderOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Tests shorten it. */
  readonly eventsPerStretch?: number | undefined;
  readonly onError: (error: unknown) => void;
}

export function createStatisticsReader(options: StatisticsReaderOptions): StatisticsReader {
  const { database, clock, eventsPerStretch, onError } = options;
  let counting: Promise<Progress> | undefined;
  let ending: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  let leading = new AbortController();
  let isStopped = false;
  let wake: () => void = () => undefined;

  /** One stretch at a time in this process. */
  function count(): Promise<Progress> {
    counting ??= countInUse().finally(() => {
      counting = undefined;
    });
    return counting;
  }

  async function countInUse(): Promise<Progress> {
    const progress = await countNextEvents(database, findGenerationInUse, eventsPerStretch);
    // Another generation has come into use meanwhile: the next one finds it.
    return progress ?? { position: 0, isAtEnd: false };
  }

  /** Settles when they have all been ended. */
  function endAllExpired(): Promise<void> {
    ending ??= endOneAfterAnother().finally(() => {
      ending = undefined;
    });
    return ending;
  }

  /** Mostly there is nothing to do, and one look tells. */
  function look() {
    return database.read((db) => findUncounted(db, clock.now()));
  }

  async function endOneAfterAnother(): Promise<void> {
    while (!isStopped && (await endExpired(database, findGenerationInUse, clock.now()))) {
      await new Promise(setImmediate);
    }
  }

  async function follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const woken = new AbortController();
      wake = () => woken.abort();
      try {
        while (!signal.aborted && !(await count()).isAtEnd) {
          // Others have requests to answer.
          await new Promise(setImmediate);
        }
        await endAllExpired();
        await rest(SLOW_POLL_MS, woken.signal);
        await rest(GATHER_MS, signal);
      } catch (error) {
        onError(error);
        await rest(FAULT_PAUSE_MS, signal);
      }
    }
  }

  const stopListening = database.onCommit(() => wake());
  const leadership = createLeadership({
    database,
    task: 'statistics',
    onGain() {
      leading = new AbortController();
      following = follow(leading.signal);
    },
    async onLoss() {
      leading.abort();
      wake();
      await following;
    },
    onError,
  });

  return {
    start: () => leadership.start(),
    async catchUp(timeoutMs) {
      const deadline = performance.now() + (timeoutMs ?? CATCH_UP_MS);
      try {
        const { target, position, hasExpired } = await look();
        if (position >= target && !hasExpired) return;
        if (timeoutMs === undefined && target - position > FAR_BEHIND) return;
        while (!isStopped && performance.now() < deadline) {
          // The end that a count came to may be one from before the call.
          const { position } = await count();
          if (position >= target) return await endAllExpired();
        }
      } catch (error) {
        onError(error);
      }
    },
    async stop() {
      isStopped = true;
      stopListening();
      await leadership.stop();
      await Promise.allSettled([counting, ending]);
    },
  };
}

/** How far the statistics in use are counted, how far the log goes, and whether transfers have expired without an event. */
async function findUncounted(db: Queries, now: number) {
  const [found] = await executePrepared(db, 'what is uncounted', { now }, async (values) =>
    db
      .selectFrom('statistics_generation')
      .innerJoin('history', (join) => join.onTrue())
      .select(['position', 'log_end as target'])
      .select((eb) =>
        selectExpired(db, values.now)
          .where('fact.generation', '=', eb.ref('statistics_generation.generation'))
          .limit(1)
          .as('expired'),
      )
      .where('is_in_use', '=', 1),
  );
  if (found === undefined) throw new Error('No statistics are in use.');
  return { position: found.position, target: found.target, hasExpired: found.expired !== null };
}

/** Ends early with the signal. */
async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
