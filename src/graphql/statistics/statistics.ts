/** statistics: what became of the transfers that the viewer may see, in groups. */
import type { GraphQLResolveInfo } from 'graphql';
import { fail, ok, type Result } from '../../domain/result.ts';
import {
  checkStatisticsRequest,
  countStatisticsRows,
  EMPTY_ROW,
  findAsOf,
  findTimeToConfirm,
  findWaiting,
  type ListedStatistics,
  listStatistics,
  type StatisticsOrder,
  type StatisticsRequest,
} from '../../statistics/index.ts';
import { unwrap } from '../broker-error.ts';
import { builder, dependsOnViewer } from '../builder.ts';
import { findMentionedFields } from '../mentioned-fields.ts';
import {
  HistogramBucketRef,
  PartyRef,
  StatisticsRowRef,
  WaitingBucketRef,
} from '../object-refs.ts';
import type { Operation } from '../operation.ts';
import { SortDirectionEnum } from '../transfers/transfer-enums.ts';
import { StatisticsDimensionEnum, StatisticsMeasureEnum } from './statistics-enums.ts';
import { StatisticsFilterInput } from './statistics-filter.ts';
import './statistics-row.ts';

const MAX_ROWS = 10_000;
const DEFAULT_ROWS = 1000;

interface AskedStatistics {
  readonly request: StatisticsRequest;
  /** Epoch milliseconds. */
  readonly askedAt: number;
  /** Rows that are being listed: whoever lists them counts them all. */
  listed?: Promise<ListedStatistics>;
}

HistogramBucketRef.implement({
  description: 'How many recipients confirmed in this span after PUBLISHED.',
  fields: (t) => ({
    fromSeconds: t.exposeInt('fromSeconds', { description: 'Where it begins; inclusive.' }),
    toSeconds: t.exposeInt('toSeconds', {
      nullable: true,
      description: 'Exclusive; null for the last bucket.',
    }),
    recipients: t.exposeInt('recipients', {
      description: 'Recipients; one counts once for each transfer.',
    }),
  }),
});

WaitingBucketRef.implement({
  description: 'Published transfers that a recipient has not confirmed, by age since PUBLISHED.',
  fields: (t) => ({
    recipient: t.expose('recipient', { type: PartyRef, description: 'Who has not confirmed.' }),
    fromDays: t.exposeInt('fromDays', { description: 'Where the age begins; inclusive.' }),
    toDays: t.exposeInt('toDays', {
      nullable: true,
      description: 'Exclusive; null for the last bucket.',
    }),
    transfers: t.exposeInt('transfers', { description: 'How many wait.' }),
  }),
});

const StatisticsType = builder.objectRef<AskedStatistics>('Statistics').implement({
  description: 'What became of transfers, counted from the event log. It outlives their files.',
  fields: (t) => ({
    rows: t.field({
      type: [StatisticsRowRef],
      description:
        'By period and then the dimensions in the order of groupBy, ascending, unless ordered by a measure; what is equal in that goes by the former. `first` is 1 to 10 000, null for 1000.',
      args: {
        orderBy: t.arg({
          type: StatisticsMeasureEnum,
          description: 'The measure that comes first; left out or null, none.',
        }),
        order: t.arg({
          type: SortDirectionEnum,
          required: true,
          defaultValue: 'DESC',
          description: 'The direction of the measure.',
        }),
        first: t.arg.int({
          defaultValue: DEFAULT_ROWS,
          description: `How many rows: 1 to ${MAX_ROWS}; left out or null means ${DEFAULT_ROWS}, and anything else is INVALID_INPUT.`,
        }),
      },
      resolve: async (asked, { orderBy, order, first }, operation, info) => {
        const size = unwrap(parseFirst(first, DEFAULT_ROWS));
        asked.listed = list(operation, asked.request, {
          orderBy: orderBy ?? null,
          order,
          first: size,
          ...findWanted(info),
        });
        return (await asked.listed).rows;
      },
    }),
    rowCount: t.int({
      description: 'How many rows there are in all.',
      resolve: async (asked, _, operation) => {
        // By then the neighbours of this field have begun.
        await Promise.resolve();
        if (asked.listed !== undefined) return (await asked.listed).count;
        operation.spendLongQuery();
        return countStatisticsRows(await operation.readAside(), operation.viewer, asked.request);
      },
    }),
    totals: t.field({
      type: StatisticsRowRef,
      description: 'Each transfer counted once.',
      resolve: async ({ request }, _, operation, info) => {
        const { rows } = await list(
          operation,
          { ...request, groupBy: [] },
          { orderBy: null, order: 'DESC', first: 1, ...findWanted(info) },
        );
        return rows[0] ?? EMPTY_ROW;
      },
    }),
    timeToConfirm: t.field({
      type: [HistogramBucketRef],
      description:
        'Recipients by the time that they took to confirm: ten spans without gaps, from less than a minute to 30 days and more, also those in which nobody confirmed.',
      resolve: async ({ request }, _, operation) => {
        operation.spendLongQuery();
        return findTimeToConfirm(await operation.readAside(), operation.viewer, request.filter);
      },
    }),
    waiting: t.field({
      type: [WaitingBucketRef],
      description:
        'Now, whatever the filter’s dates. By recipient and then by age: less than 1, 3, 7, 14 and 30 days, and more; only where something waits.',
      args: {
        first: t.arg.int({
          description: `How many buckets: 1 to ${MAX_ROWS}; left out or null means ${MAX_ROWS}, and anything else is INVALID_INPUT.`,
        }),
      },
      resolve: async ({ request, askedAt }, { first }, operation) => {
        const buckets = unwrap(parseFirst(first, MAX_ROWS));
        operation.spendLongQuery();
        const db = await operation.readAside();
        return findWaiting(db, operation.viewer, request.filter, askedAt, buckets);
      },
    }),
    asOf: t.field({
      type: 'DateTime',
      description:
        'Everything that happened before this is counted. What happened later may be counted too: an event is dated some moments before it can be seen, so this lies five seconds back where everything is counted that can be.',
      resolve: async ({ askedAt }, _, operation) => findAsOf(await operation.readAside(), askedAt),
    }),
  }),
});

builder.queryField('statistics', (t) =>
  t.field({
    type: StatisticsType,
    nullable: true,
    ...dependsOnViewer,
    description:
      'What became of the transfers that the viewer may see, in groups. An owner sees everything on its resources, a party its own transfers. One operation may ask for at most 20 fields of statistics.',
    args: {
      filter: t.arg({
        type: StatisticsFilterInput,
        description: 'Which transfers are counted; left out or null, all that the viewer may see.',
      }),
      groupBy: t.arg({
        type: [StatisticsDimensionEnum],
        required: true,
        defaultValue: [],
        description:
          'What rows are told apart by, each at most once; with none there is one row. DAY and MONTH together are INVALID_INPUT.',
      }),
    },
    resolve: (_, { filter, groupBy }, { services }) => {
      const request = { filter: filter ?? {}, groupBy };
      unwrap(checkStatisticsRequest(request));
      return { request, askedAt: services.clock.now() };
    },
  }),
);

async function list(
  operation: Operation,
  request: StatisticsRequest,
  order: StatisticsOrder,
): Promise<ListedStatistics> {
  operation.spendLongQuery();
  return listStatistics(await operation.readAside(), operation.viewer, request, order);
}

function parseFirst(first: number | null | undefined, otherwise: number): Result<number> {
  if (first == null) return ok(otherwise);
  if (first >= 1 && first <= MAX_ROWS) return ok(first);
  return fail('INVALID_INPUT', `first is ${first}; it has to be from 1 to ${MAX_ROWS}.`);
}

function findWanted(info: GraphQLResolveInfo): Pick<StatisticsOrder, 'withMedian' | 'measures'> {
  const measures = findMentionedFields(info);
  return { withMedian: measures.has('medianSecondsToConfirm'), measures };
}
