/** Reads a piece of a file as a stream. A chunk that is handed back is filled again. */
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { BlobStream, ByteRange } from './storage.ts';

/** Reads of 64 KiB, Node's default, reach a third of what reads of 1 MiB do. */
const READ_BYTES = 1024 * 1024;

/** Closes the handle when it ends or is destroyed. */
export class BlobReader extends Readable implements BlobStream {
  readonly #handle: FileHandle;
  readonly #chunkBytes: number;
  readonly #end: number;
  #position: number;
  readonly #free: Buffer[] = [];

  constructor(handle: FileHandle, { start, end }: ByteRange) {
    super({ highWaterMark: READ_BYTES });
    this.#handle = handle;
    this.#chunkBytes = Math.min(READ_BYTES, end - start);
    this.#position = start;
    this.#end = end;
  }

  recycle(chunk: Buffer): void {
    // A stream cuts chunks up where it is read by length, and somebody may still have the other part of one.
    if (chunk.length === this.#chunkBytes && chunk.buffer.byteLength === this.#chunkBytes) {
      this.#free.push(Buffer.from(chunk.buffer));
    }
  }

  override _read(): void {
    const buffer = this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#chunkBytes);
    const wanted = Math.min(buffer.length, this.#end - this.#position);
    this.#handle.read(buffer, 0, wanted, this.#position).then(
      ({ bytesRead }) => {
        this.#position += bytesRead;
        // Nothing where the range is at its end, or the file before it.
        this.push(bytesRead === 0 ? null : buffer.subarray(0, bytesRead));
      },
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#handle.close().then(() => callback(error), callback);
  }
}
