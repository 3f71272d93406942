/** When a job that failed or was put off is tried again, and what hurries it. */
import type { WriteTransaction } from '../database/index.ts';

/** The pause after the first failed attempt. */
export const FIRST_RETRY_MS = 1000;
/** No pause is longer. */
export const MAX_RETRY_MS = 5 * 60_000;

/** The pause after so many failed attempts before this one: each is twice as long as the one before, up to five minutes. */
export function retryPauseMs(attempts: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** attempts, MAX_RETRY_MS);
}

/** Jobs that were put off for a reason that is no more. */
export interface HurriedJobs {
  readonly kind: string;
  /** What the reason begins with. */
  readonly because: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** They are tried again at once. What failed for other reasons keeps its pause. */
export async function hurryJobs(
  tx: WriteTransaction,
  { kind, because, now }: HurriedJobs,
): Promise<void> {
  await tx
    .updateTable('job')
    .set({ due_at: now })
    .where('kind', '=', kind)
    .where('due_at', '>', now)
    // None waits for longer; what is scheduled for later is not even looked at.
    .where('due_at', '<=', now + MAX_RETRY_MS)
    .where('attempts', '>', 0)
    .where('lease', 'is', null)
    .where('last_error', 'like', `${because}%`)
    .execute();
}
