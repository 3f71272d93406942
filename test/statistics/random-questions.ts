/** Random questions about a history: who asks, what is filtered, and in which order the dimensions are named. */
import fc from 'fast-check';
import type { Viewer } from '../../src/domain/caller.ts';
import { DAY_MS } from '../../src/domain/duration.ts';
import { TRANSFER_ROLES } from '../../src/domain/transfer-status.ts';
import type { StatisticsFilter } from '../../src/statistics/index.ts';
import { DIMENSIONS, type Question } from './comparison.ts';
import { ACTIVE, type History, OWNERS, RESOURCES, STRANGER } from './random-history.ts';

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

/** On the borders of months and off them; a question without one of them is the more frequent one. */
function dayOf({ startsAt }: History): fc.Arbitrary<number | null> {
  const begins = new Date(startsAt);
  const [year, month] = [begins.getUTCFullYear(), begins.getUTCMonth()];
  const border = fc.integer({ min: 0, max: 5 }).map((months) => Date.UTC(year, month + months, 1));
  const any = fc.integer({ min: 0, max: 60 }).map((days) => startsAt + days * DAY_MS);
  const toNumber = (time: number) =>
    Number(new Date(time).toISOString().slice(0, 10).replaceAll('-', ''));
  return fc.option(fc.oneof(border, any).map(toNumber), { freq: 1 });
}

function filterOf(told: History): fc.Arbitrary<StatisticsFilter> {
  const filter = fc.record(
    {
      from: dayOf(told),
      to: dayOf(told),
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
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.record({ from: dayOf(told) }) },
    { weight: 1, arbitrary: fc.record({ from: dayOf(told), to: dayOf(told) }) },
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
