/** Uploads that are not finished: which transfers have one, and when it is given up. One rule for all doors that tell of it. */
import { uploadGivenUpAt } from '../domain/transfer-deadline.ts';
import type { TransferStatus } from '../domain/transfer-status.ts';
import type { TransferRow, UploadRow } from './transfer.ts';

/**
 * The earlier of a day without a byte and the end of the transfer itself, in epoch milliseconds. Null before the upload
 * began: until then only the transfer's own end bounds it.
 */
export function uploadExpiresAt(
  transfer: Pick<TransferRow, 'expires_at'>,
  upload: Pick<UploadRow, 'started_at' | 'last_byte_at'>,
): number | null {
  return uploadGivenUpAt({
    expiresAt: transfer.expires_at,
    lastSignOfUploadAt: lastSignOfUpload(upload),
  });
}

/** The last byte of an upload, or its start; null before it began. */
export function lastSignOfUpload({
  started_at,
  last_byte_at,
}: Pick<UploadRow, 'started_at' | 'last_byte_at'>): number | null {
  return last_byte_at ?? started_at;
}

/** Whether a transfer's file is still to be received: it has an upload that may begin or go on. */
export function isUploadOpen(status: TransferStatus): boolean {
  return status === 'INITIALIZED' || status === 'UPLOAD_STARTED';
}
