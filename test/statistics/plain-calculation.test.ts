/**
 * Random histories, and random questions about them: however the log was counted, the answers are those of a plain
 * calculation over it. STATISTICS_RUNS asks for more histories, and STATISTICS_SEED for those of a failure again.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Database } from '../../src/database/index.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { DAY_MS } from '../../src/domain/duration.ts';
import { TRANSFER_ROLES } from '../../src/domain/transfer-status.ts';
import {
  createStatisticsReader,
  type RebuildOptions,
  RebuildOvertakenError,
  rebuildStatistics,
} from '../../src/statistics/index.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { compareEverything, compareSoFar, compareSome, countGenerations } from './comparison.ts';
import { createTally } from './outcomes.ts';
import { readRawLog } from './plain-calculation.ts';
import {
  type History,
  history,
  longHistory,
  OWNERS,
  openPlay,
  type Play,
  RESOURCES,
} from './random-history.ts';
import { questionAbout, questionsAbout } from './random-questions.ts';

const RUNS = Number(process.env.STATISTICS_RUNS ?? 10);
const SEED = process.env.STATISTICS_SEED;
/** Of the histories that come first, which hold everything that is counted: what is met does not hang on luck. */
const FIRST = { seed: 15, numRuns: 3 };
/** What is asked at the end of a history beside the question that is asked of all groupings. */
const QUESTIONS = 8;
const MAX_MS = 120_000 + RUNS * 4000;
const RUN: fc.Parameters<unknown> = {
  interruptAfterTimeLimit: MAX_MS,
  markInterruptAsFailure: true,
  ...(SEED === undefined ? {} : { seed: Number(SEED) }),
};

interface Scene extends AsyncDisposable {
  readonly database: Database;
  readonly clock: Clock;
  readonly play: Play;
  /** Counts, as a broker does; so many events in one commit. Without a time: all that is there. */
  count(eventsPerStretch: number, timeoutMs?: number): Promise<void>;
  rebuild(eventsPerStretch: number, options?: RebuildOptions): Promise<void>;
}

const LONG_MS = 60_000;
/** For a stretch or two. */
const LITTLE_MS = 2;

async function openScene(told: History): Promise<Scene> {
  const store = await openTestDatabase();
  const { database } = store;
  const play = await openPlay(store, told);
  const { clock } = play;
  return {
    database,
    clock,
    play,
    async count(eventsPerStretch, timeoutMs = LONG_MS) {
      const faults: unknown[] = [];
      const reader = createStatisticsReader({
        database,
        clock,
        eventsPerStretch,
        onError: (error) => faults.push(error),
      });
      await reader.catchUp(timeoutMs);
      await reader.stop();
      if (faults.length > 0) throw faults[0];
    },
    rebuild: (eventsPerStretch, options) =>
      rebuildStatistics({ database, clock }, { ...options, eventsPerStretch }),
    async [Symbol.asyncDispose]() {
      await play[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

const eventsPerStretch = fc.oneof(
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 13, max: 200 }),
);

/** What happens until somebody counts, and how. */
const pause = fc.record({
  acts: fc.integer({ min: 1, max: 30 }),
  eventsPerStretch,
  how: fc.constantFrom('some of it', 'everything', 'two at once'),
});

it(
  'what is counted between acts, in stretches of any length, is what a plain calculation finds',
  async () => {
    const tally = createTally();
    const planAbout = (told: History) =>
      fc.record({
        told: fc.constant(told),
        pauses: fc.array(pause, { minLength: 1, maxLength: 12 }),
        last: eventsPerStretch,
        glances: questionsAbout(told, 2),
        question: questionAbout(told),
        questions: questionsAbout(told, QUESTIONS),
      });
    const first = fc
      .sample(history, FIRST)
      .flatMap((told) => fc.sample(planAbout(told), { ...FIRST, numRuns: 1 }));
    const property = fc.asyncProperty(
      history.chain(planAbout),
      async ({ told, pauses, last, glances, question, questions }) => {
        await using scene = await openScene(told);
        const { database, clock, play } = scene;
        for (const { acts, eventsPerStretch: length, how } of pauses) {
          await play.play(acts);
          if (how === 'some of it') {
            await scene.count(length, LITTLE_MS);
            await compareSoFar(database, glances);
            continue;
          }
          // Two brokers on one database may both be asked at the same moment.
          const others = how === 'two at once' ? [scene.count(length + 1)] : [];
          await Promise.all([scene.count(length), ...others]);
          await compareSome(database, clock.now(), glances);
        }
        await play.play();
        await scene.count(last);
        await compareEverything(database, clock.now(), question);
        await compareSome(database, clock.now(), questions);
        tally.note(await readRawLog(database));
      },
    );
    const examples = first.map((plan): [typeof plan] => [plan]);
    await fc.assert(property, { ...RUN, numRuns: RUNS, examples });
    expect(tally.missing(), JSON.stringify(tally.counts)).toEqual([]);
  },
  MAX_MS + 60_000,
);

/** What goes on while a rebuild goes on by a stretch. */
const meanwhile = fc.record({
  acts: fc.integer({ min: 0, max: 8 }),
  isCounted: fc.boolean(),
});

it(
  'a rebuild gives what a plain calculation finds, with acts going on and without',
  async () => {
    const drawn = longHistory.chain((told) =>
      fc.record({
        told: fc.constant(told),
        begun: fc.double({ min: 0, max: 1, noNaN: true }),
        eventsPerStretch,
        before: fc.boolean(),
        beside: fc.array(meanwhile, { maxLength: 8 }),
        /** Acts that wait for no stretch. */
        actsAtOnce: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20 })),
        glances: questionsAbout(told, 2),
        question: questionAbout(told),
        questions: questionsAbout(told, QUESTIONS),
      }),
    );
    const property = fc.asyncProperty(drawn, async (plan) => {
      const { told, glances, question, questions, beside, actsAtOnce } = plan;
      await using scene = await openScene(told);
      const { database, clock, play } = scene;
      await play.play(Math.floor(play.left * plan.begun));
      if (plan.before) await scene.count(100);
      let stretch = 0;
      let countedBefore = 0;
      const rebuilding = scene.rebuild(plan.eventsPerStretch, {
        async onProgress() {
          const { acts, isCounted } = beside[stretch] ?? { acts: 0, isCounted: false };
          stretch += 1;
          // One act at a time moves the clock.
          if (actsAtOnce === 0) await play.play(acts);
          if (!isCounted) return;
          await scene.count(5);
          countedBefore = await compareSoFar(database, glances);
        },
      });
      await Promise.all([rebuilding, actsAtOnce === 0 ? undefined : play.play(actsAtOnce)]);
      // What somebody has been told is counted stays counted.
      expect(await compareSoFar(database, glances)).toBeGreaterThanOrEqual(countedBefore);
      // What came last may have come after it.
      if (actsAtOnce > 0 || beside.length > 0) await scene.count(50);
      await compareSome(database, clock.now(), glances);
      expect(await countGenerations(database)).toBe(1);

      await play.play();
      await scene.count(plan.eventsPerStretch);
      await compareEverything(database, clock.now(), question);
      await compareSome(database, clock.now(), questions);
    });
    await fc.assert(property, { ...RUN, numRuns: Math.ceil(RUNS / 2) });
  },
  MAX_MS + 60_000,
);

it(
  'a rebuild that is stopped or overtaken leaves the statistics in use as they are, and the next one is whole',
  async () => {
    const drawn = longHistory.chain((told) =>
      fc.record({
        told: fc.constant(told),
        /** Parts of the log. */
        length: fc.double({ min: 0, max: 0.25, noNaN: true }),
        stops: fc.double({ min: 0, max: 0.7, noNaN: true }),
        again: fc.constantFrom('after it', 'beside it'),
        eventsPerStretch,
        glances: questionsAbout(told, 2),
        question: questionAbout(told),
        questions: questionsAbout(told, QUESTIONS),
      }),
    );
    const property = fc.asyncProperty(drawn, async (plan) => {
      const { told, glances, question, questions } = plan;
      await using scene = await openScene(told);
      const { database, clock, play } = scene;
      await play.play(Math.ceil(play.left * 0.8));
      await scene.count(100);
      const { events } = await readRawLog(database);
      const length = Math.max(1, Math.floor(events.length * plan.length));
      if (plan.again === 'after it') {
        const stopping = new AbortController();
        const reason = new Error('The test has stopped it.');
        const stopped = scene.rebuild(length, {
          signal: stopping.signal,
          onProgress(counted, total) {
            if (counted >= total * plan.stops) stopping.abort(reason);
          },
        });
        await expect(stopped).rejects.toBe(reason);
        await compareSome(database, clock.now(), glances);
        await play.play();
        await scene.count(100);
        await compareSome(database, clock.now(), glances);
        await scene.rebuild(plan.eventsPerStretch);
      } else {
        await play.play();
        const both = [scene.rebuild(length), scene.rebuild(plan.eventsPerStretch)];
        const outcomes = await Promise.allSettled(both);
        const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
        expect(lost.length).toBeLessThan(2);
        for (const { reason } of lost) expect(reason).toBeInstanceOf(RebuildOvertakenError);
      }
      await compareEverything(database, clock.now(), question);
      await compareSome(database, clock.now(), questions);
      expect(await countGenerations(database)).toBe(1);
    });
    await fc.assert(property, { ...RUN, numRuns: Math.ceil(RUNS / 2) });
  },
  MAX_MS + 60_000,
);

it('transfers that expired without an event are no longer open, however many they are and whoever counts', async () => {
  const many = 450;
  const [own, other] = OWNERS;
  const told: History = {
    startsAt: Date.UTC(2026, 0, 1),
    lives: Array.from({ length: many }, () => ({
      afterMs: 0,
      resource: RESOURCES[0],
      sender: other,
      vendor: null,
      size: 1,
      isOtherFile: false,
      sending: [],
      receptions: [{ party: own, steps: [] }],
      ending: [],
    })),
    passesMs: 400 * DAY_MS,
    isTidyAtEnd: true,
  };
  await using scene = await openScene(told);
  const { database, clock, play } = scene;
  const [question, ...questions] = fc.sample(questionsAbout(told, 4), { numRuns: 1 }).flat();
  if (question === undefined) throw new Error('There is no question.');
  const viewer = { party: own, roles: TRANSFER_ROLES };
  const asked = [{ ...question, viewer, filter: {} }, ...questions];
  await play.play(many - 1);
  await scene.count(100);
  await compareSome(database, clock.now(), asked);
  // The last one begins, and all expire.
  await play.play();
  await Promise.all([scene.count(1), scene.count(100)]);
  await compareSome(database, clock.now(), asked);
  await scene.rebuild(100);
  await compareSome(database, clock.now(), asked);
});
