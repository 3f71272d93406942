/** How large the file of a transfer may be. */
import type { TransferRow } from './transfer.ts';
import type { TransferContext } from './transfer-context.ts';

/**
 * Bytes: as many as its resource allowed when it was initialized and, where it is to be scanned, as the scanner takes, which
 * may have become known only since.
 */
export function maxSizeOf(
  { scanner }: Pick<TransferContext, 'scanner'>,
  { max_size, scan_status }: Pick<TransferRow, 'max_size' | 'scan_status'>,
): number {
  if (scan_status !== 'PENDING' || scanner === null) return max_size;
  return Math.min(max_size, scanner.maxBytes);
}
