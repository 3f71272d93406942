/** Uploads that are not finished: which transfers have one, and when it is given up. One rule for all doors that tell of it. */
import { DAY_MS } from '../domain/duration.ts';
import type { TransferStatus } from '../domain/transfer-status.ts';
import type { TransferRow, UploadRow } from './transfer.ts';

/** An upload that brings no byte for so long is given up. */
export const UPLOAD_ABANDONED_AFTER_MS = DAY_MS;

/**
 * The earlier of a day without a byte and the end of the transfer itself, in epoch milliseconds. Null before the upload
 * began: until then only the transfer's own end bounds it.
 */
export function uploadExpiresAt(
  transfer: Pick<TransferRow, 'expires_at'>,
  upload: Pick<UploadRow, 'started_at' | 'last_byte_at'>,
): number | null {
  if (upload.started_at === null) return null;
  const lastSign = upload.last_byte_at ?? upload.started_at;
  return Math.min(lastSign + UPLOAD_ABANDONED_AFTER_MS, transfer.expires_at);
}

/** Whether a transfer's file is still to be received: it has an upload that may begin or go on. */
export function isUploadOpen(status: TransferStatus): boolean {
  return status === 'INITIALIZED' || status === 'UPLOAD_STARTED';
}
