/** When the broker has to act on a transfer by itself: giving its upload up, reminding, purging. Pure; a table test names each case. */
import { DAY_MS } from './duration.ts';
import { hasEnded, type TransferStatus } from './transfer-status.ts';

/** An upload that brings no byte for so long is given up. */
const UPLOAD_ABANDONED_AFTER_MS = DAY_MS;

/** What the deadlines follow from. Times are epoch milliseconds. */
export interface DeadlineFacts {
  readonly status: TransferStatus;
  readonly statusChangedAt: number;
  readonly expiresAt: number;
  /** The start of the upload or its last byte, whichever is later; null before it began. */
  readonly lastSignOfUploadAt: number | null;
  readonly purgeAfterAllConfirmed: boolean;
  /** How long after the last confirmation the file stays. */
  readonly purgeGraceMs: number;
  /** How long before expiry recipients that have not confirmed are reminded; null for never. */
  readonly expiryReminderMs: number | null;
  readonly isReminded: boolean;
}

/** The earlier of a day without a byte and the transfer's own end. Null before the upload began. */
export function uploadGivenUpAt({
  expiresAt,
  lastSignOfUploadAt,
}: Pick<DeadlineFacts, 'expiresAt' | 'lastSignOfUploadAt'>): number | null {
  if (lastSignOfUploadAt === null) return null;
  return Math.min(lastSignOfUploadAt + UPLOAD_ABANDONED_AFTER_MS, expiresAt);
}

/** When the file goes, as far as is known now: from that moment on nobody may begin to download it. */
export function purgedAt(facts: DeadlineFacts): number {
  const { status, statusChangedAt, expiresAt, purgeAfterAllConfirmed, purgeGraceMs } = facts;
  if (status !== 'ALL_CONFIRMED_DOWNLOADED' || !purgeAfterAllConfirmed) return expiresAt;
  return Math.min(statusChangedAt + purgeGraceMs, expiresAt);
}

/** When recipients that have not confirmed are reminded; null where they are not, or were already. */
export function remindedAt(facts: DeadlineFacts): number | null {
  const { status, expiresAt, expiryReminderMs, isReminded } = facts;
  if (status !== 'PUBLISHED' || expiryReminderMs === null || isReminded) return null;
  return expiresAt - expiryReminderMs;
}

/** When the broker has to look at the transfer next; null where it has ended. */
export function nextDeadline(facts: DeadlineFacts): number | null {
  if (hasEnded(facts.status)) return null;
  const givenUpAt = facts.status === 'UPLOAD_STARTED' ? uploadGivenUpAt(facts) : null;
  return Math.min(purgedAt(facts), givenUpAt ?? Infinity, remindedAt(facts) ?? Infinity);
}

/** What is due of a transfer: the command to be decided, or nothing yet. */
export type DueAct = 'expire' | 'purge' | 'abandon' | 'remind';

export function findDueAct(facts: DeadlineFacts, now: number): DueAct | null {
  if (hasEnded(facts.status)) return null;
  if (now >= facts.expiresAt) return 'expire';
  if (now >= purgedAt(facts)) return 'purge';
  if (facts.status === 'UPLOAD_STARTED' && now >= (uploadGivenUpAt(facts) ?? Infinity)) {
    return 'abandon';
  }
  return now >= (remindedAt(facts) ?? Infinity) ? 'remind' : null;
}
