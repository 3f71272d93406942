/** Recipients of the transfers that a viewer sees, one by one: for what cannot be summed up. */
import { type RawBuilder, sql } from 'kysely';
import type { Viewer } from '../domain/caller.ts';
import { GENERATION_IN_USE } from './generations.ts';
import { type Condition, conditionsOf, findSights, isSharedWith, where } from './sight.ts';
import type { StatisticsFilter } from './statistics.ts';

/** Rows of `statistics_recipient`, called `recipient`; undefined where the viewer sees none at all. */
export function selectRecipients(
  viewer: Viewer,
  filter: StatisticsFilter,
  columns: RawBuilder<unknown>,
  condition: Condition,
): RawBuilder<unknown> | undefined {
  const searchable = { alias: 'recipient', hasSenders: true, hasRecipients: true };
  const select = (conditions: readonly Condition[]) => sql`
    select ${columns} from statistics_recipient as recipient
    ${where([sql`recipient.generation = ${GENERATION_IN_USE}`, condition, ...conditions])}`;
  const parts = findSights(viewer).flatMap((sight) => {
    if (sight.role !== 'RECIPIENT')
      return [select(conditionsOf(viewer, sight, filter, searchable))];
    return [
      select([
        sql`recipient.is_only_recipient = 1`,
        ...conditionsOf(viewer, sight, filter, searchable),
      ]),
      select([
        sql`recipient.is_only_recipient = 0`,
        ...conditionsOf(viewer, sight, filter, searchable, false),
        isSharedWith(viewer, filter, 'recipient'),
      ]),
    ];
  });
  return parts.length === 0 ? undefined : sql.join(parts, sql` union all `);
}
