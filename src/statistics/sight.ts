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

/** What the tables of one query can be asked for. */
export interface Searchable {
  /** Stands before the columns; empty for none. */
  readonly alias: string;
  readonly hasSenders: boolean;
  readonly hasRecipients: boolean;
}

/**
 * The conditions of the filter and of the sight, except for where a recipient sees the transfers of others. One of them
 * chooses the index: that which probably lets the least through.
 */
export function conditionsOf(
  { party }: Viewer,
  sight: Sight,
  filter: StatisticsFilter,
  { alias, hasSenders, hasRecipients }: Searchable,
  isOwnColumnKnown = true,
): Condition[] {
  const columnOf = (name: string) => (alias === '' ? name : `${alias}.${name}`);
  const asked: { column: string; values: readonly string[] }[] = [];
  if (hasRecipients && filter.recipients != null) {
    asked.push({ column: 'recipient_id', values: filter.recipients });
  }
  if (hasSenders && filter.senders != null) {
    asked.push({ column: 'sender_id', values: filter.senders });
  }
  const own = { column: sight.column, values: [party] };
  if (isOwnColumnKnown && sight.role !== 'SERVICE_OWNER') asked.push(own);
  if (filter.resourceIds != null) {
    asked.push({ column: 'resource_id', values: filter.resourceIds });
  }
  if (isOwnColumnKnown && sight.role === 'SERVICE_OWNER') asked.push(own);

  const conditions = asked.map(({ column, values }, index) => {
    const name = columnOf(column);
    const left = index === 0 ? sql.ref(name) : unindexed<string>(name);
    return values.length === 1
      ? sql`${left} = ${values[0]}`
      : sql`${left} in (${sql.join(values)})`;
  });
  for (const other of sight.others) {
    conditions.push(sql`${unindexed(columnOf(other))} <> ${party}`);
  }
  const day = sql.ref(columnOf('day'));
  if (filter.from != null) conditions.push(sql`${day} >= ${filter.from}`);
  if (filter.to != null) conditions.push(sql`${day} < ${filter.to}`);
  return conditions;
}

/** `where` all of them hold. */
export function where(conditions: readonly Condition[]): RawBuilder<unknown> {
  return sql`where ${sql.join(conditions, sql` and `)}`;
}

/** In a row of a recipient `alias`: the viewer is among the recipients of a transfer that has several. */
export function isSharedWith(
  { party }: Viewer,
  filter: StatisticsFilter,
  alias: string,
): Condition {
  const conditions = [
    sql`own.generation = ${GENERATION_IN_USE}`,
    sql`own.recipient_id = ${party}`,
    sql`own.is_only_recipient = 0`,
  ];
  if (filter.from != null) conditions.push(sql`own.day >= ${filter.from}`);
  if (filter.to != null) conditions.push(sql`own.day < ${filter.to}`);
  return sql`${sql.ref(`${alias}.transfer_id`)} in (
    select own.transfer_id from statistics_recipient as own ${where(conditions)})`;
}
