/**
 * Which statuses the recipients of a transfer have, as a number beside each of its parties: a bit for each status, so that
 * lists need not look at the recipients.
 */
import type { RecipientStatus, TransferRole } from '../domain/transfer-status.ts';
import type { TransferRow } from './transfer.ts';

const BITS: Record<RecipientStatus, number> = {
  INITIALIZED: 1,
  DOWNLOAD_STARTED: 2,
  DOWNLOAD_CONFIRMED: 4,
};

/** With more recipients, a change beside each of them for each of them would be too much to write. */
const MAX_RECIPIENTS = 20;

type Counts = Pick<TransferRow, 'recipients_total' | 'recipients_started' | 'recipients_confirmed'>;

export function toStatusBits(statuses: readonly RecipientStatus[]): number {
  return statuses.reduce((bits, status) => bits | BITS[status], 0);
}

/** The bits of the statuses that at least one recipient has. */
export function recipientStatusBits({
  recipients_total: total,
  recipients_started: started,
  recipients_confirmed: confirmed,
}: Counts): number {
  return toStatusBits([
    ...(started < total ? (['INITIALIZED'] as const) : []),
    ...(confirmed < started ? (['DOWNLOAD_STARTED'] as const) : []),
    ...(confirmed > 0 ? (['DOWNLOAD_CONFIRMED'] as const) : []),
  ]);
}

/** Whether the bits stand beside parties in this role. Senders and service owners are one to a transfer. */
export function hasStatusBits(role: TransferRole, { recipients_total: total }: Counts): boolean {
  return role !== 'RECIPIENT' || total <= MAX_RECIPIENTS;
}
