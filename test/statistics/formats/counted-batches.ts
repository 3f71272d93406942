/** Batches that count how many of them were asked for, and see when they are ended. */
import type { ExportRow } from '../../../src/statistics/formats/export-column.ts';

export interface CountedBatches extends AsyncIterable<readonly ExportRow[]> {
  readonly asked: number;
  /** After the last one, or when the reader stopped. */
  readonly isEnded: boolean;
}

/** Each batch is made when it is asked for. */
export function countBatches(
  count: number,
  makeBatch: (index: number) => readonly ExportRow[],
): CountedBatches {
  const seen = { asked: 0, isEnded: false };
  async function* generate() {
    try {
      for (let index = 0; index < count; index += 1) {
        seen.asked += 1;
        yield makeBatch(index);
      }
    } finally {
      seen.isEnded = true;
    }
  }
  return Object.assign(seen, { [Symbol.asyncIterator]: generate });
}

/** All bytes of an export. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const collected: Uint8Array[] = [];
  for await (const chunk of chunks) {
    // An HTTP response would take an empty chunk for its end.
    if (chunk.length === 0) throw new Error('A chunk without bytes was yielded.');
    collected.push(chunk);
  }
  return Buffer.concat(collected);
}
