/** Reads a range of a file, as much at a time as the caller has room for. */
import type { FileHandle } from 'node:fs/promises';
import type { BlobReader, ByteRange } from './storage.ts';

/** Takes the handle over: it goes with `close`. */
export function createBlobReader(handle: FileHandle, { start, end }: ByteRange): BlobReader {
  let position = start;
  let closing: Promise<void> | undefined;
  return {
    async fill(buffer) {
      const wanted = Math.min(buffer.length, Math.max(end - position, 0));
      if (wanted === 0) return 0;
      const { bytesRead } = await handle.read(buffer, 0, wanted, position);
      position += bytesRead;
      return bytesRead;
    },
    close() {
      closing ??= handle.close();
      return closing;
    },
  };
}
