/** One job per transfer that has not ended, due at its next deadline: when the upload is given up, a reminder, a purge. */
import type { WriteTransaction } from '../database/index.ts';
import { nextDeadline } from '../domain/transfer-deadline.ts';
import { scheduleJob, unscheduleJob } from '../jobs/index.ts';
import { MEET_DEADLINE } from './job-kinds.ts';
import { type TransferParts, toDeadlineFacts } from './transfer.ts';

type Dated = Pick<TransferParts, 'transfer' | 'upload'>;

/** In the commit that makes or changes the transfer. Bytes that come move only what is asked when the deadline is there. */
export async function scheduleDeadline(tx: WriteTransaction, parts: Dated): Promise<void> {
  const job = { kind: MEET_DEADLINE, subject: parts.transfer.id };
  const dueAt = nextDeadline(toDeadlineFacts(parts));
  if (dueAt === null) await unscheduleJob(tx, job);
  else await scheduleJob(tx, { ...job, dueAt });
}

/** The same where the next deadline is another one than before. */
export async function moveDeadline(
  tx: WriteTransaction,
  before: Dated,
  after: Dated,
): Promise<void> {
  const [was, is] = [before, after].map((parts) => nextDeadline(toDeadlineFacts(parts)));
  if (was !== is) await scheduleDeadline(tx, after);
}
