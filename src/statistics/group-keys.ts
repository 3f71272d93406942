/** What rows are told apart by, as columns of a query. */
import { type RawBuilder, sql } from 'kysely';
import { unindexed } from '../database/index.ts';
import type { StatisticsDimension } from './statistics.ts';

export interface GroupKey {
  /** What the query calls it. */
  readonly name: KeyName;
  /** Where it comes from, in rows that have the columns of the tables. */
  readonly source: RawBuilder<unknown>;
}

export type KeyName =
  | 'period'
  | 'resource_id'
  | 'owner_id'
  | 'sender_id'
  | 'recipient_id'
  | 'sender_vendor'
  | 'recipient_vendor';

const KEYS: Record<StatisticsDimension, GroupKey> = {
  DAY: { name: 'period', source: sql.ref('day') },
  MONTH: { name: 'period', source: sql`${sql.ref('day')} / 100` },
  RESOURCE: column('resource_id'),
  SERVICE_OWNER: column('owner_id'),
  SENDER: hiddenColumn('sender_id'),
  RECIPIENT: hiddenColumn('recipient_id'),
  SENDER_VENDOR: hiddenColumn('sender_vendor'),
  RECIPIENT_VENDOR: hiddenColumn('recipient_vendor'),
};

function column(name: KeyName): GroupKey {
  return { name, source: sql.ref(name) };
}

/** A database would rather read an index that has everybody in this order than what is asked for, and sort it. */
function hiddenColumn(name: KeyName): GroupKey {
  return { name, source: unindexed(name) };
}

/** The period first, then the others as they were named. */
export function toGroupKeys(groupBy: readonly StatisticsDimension[]): readonly GroupKey[] {
  const keys = groupBy.map((dimension) => KEYS[dimension]);
  return [
    ...keys.filter(({ name }) => name === 'period'),
    ...keys.filter(({ name }) => name !== 'period'),
  ];
}

/** `source as name`, and a comma after each. */
export function selectKeys(keys: readonly GroupKey[]): RawBuilder<unknown> {
  return sql.join(
    keys.map(({ name, source }) => sql`${source} as ${sql.ref(name)}, `),
    sql``,
  );
}

/** `group by`, where there is something to group by. */
export function groupByKeys(keys: readonly GroupKey[]): RawBuilder<unknown> {
  if (keys.length === 0) return sql``;
  return sql`group by ${sql.join(keys.map(({ source }) => source))}`;
}

/** The keys of rows that have them under their names already. */
export function named(keys: readonly GroupKey[]): readonly GroupKey[] {
  return keys.map(({ name }) => column(name));
}
