/** Up to when everything is counted. */
import type { Queries } from '../database/index.ts';
import { findGenerationInUse } from './generations.ts';

/** An event is dated when its command begins, and is in the log only with its commit: none takes longer. */
const LONGEST_COMMAND_MS = 5000;

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
  return Math.min(now, next?.time ?? now) - LONGEST_COMMAND_MS;
}

/** How many events are not counted yet. */
export async function countUncounted(db: Queries): Promise<number> {
  const { position } = await findGenerationInUse(db);
  const { log_end } = await db.selectFrom('history').select('log_end').executeTakeFirstOrThrow();
  return Math.max(0, log_end - position);
}
