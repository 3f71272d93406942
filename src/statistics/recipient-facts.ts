/** Recipients of the transfers that a viewer sees, one by one: for what cannot be summed up. */
import { type RawBuilder, sql } from 'kysely';
import type { Viewer } from '../domain/caller.ts';
import type { RecipientFact } from './facts.ts';
import {
  type Condition,
  conditionsOf,
  conditionsOfOwn,
  conditionsOfShared,
  findSights,
  type Searchable,
  type Sight,
  where,
} from './sight.ts';
import type { StatisticsFilter } from './statistics.ts';

/** What is known of recipients but for their vendors and the sender's. */
const OPEN_COLUMNS = [
  'generation',
  'transfer_id',
  'recipient_id',
  'day',
  'resource_id',
  'owner_id',
  'sender_id',
  'is_only_recipient',
  'download_attempts',
  'started',
  'confirmed',
  'never_confirmed',
  'confirmed_after_ms',
  'waiting_since',
] as const satisfies readonly (keyof RecipientFact)[];

/**
 * The table of recipients as it is seen. By whose software somebody acted is for senders and owners to know, as it is of
 * events; a recipient knows its own.
 */
export function recipientsSeenBy({ party }: Viewer, { role }: Sight): RawBuilder<unknown> {
  if (role !== 'RECIPIENT') return sql`statistics_recipient`;
  return sql`(
    select ${sql.join(OPEN_COLUMNS.map((column) => sql.ref(column)))}, ${UNKNOWN} as sender_vendor,
      case when recipient_id = ${party} then recipient_vendor else '' end as recipient_vendor
    from statistics_recipient)`;
}

/** In the place of a vendor. */
export const UNKNOWN: RawBuilder<unknown> = sql`cast('' as text)`;

/**
 * Rows of `statistics_recipient`, called `recipient`, that meet a condition; undefined where the viewer sees none at all.
 * There is an index of these for owners: by day, unless it is told that there is none.
 */
export function selectRecipients(
  viewer: Viewer,
  filter: StatisticsFilter,
  columns: RawBuilder<unknown>,
  condition: Condition,
  span: Searchable['span'] | null = 'day',
): RawBuilder<unknown> | undefined {
  const searchable = {
    alias: 'recipient',
    hasSenders: true,
    hasRecipients: true,
    ...(span !== null && { span }),
    isByGeneration: false,
  };
  const select = (sight: Sight, conditions: readonly Condition[]) => sql`
    select ${columns} from ${recipientsSeenBy(viewer, sight)} as recipient
    ${where([condition, ...conditions])}`;
  const parts = findSights(viewer).flatMap((sight) => {
    if (sight.role !== 'RECIPIENT')
      return [select(sight, conditionsOf(viewer, sight, filter, searchable))];
    return [
      select(sight, [
        sql`recipient.is_only_recipient = 1`,
        ...conditionsOf(viewer, sight, filter, searchable),
      ]),
      select(sight, [
        sql`recipient.is_only_recipient = 0`,
        sql`recipient.transfer_id in (
          select own.transfer_id from statistics_recipient as own
          ${where(conditionsOfOwn(viewer, filter))})`,
        ...conditionsOfShared(viewer, sight, filter, searchable),
      ]),
    ];
  });
  return parts.length === 0 ? undefined : sql.join(parts, sql` union all `);
}
