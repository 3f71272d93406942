/** Appending to a blob where the storage may run full half-way. */
import type { BlobWriter } from '../../storage/index.ts';

/** Appends a batch and hands on what of it was written, also when only part of it was. */
export async function appendAll(
  writer: BlobWriter,
  batch: readonly Buffer[],
  onWritten: (written: readonly Buffer[]) => Promise<void>,
): Promise<void> {
  const before = writer.size;
  try {
    await writer.append(batch);
  } catch (error) {
    await onWritten(firstBytes(batch, writer.size - before));
    throw error;
  }
  await onWritten(batch);
}

/** The chunks of the first so many bytes. */
export function firstBytes(chunks: readonly Buffer[], count: number): Buffer[] {
  const taken: Buffer[] = [];
  let left = count;
  for (const chunk of chunks) {
    if (left <= 0) break;
    taken.push(chunk.subarray(0, left));
    left -= chunk.length;
  }
  return taken;
}
