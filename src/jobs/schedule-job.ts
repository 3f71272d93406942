/** Noting work that is due, in the transaction that makes it necessary. */
import type { WriteTransaction } from '../database/index.ts';

/** What a job is about. There is one job per kind and subject. */
export interface JobKey {
  readonly kind: string;
  /** Such as a transfer's id. */
  readonly subject: string;
}

export interface Job extends JobKey {
  /** Epoch milliseconds. */
  readonly dueAt: number;
}

/** Scheduling it again moves it; one that is running now then runs once more. */
export async function scheduleJob(
  tx: WriteTransaction,
  { kind, subject, dueAt }: Job,
): Promise<void> {
  const fresh = { due_at: dueAt, wanted_at: dueAt, attempts: 0, last_error: null, lease: null };
  await tx
    .insertInto('job')
    .values({ kind, subject, ...fresh })
    .onConflict((oc) => oc.columns(['kind', 'subject']).doUpdateSet(fresh))
    .execute();
}

/** Takes a job back. One that is running now comes to its end. */
export async function unscheduleJob(
  tx: WriteTransaction,
  { kind, subject }: JobKey,
): Promise<void> {
  await tx.deleteFrom('job').where('kind', '=', kind).where('subject', '=', subject).execute();
}
