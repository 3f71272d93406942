/** The first jobs of each kind: a runner looks at them after every commit, so it takes one small query. */
import { executePrepared, type Queries } from '../database/index.ts';
import type { JobKey } from './schedule-job.ts';

/** A job, and when it is due. */
export interface DatedJob extends JobKey {
  /** Epoch milliseconds. */
  readonly dueAt: number;
}

/** Answers how to read the jobs that are due first: of each kind as many as its limit says. */
export function firstJobsOf(
  limits: Readonly<Record<string, number>>,
): (db: Queries) => Promise<DatedJob[]> {
  const shape = `first jobs of ${JSON.stringify(limits)}`;
  return async (db) => {
    const ofKind = ([kind, limit]: readonly [string, number]) => {
      const first = db
        .selectFrom('job')
        .select(['kind', 'subject', 'due_at as dueAt'])
        .where('kind', '=', kind)
        .orderBy('due_at')
        .limit(limit);
      // SQLite takes a limit inside a union only of a query in a query.
      return db.selectFrom(first.as('first')).selectAll();
    };
    const [first, ...others] = Object.entries(limits);
    if (first === undefined) return [];
    return executePrepared(db, shape, {}, async () =>
      others.reduce((all, one) => all.unionAll(ofKind(one)), ofKind(first)),
    );
  };
}
