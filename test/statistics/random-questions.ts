/** Random questions about a history: who asks, what is filtered, and in which order the dimensions are named. */
import fc from 'fast-check';
import type { Viewer } from '../../src/domain/caller.ts';
import { DAY_MS } from '../../src/domain/duration.ts';
import { TRANSFER_ROLES } from '../../src/domain/transfer-status.ts';
import type { StatisticsFilter } from '../../src/statistics/index.ts';
import { DIMENSIONS, type Question } from './comparison.ts';
import {
  ACTIVE,
  beginningsOf,
  type History,
  OWNERS,
  RESOURCES,
  STRANGER,
} from './random-history.ts';

const viewer: fc.Arbitrary<Viewer> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      party: fc.constantFrom(...OWNERS, ...ACTIVE),
      roles: fc.constant(TRANSFER_ROLES),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      party: fc.constantFrom(...OWNERS),
      roles: fc.constant(['SERVICE_OWNER'] as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      party: fc.constantFrom(...ACTIVE),
      roles: fc.subarray([...TRANSFER_ROLES]),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ party: STRANGER, roles: TRANSFER_ROLES }) },
);

const some = <T>(values: readonly T[], maxLength: number) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength });

/** A day on which something began, the one after it, or the first of its month or of the next: or a day off all of these. */
function dayOf(told: History): fc.Arbitrary<number> {
  const days = beginningsOf(told).flatMap((begins) => {
    const date = new Date(begins);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    return [begins, begins + DAY_MS, Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1)];
  });
  const time = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...days) },
    {
      weight: 1,
      arbitrary: fc.integer({ min: -40, max: 90 }).map((n) => told.startsAt + n * DAY_MS),
    },
  );
  return time.map((at) => Number(new Date(at).toISOString().slice(0, 10).replaceAll('-', '')));
}

function filterOf(told: History): fc.Arbitrary<StatisticsFilter> {
  const filter = fc.record(
    {
      from: fc.option(dayOf(told), { freq: 2 }),
      to: fc.option(dayOf(told), { freq: 2 }),
      resourceIds: fc.option(
        some(
          RESOURCES.map(({ id }) => id),
          3,
        ),
        { freq: 1 },
      ),
      senders: fc.option(some(ACTIVE, 4), { freq: 1 }),
      recipients: fc.option(some(ACTIVE, 4), { freq: 1 }),
    },
    { requiredKeys: [] },
  );
  const span = fc.tuple(dayOf(told), dayOf(told)).map(([one, other]) => ({
    from: Math.min(one, other),
    to: Math.max(one, other),
  }));
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.record({ from: dayOf(told) }) },
    { weight: 1, arbitrary: fc.record({ to: dayOf(told) }) },
    { weight: 2, arbitrary: span },
    { weight: 2, arbitrary: fc.record({ recipients: some(ACTIVE, 3) }) },
    { weight: 1, arbitrary: fc.record({ from: dayOf(told), recipients: some(ACTIVE, 3) }) },
    { weight: 3, arbitrary: filter },
  );
}

/** A question that a history may answer. */
export function questionAbout(told: History): fc.Arbitrary<Question> {
  return fc.record({
    viewer,
    filter: filterOf(told),
    dimensions: fc.shuffledSubarray([...DIMENSIONS], { minLength: DIMENSIONS.length }),
    turn: fc.nat({ max: 10_000 }),
    waiter: fc.nat({ max: 100 }),
  });
}

export function questionsAbout(told: History, length: number): fc.Arbitrary<Question[]> {
  return fc.array(questionAbout(told), { minLength: length, maxLength: length });
}
