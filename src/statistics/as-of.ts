/** Up to when everything is counted. */
import type { Queries } from '../database/index.ts';
import { SECOND_MS } from '../domain/duration.ts';
import { MAX_BACKDATING_MS } from '../events/index.ts';
import { findGenerationInUse } from './generations.ts';

/** So long after the time that it bears an event can be seen at the latest: when it has been appended and committed. */
const LONGEST_UNSEEN_MS = MAX_BACKDATING_MS + SECOND_MS;

/** Everything that happened before this is counted; most of what came later too. Epoch milliseconds. */
export async function findAsOf(db: Queries, now: number): Promise<number> {
  const { position } = await findGenerationInUse(db);
  const next = await db
    .selectFrom('event')
    .select('time')
    .where('position', '>', position)
    .orderBy('position')
    .limit(1)
    .executeTakeFirst();
  return Math.min(now, next?.time ?? now) - LONGEST_UNSEEN_MS;
}

/** How many events are not counted yet. */
export async function countUncounted(db: Queries): Promise<number> {
  const { position } = await findGenerationInUse(db);
  const { log_end } = await db.selectFrom('history').select('log_end').executeTakeFirstOrThrow();
  return Math.max(0, log_end - position);
}
