/** What the files hold: views of one piece of random bytes, so that thousands of them cost no memory. */
import { createCipheriv } from 'node:crypto';
import type { Random } from './random.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const POOL_BYTES = 24 * MIB;

export interface Contents {
  /** Bytes that differ from those of any other file, but for the shortest. */
  take(random: Random, size: number): Buffer;
}

/** The same seed gives the same bytes. */
export function createContents(seed: number): Contents {
  const key = Buffer.alloc(16);
  key.writeUInt32BE(seed >>> 0);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const pool = cipher.update(Buffer.alloc(POOL_BYTES));
  return {
    take(random, size) {
      const start = random.between(0, POOL_BYTES - size);
      return pool.subarray(start, start + size);
    },
  };
}

/** Most files are small, so that many of them pass; a few take as long as a life of the broker. */
export function drawSize(random: Random): number {
  const kind = random.next();
  if (kind < 0.06) return 0;
  if (kind < 0.15) return random.between(1, KIB);
  if (kind < 0.5) return random.between(KIB, 64 * KIB);
  if (kind < 0.8) return random.between(64 * KIB, 512 * KIB);
  if (kind < 0.97) return random.between(512 * KIB, 3 * MIB);
  return random.between(3 * MIB, 8 * MIB);
}
