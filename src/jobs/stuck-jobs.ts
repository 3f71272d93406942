/** Work that takes longer than it should: what an operator has to know of. */
import type { Queries } from '../database/index.ts';
import { LEASE_MS } from './leases.ts';
import { MAX_RETRY_MS } from './retry.ts';

/** Jobs of one kind that are late. */
export interface StuckJobs {
  readonly kind: string;
  readonly count: number;
  readonly oldest: {
    readonly subject: string;
    /** When it was to be done first, in epoch milliseconds. */
    readonly wantedAt: number;
    readonly attempts: number;
    /** Why the latest attempt failed, or was put off; null where none did. */
    readonly lastError: string | null;
  };
}

/**
 * Jobs that were to be done `limitMs` ago or earlier, by kind; `now` in epoch milliseconds. Those that wait for a far time
 * are not even looked at.
 */
export async function findStuckJobs(
  db: Queries,
  { now, limitMs }: { readonly now: number; readonly limitMs: number },
): Promise<StuckJobs[]> {
  const stuck: StuckJobs[] = [];
  for (
    let kind = await findKindAfter(db, '');
    kind !== null;
    kind = await findKindAfter(db, kind)
  ) {
    const late = await db
      .selectFrom('job')
      .select((eb) => [
        'subject',
        'wanted_at as wantedAt',
        'attempts',
        'last_error as lastError',
        eb.fn.countAll<number>().over().as('count'),
      ])
      .where('kind', '=', kind)
      // What is late is at most a pause or a lease away from its next attempt.
      .where('due_at', '<=', now + Math.max(MAX_RETRY_MS, LEASE_MS))
      .where('wanted_at', '<=', now - limitMs)
      .orderBy('wanted_at')
      .orderBy('subject')
      .limit(1)
      .executeTakeFirst();
    if (late === undefined) continue;
    const { count, ...oldest } = late;
    stuck.push({ kind, count, oldest });
  }
  return stuck;
}

/** One step in the index for each kind: asked for distinct ones, the databases go through all jobs. */
async function findKindAfter(db: Queries, kind: string): Promise<string | null> {
  const { next } = await db
    .selectFrom('job')
    .select((eb) => eb.fn.min<string | null>('kind').as('next'))
    .where('kind', '>', kind)
    .executeTakeFirstOrThrow();
  return next;
}
