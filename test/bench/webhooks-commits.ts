/** How many transactions a database in WAL mode has committed, by the index of its log in shared memory. */
import { closeSync, openSync, readSync } from 'node:fs';

/** The index begins with its version, four unused bytes and a count of the transactions, in the machine's byte order. */
const COUNT_AT = 8;

/** Of one database the difference between two such counts has a meaning, the count itself has none. */
export function countCommits(path: string): number {
  const bytes = new Uint32Array(1);
  const index = openSync(`${path}-shm`, 'r');
  try {
    readSync(index, bytes, 0, bytes.byteLength, COUNT_AT);
  } finally {
    closeSync(index);
  }
  return bytes[0] ?? 0;
}
