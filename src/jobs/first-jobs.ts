/** The first jobs of each kind: what a runner looks at after every commit, so it is one small query. */
import { executePrepared, type Queries } from '../database/index.ts';
import type { JobKey } from './schedule-job.ts';

/** A job that waits, and until when. */
export interface WaitingJob extends JobKey {
  /** Epoch milliseconds. */
  readonly dueAt: number;
}

/** Answers the query for the jobs that are due first, as many of each kind as `limits` says. */
export function firstJobsOf(
  limits: ReadonlyMap<string, number>,
): (db: Queries) => Promise<WaitingJob[]> {
  const shape = `first jobs of ${JSON.stringify([...limits])}`;
  return async (db) => {
    const ofKinds = [...limits].map(([kind, limit]) =>
      db
        .selectFrom(
          db
            .selectFrom('job')
            .select(['kind', 'subject', 'due_at as dueAt'])
            .where('kind', '=', kind)
            .orderBy('due_at')
            .limit(limit)
            .as('first'),
        )
        .selectAll(),
    );
    const [first, ...others] = ofKinds;
    if (first === undefined) return [];
    return executePrepared(db, shape, {}, async () =>
      others.reduce((all, one) => all.unionAll(one), first),
    );
  };
}
