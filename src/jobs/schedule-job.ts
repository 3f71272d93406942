/** Noting work that is due, in the transaction that makes it necessary. */
import type { WriteTransaction } from '../database/index.ts';

export interface Job {
  readonly kind: string;
  /** What it is about, such as a transfer's id. */
  readonly subject: string;
  /** Epoch milliseconds. */
  readonly dueAt: number;
}

/** One job per kind and subject: scheduling it again moves it. */
export async function scheduleJob(tx: WriteTransaction, job: Job): Promise<void> {
  await tx
    .insertInto('job')
    .values({
      kind: job.kind,
      subject: job.subject,
      due_at: job.dueAt,
      attempts: 0,
      last_error: null,
    })
    .onConflict((oc) =>
      oc.columns(['kind', 'subject']).doUpdateSet({ due_at: job.dueAt, attempts: 0 }),
    )
    .execute();
}
