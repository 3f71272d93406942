/** Reads a range of a file, as much at a time as the caller has room for. */
import type { DiskFile } from './disk.ts';
import type { BlobReader, ByteRange } from './storage.ts';

/** Takes the file over: it goes with `close`. Throws what the disk throws. */
export function createBlobReader(file: DiskFile, { start, end }: ByteRange): BlobReader {
  let position = start;
  let closing: Promise<void> | undefined;
  return {
    async fill(buffer) {
      const wanted = Math.min(buffer.length, Math.max(end - position, 0));
      if (wanted === 0) return 0;
      const { bytesRead } = await file.read(buffer, 0, wanted, position);
      position += bytesRead;
      return bytesRead;
    },
    close() {
      closing ??= file.close();
      return closing;
    },
  };
}
