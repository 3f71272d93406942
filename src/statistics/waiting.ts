/** What waits for recipients now. */
import { sql } from 'kysely';
import type { Queries } from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import { DAY_MS } from '../domain/duration.ts';
import type { PartyId } from '../domain/party-id.ts';
import { selectRecipients } from './recipient-facts.ts';
import type { StatisticsFilter } from './statistics.ts';

export interface WaitingBucket {
  readonly recipient: PartyId;
  readonly fromDays: number;
  /** Exclusive; null for no end. */
  readonly toDays: number | null;
  readonly transfers: number;
}

/** Where the ages begin, in days. */
const AGES = [0, 1, 3, 7, 14, 30] as const;

/**
 * Published transfers that have not ended and that a recipient has not confirmed: by recipient, then by age, as many of
 * them as are asked for. The filter's dates do not count.
 */
export async function findWaiting(
  db: Queries,
  viewer: Viewer,
  filter: StatisticsFilter,
  now: number,
  first: number,
): Promise<WaitingBucket[]> {
  const ages = AGES.map(
    (_days, index) =>
      sql`when recipient.waiting_since > ${now - endOf(index)} then ${sql.lit(index)}`,
  );
  const waiting = selectRecipients(
    viewer,
    { ...filter, from: null, to: null },
    sql`recipient.recipient_id, case ${sql.join(ages, sql` `)} end as age`,
    sql`recipient.waiting_since is not null`,
    // The index of what waits has no days.
    null,
  );
  if (waiting === undefined) return [];
  const { rows } = await sql<{ recipient_id: PartyId; age: number; transfers: number }>`
    select recipient_id, age, count(*) as transfers
    from (${waiting}) as waiting
    group by recipient_id, age order by recipient_id, age limit ${first}`.execute(db);
  return rows.map(({ recipient_id: recipient, age, transfers }) => ({
    recipient,
    fromDays: AGES[age] ?? 0,
    toDays: AGES[age + 1] ?? null,
    transfers,
  }));
}

/** Milliseconds. Older than anything that is kept where there is no end. */
function endOf(index: number): number {
  const next = AGES[index + 1];
  return next === undefined ? Number.MAX_SAFE_INTEGER : next * DAY_MS;
}
