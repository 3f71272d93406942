/**
 * The query that answers statistics: groups of transfers with their sums. It reads the coarsest table of sums that tells
 * apart what is asked for. Where a transfer with several recipients would be counted more than once in a group, or where the
 * viewer is one of them and sees the others, those transfers are counted one by one.
 */
import { type RawBuilder, sql } from 'kysely';
import type { Viewer } from '../domain/caller.ts';
import { CONFIRMATION_SPANS } from './confirmation-spans.ts';
import { type GroupKey, groupByKeys, named, selectKeys, toGroupKeys } from './group-keys.ts';
import { recipientsSeenBy, UNKNOWN } from './recipient-facts.ts';
import {
  type Condition,
  conditionsOf,
  conditionsOfOwn,
  conditionsOfShared,
  findSights,
  type Sight,
  where,
} from './sight.ts';
import type { StatisticsRequest } from './statistics.ts';
import type { SumColumn } from './sum-columns.ts';
import { type Grain, SUM_TABLES, type SumTable } from './sum-tables.ts';

type Query = RawBuilder<unknown>;

/** Which of the sums are asked for. */
export interface Asked extends StatisticsRequest {
  readonly columns: readonly SumColumn[];
}

/** Groups of the transfers that the viewer sees; undefined where it sees none at all. */
export function selectGroups(viewer: Viewer, asked: Asked): Query | undefined {
  const keys = toGroupKeys(asked.groupBy);
  const parts = findSights(viewer).flatMap((sight) => selectParts({ viewer, asked, keys }, sight));
  const [first, ...others] = parts;
  if (first === undefined) return undefined;
  if (others.length === 0) return sql`${first} having sum(transfers) > 0`;
  return sql`
    select ${selectKeys(named(keys))} ${selectSums(asked.columns)}
    from (${sql.join(parts, sql` union all `)}) as part
    ${groupByKeys(named(keys))} having sum(transfers) > 0`;
}

interface Context {
  readonly viewer: Viewer;
  readonly asked: Asked;
  readonly keys: readonly GroupKey[];
}

function selectParts(context: Context, sight: Sight): Query[] {
  const { groupBy, filter } = context.asked;
  const isOf = (...dimensions: typeof groupBy) => dimensions.some((d) => groupBy.includes(d));
  const tellsRecipients = isOf('RECIPIENT', 'RECIPIENT_VENDOR') || filter.recipients != null;
  if (sight.role === 'RECIPIENT') {
    return [
      fromSums(context, sight, 'recipient', [sql`is_only_recipient = 1`]),
      fromShared(context, sight),
    ];
  }
  if (!tellsRecipients) {
    const tellsSenders = isOf('SENDER', 'SENDER_VENDOR') || filter.senders != null;
    const grain = tellsSenders || sight.role === 'SENDER' ? 'sender' : 'resource';
    return [fromSums(context, sight, grain)];
  }
  // In these a transfer has one recipient in each group.
  if (isOf('RECIPIENT') || new Set(filter.recipients).size === 1) {
    return [fromSums(context, sight, 'recipient')];
  }
  return [
    fromSums(context, sight, 'recipient', [sql`is_only_recipient = 1`]),
    fromShared(context, sight),
  ];
}

/** From a table of sums. */
function fromSums(
  { viewer, asked, keys }: Context,
  sight: Sight,
  grain: Grain,
  more: readonly Condition[] = [],
): Query {
  const tables: SumTables = SUM_TABLES[grain];
  // By month there is an index for owners alone.
  const isByMonth = isOfWholeMonths(asked) && (grain !== 'sender' || isLedByOwner(asked, sight));
  const { name, span } = (isByMonth ? tables.month : undefined) ?? tables.day;
  const searchable = {
    alias: '',
    hasSenders: grain !== 'resource',
    hasRecipients: grain === 'recipient',
    // Those of resources lie by owner.
    ...(grain !== 'resource' && { span }),
    isByGeneration: true,
    lacksSenderIndex: grain === 'recipient',
  };
  const conditions = [...conditionsOf(viewer, sight, asked.filter, searchable), ...more];
  const shown = sight.role === 'RECIPIENT' ? keys.map(withoutVendor) : keys;
  return sql`
    select ${selectKeys(shown)} ${selectSums(asked.columns)}
    from ${sql.table(name)}
    ${where(conditions)} ${groupByKeys(shown)}`;
}

interface SumTables {
  readonly day: SumTable;
  readonly month?: SumTable;
}

/** A recipient does not get to know by whose software the sender acted. */
function withoutVendor(key: GroupKey): GroupKey {
  return key.name === 'sender_vendor' ? { name: key.name, source: UNKNOWN } : key;
}

function isLedByOwner({ filter }: StatisticsRequest, { role }: Sight): boolean {
  return role === 'SERVICE_OWNER' && filter.senders == null;
}

function isOfWholeMonths({ filter, groupBy }: StatisticsRequest): boolean {
  const isFirst = (day: number | null | undefined) => day == null || day % 100 === 1;
  return !groupBy.includes('DAY') && isFirst(filter.from) && isFirst(filter.to);
}

/** From transfers with several recipients, each counted once in each group. */
function fromShared(context: Context, sight: Sight): Query {
  const { asked, keys } = context;
  const isRecipient = sight.role === 'RECIPIENT';
  const tables = findShared(context, sight);
  const units = ['transfer.generation', 'transfer.transfer_id'];
  for (const name of ['recipient_id', 'recipient_vendor'] as const) {
    if (keys.some((key) => key.name === name)) units.push(`recipient.${name}`);
  }
  const dimensions = [
    ...['day', 'resource_id', 'owner_id', 'sender_id'].map((name) => `transfer.${name}`),
    ...units.slice(2),
  ];
  // Of a transfer there is but one in each group then.
  const isOne = keys.some(({ name }) => name === 'recipient_id');
  const senderVendor = isRecipient ? UNKNOWN : sql.ref('transfer.sender_vendor');
  return sql`
    select ${selectKeys(keys)} ${selectSums(asked.columns)}
    from (
      select ${sql.join(dimensions.map((name) => sql.ref(name)))}, ${senderVendor} as sender_vendor,
        ${sql.join(asked.columns.map((name) => sql`${addedBy(name, isOne)} as ${sql.ref(name)}`))}
        ${asked.columns.includes('transfers') ? sql`` : sql`, 1 as transfers`}
      from ${tables.from}
      ${where([
        ...tables.conditions,
        sql`recipient.generation = transfer.generation`,
        sql`recipient.transfer_id = transfer.transfer_id`,
        sql`transfer.recipients > 1`,
        sql`recipient.is_only_recipient = 0`,
      ])}
      ${isOne ? sql`` : sql`group by ${sql.join(units.map((name) => sql.ref(name)))}`}
    ) as unit
    ${groupByKeys(keys)}`;
}

/**
 * Transfers with several recipients, and these. What leads to them comes first, and the database has no better idea: the
 * viewer's own rows, those of the recipients that are asked for, or else the transfers.
 */
function findShared(
  { viewer, asked: { filter } }: Context,
  sight: Sight,
): { readonly from: Query; readonly conditions: readonly Condition[] } {
  const transfer = sql`statistics_transfer as transfer`;
  const recipient = sql`${recipientsSeenBy(viewer, sight)} as recipient`;
  if (sight.role === 'RECIPIENT') {
    const ofTransfer = { alias: 'transfer', hasSenders: true, hasRecipients: false };
    const isAsked =
      filter.recipients == null
        ? []
        : [sql`recipient.recipient_id in (${sql.join(filter.recipients)})`];
    return {
      from: sql`statistics_recipient as own cross join ${transfer} cross join ${recipient}`,
      conditions: [
        ...conditionsOfOwn(viewer, filter),
        sql`transfer.transfer_id = own.transfer_id`,
        ...conditionsOfShared(viewer, sight, filter, ofTransfer),
        ...isAsked,
      ],
    };
  }
  const common = { hasSenders: true, span: 'day', isByGeneration: false } as const;
  if (filter.recipients != null) {
    const searchable = { ...common, alias: 'recipient', hasRecipients: true };
    return {
      from: sql`${recipient} cross join ${transfer}`,
      conditions: conditionsOf(viewer, sight, filter, searchable),
    };
  }
  const searchable = { ...common, alias: 'transfer', hasRecipients: false };
  return {
    from: sql`${transfer} cross join ${recipient}`,
    conditions: conditionsOf(viewer, sight, filter, searchable),
  };
}

/** What a transfer adds to a sum with one of its recipients, or with several of them. */
function addedBy(column: SumColumn, isOne: boolean): Query {
  const ofRecipient = OF_RECIPIENT[column];
  if (column === 'transfers') return sql`1`;
  if (ofRecipient === undefined) return sql.ref(`transfer.${column}`);
  if (isOne) return ofRecipient;
  return column === 'any_confirmed' ? sql`max(${ofRecipient})` : sql`sum(${ofRecipient})`;
}

/** What is known of each recipient by itself; the rest is of the transfer, in a column of the same name. */
const OF_RECIPIENT: Readonly<Partial<Record<SumColumn, Query>>> = {
  ...(Object.fromEntries(CONFIRMATION_SPANS.map(selectSpan)) as Record<SumColumn, Query>),
  any_confirmed: sql`recipient.confirmed`,
  download_attempts: sql`recipient.download_attempts`,
  downloads_started: sql`recipient.started`,
  downloads_confirmed: sql`recipient.confirmed`,
  recipients_never_confirmed: sql`recipient.never_confirmed`,
};

/** Whether it confirmed within a span. */
function selectSpan({ column, from, to }: (typeof CONFIRMATION_SPANS)[number]) {
  const ends = to === null ? sql`` : sql`and recipient.confirmed_after_ms < ${sql.lit(to)}`;
  return [
    column,
    sql`case when recipient.confirmed_after_ms >= ${sql.lit(from)} ${ends} then 1 else 0 end`,
  ] as const;
}

/** Sums of sums are of a type that both databases read as numbers; one of bytes may be rounded. */
function selectSums(columns: readonly SumColumn[]): Query {
  const all = columns.includes('transfers') ? columns : [...columns, 'transfers' as const];
  return sql.join(
    all.map((column) => {
      const type = column === 'bytes_uploaded' ? sql`double precision` : sql`bigint`;
      return sql`cast(sum(${sql.ref(column)}) as ${type}) as ${sql.ref(column)}`;
    }),
  );
}
