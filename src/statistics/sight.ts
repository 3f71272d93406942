/**
 * What a viewer sees of transfers, as conditions on the tables of statistics. Whoever is several things to a transfer sees it
 * as one of them alone, so that nothing is counted twice: as the owner of its resource, else as its sender, else as a
 * recipient.
 */
import { type RawBuilder, sql } from 'kysely';
import { unindexed } from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import type { TransferRole } from '../domain/transfer-status.ts';
import { GENERATION_IN_USE } from './generations.ts';
import type { StatisticsFilter } from './statistics.ts';
import { SUM_TABLES } from './sum-tables.ts';

export type Condition = RawBuilder<unknown>;

const ORDER = [
  ['SERVICE_OWNER', 'owner_id'],
  ['SENDER', 'sender_id'],
  ['RECIPIENT', 'recipient_id'],
] as const satisfies readonly (readonly [TransferRole, string])[];

type PartyColumn = (typeof ORDER)[number][1];

/** Transfers that a viewer sees in one role and in none before it. */
export interface Sight {
  readonly role: TransferRole;
  /** Where the viewer stands in that role. */
  readonly column: PartyColumn;
  /** Where it must not stand, since it sees those transfers otherwise. */
  readonly others: readonly PartyColumn[];
}

/** Each transfer that the viewer sees is in one of these. */
export function findSights({ roles }: Viewer): readonly Sight[] {
  const seen = ORDER.filter(([role]) => roles.includes(role));
  return seen.map(([role, column], index) => ({
    role,
    column,
    others: seen.slice(0, index).map(([, other]) => other),
  }));
}

/** What a table can be asked for. */
interface Askable {
  /** Stands before the columns; empty for none. */
  readonly alias: string;
  readonly hasSenders: boolean;
  readonly hasRecipients: boolean;
}

/** And how what is asked for is found in it. */
export interface Searchable extends Askable {
  /** Where rows of owners lie by day, or by month: an owner looks at each that it has. */
  readonly span?: 'day' | 'month';
  /** Whether rows of owners lie by generation first of all. */
  readonly isByGeneration: boolean;
  /** Whether there is no index by sender: the sums by sender tell where to look. */
  readonly lacksSenderIndex?: boolean;
}

/**
 * The conditions of the filter, of the sight, and of the generation in use. One of them leads: it chooses where the database
 * looks, and is that which probably lets the least through. The others are kept from choosing.
 */
export function conditionsOf(
  { party }: Viewer,
  sight: Sight,
  filter: StatisticsFilter,
  { alias, hasSenders, hasRecipients, span, isByGeneration, lacksSenderIndex }: Searchable,
): Condition[] {
  const columnOf = (name: string) => (alias === '' ? name : `${alias}.${name}`);
  const { resourceIds } = filter;
  const asked = [
    ...askedFor(filter, hasSenders, hasRecipients),
    { column: sight.column, values: [party] },
  ];
  const lead = asked[0]?.column;
  if (resourceIds != null) asked.push({ column: 'resource_id', values: resourceIds });
  const isLedByOwner = lead === 'owner_id';
  const isLedBySums = lead === 'sender_id' && lacksSenderIndex === true;
  const conditions = [
    isInUse(columnOf('generation'), isLedByOwner && isByGeneration),
    ...asked.map(({ column, values }, index) =>
      isOneOf(columnOf(column), values, isLedByOwner || (index === 0 && !isLedBySums)),
    ),
    ...sight.others.map((other) => sql`${unindexed(columnOf(other))} <> ${party}`),
  ];
  if (isLedBySums) return [...conditions, isInSumsBySender(asked, filter)];
  if (isLedByOwner && span !== undefined) {
    return [...conditions, isOnDayOf(party, span, columnOf('day'), filter)];
  }
  return [...conditions, ...isWithin(sql.ref(columnOf('day')), filter)];
}

/** On a day, or in a month, that something was sent through one of these resources of an owner. */
function isOnDayOf(
  owner: string,
  span: 'day' | 'month',
  day: string,
  filter: StatisticsFilter,
): Condition {
  const { resourceIds } = filter;
  const known = [
    isInUse('known.generation', true),
    sql`known.owner_id = ${owner}`,
    ...(resourceIds == null ? [] : [isOneOf('known.resource_id', resourceIds, true)]),
    ...isWithin(sql.ref('known.day'), filter),
  ];
  const { name } = SUM_TABLES.resource[span];
  return sql`${sql.ref(day)} in (
    select known.day from ${sql.table(name)} as known ${where(known)})`;
}

/** Where the sums by sender have something of whoever leads: sums by recipient begin as those do. */
function isInSumsBySender([lead]: readonly AskedFor[], filter: StatisticsFilter): Condition {
  const columns = ['generation', 'day', 'owner_id', 'resource_id', 'sender_id'];
  const known = [
    isInUse('known.generation', false),
    ...(lead === undefined ? [] : [isOneOf('known.sender_id', lead.values, true)]),
    ...isWithin(sql.ref('known.day'), filter),
  ];
  return sql`(${sql.join(columns.map((column) => sql.ref(column)))}) in (
    select ${sql.join(columns.map((column) => sql.ref(`known.${column}`)))}
    from ${sql.table(SUM_TABLES.sender.day.name)} as known ${where(known)})`;
}

interface AskedFor {
  readonly column: string;
  readonly values: readonly string[];
}

/** The parties that a filter names, the one first that probably has the least. */
function askedFor(
  { recipients, senders }: StatisticsFilter,
  hasSenders: boolean,
  hasRecipients: boolean,
): AskedFor[] {
  const asked: AskedFor[] = [];
  if (hasRecipients && recipients != null) {
    asked.push({ column: 'recipient_id', values: recipients });
  }
  if (hasSenders && senders != null) asked.push({ column: 'sender_id', values: senders });
  return asked;
}

function isOneOf(column: string, values: readonly string[], isLookedUp: boolean): Condition {
  const left = isLookedUp ? sql.ref(column) : unindexed<string>(column);
  return values.length === 1 ? sql`${left} = ${values[0]}` : sql`${left} in (${sql.join(values)})`;
}

/** Of the generation that answers. Whoever looks by it would look no further in what lies by generation and day. */
function isInUse(column: string, isLookedUp: boolean): Condition {
  return sql`${isLookedUp ? sql.ref(column) : unindexed(column)} = ${GENERATION_IN_USE}`;
}

function isWithin(day: Condition, { from, to }: StatisticsFilter): Condition[] {
  const conditions: Condition[] = [];
  if (from != null) conditions.push(sql`${day} >= ${from}`);
  if (to != null) conditions.push(sql`${day} < ${to}`);
  return conditions;
}

/** `where` all of them hold. */
export function where(conditions: readonly Condition[]): RawBuilder<unknown> {
  return sql`where ${sql.join(conditions, sql` and `)}`;
}

/** Rows `own` of a recipient: one of each transfer that it shares with others. */
export function conditionsOfOwn({ party }: Viewer, filter: StatisticsFilter): Condition[] {
  return [
    isInUse('own.generation', false),
    sql`own.recipient_id = ${party}`,
    sql`own.is_only_recipient = 0`,
    ...isWithin(sql.ref('own.day'), filter),
  ];
}

/**
 * Which rows `alias` of a transfer that a recipient shares with others are asked for. What these have in common with its own
 * row need not be asked twice.
 */
export function conditionsOfShared(
  { party }: Viewer,
  sight: Sight,
  filter: StatisticsFilter,
  { alias, hasSenders, hasRecipients }: Askable,
): Condition[] {
  const asked = askedFor(filter, hasSenders, hasRecipients);
  if (filter.resourceIds != null) {
    asked.push({ column: 'resource_id', values: filter.resourceIds });
  }
  return [
    isInUse(`${alias}.generation`, true),
    ...asked.map(({ column, values }) => isOneOf(`${alias}.${column}`, values, false)),
    ...sight.others.map((other) => sql`${unindexed(`${alias}.${other}`)} <> ${party}`),
  ];
}
