/** Rows of statistics, their number, and a stream of all of them. */
import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../database/index.ts';
import { formatDay, formatMonth } from '../domain/calendar-day.ts';
import type { Viewer } from '../domain/caller.ts';
import type { PartyId } from '../domain/party-id.ts';
import { type GroupKey, type KeyName, named, selectKeys, toGroupKeys } from './group-keys.ts';
import { selectRecipients } from './recipient-facts.ts';
import { selectGroups } from './select-groups.ts';
import type { StatisticsDimension, StatisticsRequest, StatisticsRow } from './statistics.ts';
import { ROW_COLUMNS } from './sum-columns.ts';

export const STATISTICS_MEASURES = [
  'TRANSFERS',
  'BYTES_UPLOADED',
  'DOWNLOADS_CONFIRMED',
  'NEVER_CONFIRMED',
  'MEDIAN_SECONDS_TO_CONFIRM',
] as const;
/** What rows may be ordered by. */
export type StatisticsMeasure = (typeof STATISTICS_MEASURES)[number];

export interface StatisticsOrder {
  /** Null: by period, then by the dimensions as they were named, ascending. */
  readonly orderBy: StatisticsMeasure | null;
  /** The direction of the measure. */
  readonly order: 'ASC' | 'DESC';
  readonly first: number;
  /** Medians are of every single confirmation, so they cost more than everything else. */
  readonly withMedian: boolean;
  /** What else is wanted; all where it is left out. Other measures are 0. */
  readonly measures?: { has(measure: keyof StatisticsRow): boolean };
}

const MEASURES: Record<StatisticsMeasure, string> = {
  TRANSFERS: 'transfers',
  BYTES_UPLOADED: 'bytes_uploaded',
  DOWNLOADS_CONFIRMED: 'downloads_confirmed',
  NEVER_CONFIRMED: 'never_confirmed',
  MEDIAN_SECONDS_TO_CONFIRM: 'median_ms',
};

type ListedRow = Readonly<
  Partial<Record<(typeof ROW_COLUMNS)[number], number>> & { median_ms?: number | null } & {
    period?: number;
  } & Partial<Record<Exclude<KeyName, 'period'>, string>>
>;

export interface ListedStatistics {
  /** The first rows in that order. */
  readonly rows: readonly StatisticsRow[];
  /** How many there are in all: who knows the first ones has counted them. */
  readonly count: number;
}

export async function listStatistics(
  db: Queries,
  viewer: Viewer,
  request: StatisticsRequest,
  order: StatisticsOrder,
): Promise<ListedStatistics> {
  const count = sql`, count(*) over () as row_count`;
  const query = selectRows(viewer, request, order, count);
  if (query === undefined) return { rows: [], count: 0 };
  const { rows } = await sql<
    ListedRow & { readonly row_count: number }
  >`${query} limit ${order.first}`.execute(db);
  return {
    rows: rows.map((row) => toRow(request.groupBy, row)),
    count: rows[0]?.row_count ?? 0,
  };
}

/** All rows, by period and then by the dimensions, in pieces: as they are asked for. */
export async function* streamStatistics(
  db: Queries,
  viewer: Viewer,
  request: StatisticsRequest,
  { rowsAtOnce, withMedian }: { readonly rowsAtOnce: number; readonly withMedian: boolean },
): AsyncGenerator<readonly StatisticsRow[]> {
  const query = withMedian
    ? selectRowsAndMedians(viewer, request)
    : selectRows(viewer, request, { orderBy: null, order: 'ASC', withMedian }, sql``);
  if (query === undefined) return;
  const compiled = sql<StreamedRow>`${query}`.compile(db);
  const keys = toGroupKeys(request.groupBy);
  let rows: StatisticsRow[] = [];
  // Its median may be yet to come.
  let last: StreamedRow | undefined;
  for await (const piece of db.getExecutor().stream<StreamedRow>(compiled, rowsAtOnce)) {
    for (const row of piece.rows) {
      const isMedian = row.is_median === 1;
      if (last !== undefined) {
        const median_ms = isMedian && isSameGroup(keys, last, row) ? (row.median_ms ?? null) : null;
        rows.push(toRow(request.groupBy, { ...last, median_ms }));
      }
      last = isMedian ? undefined : row;
    }
    if (rows.length < rowsAtOnce) continue;
    yield rows;
    rows = [];
  }
  if (last !== undefined) rows.push(toRow(request.groupBy, last));
  if (rows.length > 0) yield rows;
}

function isSameGroup(keys: readonly GroupKey[], one: ListedRow, other: ListedRow): boolean {
  return keys.every(({ name }) => one[name] === other[name]);
}

type StreamedRow = ListedRow & { readonly is_median?: number };

/**
 * Rows without their medians, and behind each that has one a row of nothing but that: what is joined would have to be kept,
 * and what is merged in the order of both passes by.
 */
function selectRowsAndMedians(
  viewer: Viewer,
  request: StatisticsRequest,
): RawBuilder<unknown> | undefined {
  const keys = toGroupKeys(request.groupBy);
  const groups = selectGroups(viewer, { ...request, columns: ROW_COLUMNS });
  const medians = selectMedians(viewer, request, keys);
  if (groups === undefined || medians === undefined) return undefined;
  const columns = ROW_COLUMNS.map((column) => sql.ref(column));
  const order = [...named(keys).map(({ source }) => source), sql.ref('is_median')];
  return sql`
    select ${selectKeys(named(keys))} ${sql.join(columns)},
      cast(null as double precision) as median_ms, 0 as is_median
    from (${groups}) as counted
    union all
    select ${selectKeys(named(keys))} ${sql.join(columns.map(() => sql`null`))}, median_ms, 1
    from (${medians}) as median
    order by ${sql.join(order)}`;
}

/** How many rows there are in all. */
export async function countStatisticsRows(
  db: Queries,
  viewer: Viewer,
  request: StatisticsRequest,
): Promise<number> {
  const groups = selectGroups(viewer, { ...request, columns: ['transfers'] });
  if (groups === undefined) return 0;
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (${groups}) as counted`.execute(db);
  return rows[0]?.count ?? 0;
}

function selectRows(
  viewer: Viewer,
  request: StatisticsRequest,
  { orderBy, order, withMedian, measures }: Omit<StatisticsOrder, 'first'>,
  more: RawBuilder<unknown>,
): RawBuilder<unknown> | undefined {
  const keys = toGroupKeys(request.groupBy);
  const columns = MEASURED.filter(
    ([measure, column]) =>
      // It tells whether there is a row at all.
      column === 'transfers' ||
      measures === undefined ||
      measures.has(measure) ||
      (orderBy !== null && MEASURES[orderBy] === column),
  ).map(([, column]) => column);
  const groups = selectGroups(viewer, { ...request, columns });
  const needsMedian = withMedian || orderBy === 'MEDIAN_SECONDS_TO_CONFIRM';
  const medians = needsMedian ? selectMedians(viewer, request, keys) : undefined;
  if (groups === undefined) return undefined;
  const direction = order === 'ASC' ? sql`asc` : sql`desc`;
  const ordered = [
    ...(orderBy === null ? [] : [sql`${sql.ref(MEASURES[orderBy])} ${direction} nulls last`]),
    ...keys.map(({ name }) => sql.ref(`counted.${name}`)),
  ];
  return sql`
    select counted.* ${medians === undefined ? sql`` : sql`, median.median_ms`} ${more}
    from (${groups}) as counted
    ${medians === undefined ? sql`` : sql`left join (${medians}) as median on ${areSame(keys)}`}
    ${ordered.length === 0 ? sql`` : sql`order by ${sql.join(ordered)}`}`;
}

function areSame(keys: readonly GroupKey[]): RawBuilder<unknown> {
  return sql.join(
    [
      sql`1 = 1`,
      ...keys.map(({ name }) => sql`${sql.ref(`counted.${name}`)} = ${sql.ref(`median.${name}`)}`),
    ],
    sql` and `,
  );
}

/** The exact median of each group: the confirmation in the middle, or half-way between the two that are. */
function selectMedians(
  viewer: Viewer,
  { filter }: StatisticsRequest,
  keys: readonly GroupKey[],
): RawBuilder<unknown> | undefined {
  const confirmations = selectRecipients(
    viewer,
    filter,
    sql`${selectKeys(keys)} recipient.confirmed_after_ms`,
    sql`recipient.confirmed_after_ms is not null`,
  );
  if (confirmations === undefined) return undefined;
  const all = named(keys);
  const partition =
    keys.length === 0 ? sql`` : sql`partition by ${sql.join(all.map(({ source }) => source))}`;
  const grouped =
    keys.length === 0 ? sql`` : sql`group by ${sql.join(all.map(({ source }) => source))}`;
  return sql`
    select ${selectKeys(all)} cast(avg(confirmed_after_ms) as double precision) as median_ms
    from (
      select ${selectKeys(all)} confirmed_after_ms,
        row_number() over (${partition} order by confirmed_after_ms) as place,
        count(*) over (${partition}) as confirmations
      from (${confirmations}) as confirmation
    ) as placed
    where place in ((confirmations + 1) / 2, (confirmations + 2) / 2)
    ${grouped}`;
}

function toRow(groupBy: readonly StatisticsDimension[], row: ListedRow): StatisticsRow {
  const { period, median_ms: medianMs } = row;
  const format = groupBy.includes('MONTH') ? formatMonth : formatDay;
  return {
    period: period === undefined ? null : format(period),
    resourceId: row.resource_id ?? null,
    ownerId: toParty(row.owner_id),
    senderId: toParty(row.sender_id),
    recipientId: toParty(row.recipient_id),
    senderVendor: toParty(row.sender_vendor),
    recipientVendor: toParty(row.recipient_vendor),
    ...toMeasures((column) => row[column] ?? 0),
    medianSecondsToConfirm: medianMs == null ? null : medianMs / 1000,
  };
}

function toParty(id: string | undefined): PartyId | null {
  return id === undefined || id === '' ? null : (id as PartyId);
}

/** The measures of a row, each of the column that it is summed up in. */
function toMeasures<T>(value: (column: (typeof ROW_COLUMNS)[number]) => T) {
  return {
    transfers: value('transfers'),
    uploaded: value('uploaded'),
    published: value('published'),
    failed: value('failed'),
    cancelled: value('cancelled'),
    allConfirmed: value('all_confirmed'),
    neverConfirmed: value('never_confirmed'),
    open: value('still_open'),
    anyConfirmed: value('any_confirmed'),
    bytesUploaded: value('bytes_uploaded'),
    downloadAttempts: value('download_attempts'),
    downloadsStarted: value('downloads_started'),
    downloadsConfirmed: value('downloads_confirmed'),
    recipientsNeverConfirmed: value('recipients_never_confirmed'),
  };
}

/** Each measure with its column. */
const MEASURED = Object.entries(toMeasures((column) => column)) as [
  keyof ReturnType<typeof toMeasures>,
  (typeof ROW_COLUMNS)[number],
][];

/** A row that nothing is counted in. */
export const EMPTY_ROW: StatisticsRow = {
  period: null,
  resourceId: null,
  ownerId: null,
  senderId: null,
  recipientId: null,
  senderVendor: null,
  recipientVendor: null,
  ...toMeasures(() => 0),
  medianSecondsToConfirm: null,
};
