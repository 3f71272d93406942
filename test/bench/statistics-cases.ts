/** What an owner asks statistics of a year for: the query, and the SQL that somebody would write for it by hand. */
import type { StatisticsDimension } from '../../src/statistics/index.ts';

export const YEAR = { from: '2025-01-01', to: '2026-01-01' } as const;
const [FIRST_DAY, LAST_DAY] = [20_250_101, 20_251_231];
/** What `rows` is asked for. */
const MOST_ROWS = 1000;

const FIELDS: Record<StatisticsDimension, string> = {
  DAY: 'period',
  MONTH: 'period',
  RESOURCE: 'resource { id }',
  SERVICE_OWNER: 'serviceOwner { id }',
  SENDER: 'sender { id }',
  RECIPIENT: 'recipient { id }',
  SENDER_VENDOR: 'senderVendor { id }',
  RECIPIENT_VENDOR: 'recipientVendor { id }',
};

/** As columns of the tables of sums. */
const COLUMNS: Record<StatisticsDimension, string> = {
  DAY: 'day as period',
  MONTH: 'day / 100 as period',
  RESOURCE: 'resource_id as resource',
  SERVICE_OWNER: 'owner_id as serviceOwner',
  SENDER: 'sender_id as sender',
  RECIPIENT: 'recipient_id as recipient',
  SENDER_VENDOR: 'sender_vendor as senderVendor',
  RECIPIENT_VENDOR: 'recipient_vendor as recipientVendor',
};

/** Measures, and the columns that they are kept in. */
const MEASURES = {
  transfers: 'transfers',
  uploaded: 'uploaded',
  published: 'published',
  failed: 'failed',
  cancelled: 'cancelled',
  allConfirmed: 'all_confirmed',
  neverConfirmed: 'never_confirmed',
  open: 'still_open',
  bytesUploaded: 'bytes_uploaded',
  downloadAttempts: 'download_attempts',
  downloadsStarted: 'downloads_started',
  downloadsConfirmed: 'downloads_confirmed',
} as const;
const MEDIAN = 'medianSecondsToConfirm';

export interface Grouping {
  readonly name: string;
  readonly groupBy: readonly StatisticsDimension[];
  readonly withMedian: boolean;
}

export const GROUPINGS: readonly Grouping[] = [
  group(),
  group('DAY'),
  group('MONTH'),
  group('RESOURCE'),
  group('SERVICE_OWNER'),
  group('SENDER'),
  group('RECIPIENT'),
  group('SENDER_VENDOR'),
  group('RECIPIENT_VENDOR'),
  group('DAY', 'RESOURCE'),
  group('MONTH', 'SENDER'),
  group('MONTH', 'RESOURCE', 'SENDER', 'RECIPIENT'),
  group('RESOURCE', 'RECIPIENT_VENDOR'),
];
/** Every single confirmation is looked at for a median: it is told of beside the others. */
export const WITH_MEDIAN: Grouping = {
  ...group('MONTH'),
  name: 'MONTH, medians',
  withMedian: true,
};

function group(...groupBy: StatisticsDimension[]): Grouping {
  const name = groupBy.length === 0 ? 'none: totals' : groupBy.join(' + ');
  return { name, groupBy, withMedian: false };
}

/** The query of a grouping; its variables are `filter` and `groupBy`. */
export function toQuery({ groupBy, withMedian }: Omit<Grouping, 'name'>): string {
  const fields = [
    ...groupBy.map((dimension) => FIELDS[dimension]),
    ...Object.keys(MEASURES),
    ...(withMedian ? [MEDIAN] : []),
  ];
  return `query Statistics($filter: StatisticsFilter, $groupBy: [StatisticsDimension!]!) {
    statistics(filter: $filter, groupBy: $groupBy) {
      rowCount
      rows(first: ${MOST_ROWS}) { ${fields.join(' ')} }
    }
  }`;
}

/**
 * The year of an owner, from the coarsest table that tells apart what is grouped by: the first rows, each with the number of
 * all. Parameters are :generation and :owner.
 */
export function writeByHand({ groupBy, withMedian }: Grouping): string {
  const groups = sumUp(groupBy);
  const keys = keysOf(groupBy);
  const order = keys.length === 0 ? '' : `order by ${keys.join(', ')}`;
  const joined = withMedian
    ? `left join (${medians(groupBy)}) as median using (${keys.join(', ')})`
    : '';
  return `select sums.*, ${withMedian ? `${MEDIAN},` : ''} count(*) over () as rowCount
    from (${groups}) as sums ${joined} ${order} limit ${MOST_ROWS}`;
}

/** The names that rows are told apart by. */
function keysOf(groupBy: readonly StatisticsDimension[]): string[] {
  return groupBy.map((dimension) => COLUMNS[dimension].split(' as ')[1] ?? '');
}

const MINE = `generation = :generation and owner_id = :owner
  and day between ${FIRST_DAY} and ${LAST_DAY}`;

function sumUp(groupBy: readonly StatisticsDimension[]): string {
  const isOf = (...dimensions: StatisticsDimension[]) =>
    dimensions.some((dimension) => groupBy.includes(dimension));
  const grain = isOf('RECIPIENT', 'RECIPIENT_VENDOR')
    ? 'recipient'
    : isOf('SENDER', 'SENDER_VENDOR')
      ? 'sender'
      : 'resource';
  // The year is of whole months. Sums of recipients are kept by day alone.
  const span = isOf('DAY') || grain === 'recipient' ? 'day' : 'month';
  const table = `statistics_${grain}_${span}`;
  if (grain !== 'recipient' || isOf('RECIPIENT')) {
    return select(groupBy, `${table} where ${MINE}`, (measure) => `sum(${MEASURES[measure]})`);
  }
  // Of several recipients some may have the same vendor: there a transfer counts once, so these are looked at one by one.
  const keys = keysOf(groupBy);
  const single = select(
    groupBy,
    `${table} where ${MINE} and is_only_recipient = 1`,
    (measure) => `sum(${MEASURES[measure]})`,
  );
  const shared = select(groupBy, `(${oneByOne()})`, (measure) => `sum(${MEASURES[measure]})`);
  const sums = Object.keys(MEASURES).map((measure) => `sum(${measure}) as ${measure}`);
  return `select ${[...keys, ...sums].join(', ')} from (${single} union all ${shared})
    group by ${keys.join(', ')} having sum(transfers) > 0`;
}

function select(
  groupBy: readonly StatisticsDimension[],
  from: string,
  sum: (measure: keyof typeof MEASURES) => string,
): string {
  const columns = groupBy.map((dimension) => COLUMNS[dimension]);
  const sums = (Object.keys(MEASURES) as (keyof typeof MEASURES)[]).map(
    (measure) => `${sum(measure)} as ${measure}`,
  );
  const groups = columns.map((column) => column.split(' as ')[0]);
  // Sums of what has moved to another row stay behind as zeros.
  return `select ${[...columns, ...sums].join(', ')} from ${from}
    ${groups.length === 0 ? '' : `group by ${groups.join(', ')}`} having sum(transfers) > 0`;
}

/** Transfers with several recipients, once for each vendor of these. */
function oneByOne(): string {
  return `
    select transfer.day, transfer.resource_id, transfer.owner_id, transfer.sender_id,
      transfer.sender_vendor, recipient.recipient_vendor, 1 as transfers, transfer.uploaded,
      transfer.published, transfer.failed, transfer.cancelled, transfer.all_confirmed,
      transfer.never_confirmed, transfer.still_open, transfer.bytes_uploaded,
      sum(recipient.download_attempts) as download_attempts,
      sum(recipient.started) as downloads_started,
      sum(recipient.confirmed) as downloads_confirmed
    from statistics_recipient as recipient
    join statistics_transfer as transfer using (generation, transfer_id)
    where recipient.generation = :generation and recipient.owner_id = :owner
      and recipient.is_only_recipient = 0
      and recipient.day between ${FIRST_DAY} and ${LAST_DAY}
    group by transfer.generation, transfer.transfer_id, recipient.recipient_vendor`;
}

function medians(groupBy: readonly StatisticsDimension[]): string {
  const columns = groupBy.map((dimension) => COLUMNS[dimension]).join(', ');
  const keys = keysOf(groupBy).join(', ');
  return `
    select ${keys}, avg(ms) / 1000.0 as ${MEDIAN} from (
      select ${keys}, ms, row_number() over (partition by ${keys} order by ms) as place,
        count(*) over (partition by ${keys}) as confirmations
      from (
        select ${columns}, confirmed_after_ms as ms from statistics_recipient
        where ${MINE} and confirmed_after_ms is not null
      )
    ) where place in ((confirmations + 1) / 2, (confirmations + 2) / 2) group by ${keys}`;
}
