/** Long lists in queries that are prepared. */

/** A power of two. */
const LONGEST = 128;

/** The pieces of a list, in order. Their lengths are powers of two, so that whatever is prepared for each length is little. */
export function inPieces<T>(list: readonly T[]): readonly T[][] {
  const pieces: T[][] = [];
  let done = 0;
  for (let length = LONGEST; length >= 1; length /= 2) {
    for (; list.length - done >= length; done += length) {
      pieces.push(list.slice(done, done + length));
    }
  }
  return pieces;
}
