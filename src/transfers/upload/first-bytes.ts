/** What of a batch was written, where the storage ran full half-way. */

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
