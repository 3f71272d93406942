/** Writes chunks to a file in as few calls as the system allows. */
import { type DiskFile, hasCode } from './disk.ts';
import { StorageFullError } from './storage.ts';

/** The system takes at most 1024 buffers in one gathered write. */
const MAX_BUFFERS = 1024;

/**
 * Tells of every part that was written, also where a later one fails; then what could not be written is missing at the end.
 * Throws a StorageFullError where there is no room.
 */
export async function writeAll(
  file: DiskFile,
  chunks: readonly Buffer[],
  position: number,
  onWritten: (bytes: number) => void,
): Promise<void> {
  let rest = chunks.filter((chunk) => chunk.length > 0);
  let at = position;
  while (rest.length > 0) {
    const bytesWritten = await writeSome(file, rest.slice(0, MAX_BUFFERS), at);
    if (bytesWritten === 0) throw new StorageFullError('The disk took no more bytes.');
    at += bytesWritten;
    onWritten(bytesWritten);
    rest = dropBytes(rest, bytesWritten);
  }
}

async function writeSome(file: DiskFile, chunks: readonly Buffer[], at: number): Promise<number> {
  try {
    return (await file.writev(chunks, at)).bytesWritten;
  } catch (error) {
    throw isFull(error) ? new StorageFullError('The disk has no room left.') : error;
  }
}

/** What is left of the chunks after so many bytes of them. */
function dropBytes(chunks: readonly Buffer[], bytes: number): Buffer[] {
  let left = bytes;
  let index = 0;
  for (const chunk of chunks) {
    if (chunk.length > left) break;
    left -= chunk.length;
    index += 1;
  }
  const [first, ...others] = chunks.slice(index);
  return first === undefined ? [] : [first.subarray(left), ...others];
}

/** Whether the disk has no room for more. */
export function isFull(error: unknown): boolean {
  // EFBIG comes from a limit on the size of files, EDQUOT from a quota.
  return hasCode(error, 'ENOSPC', 'EDQUOT', 'EFBIG');
}
