/** Files of the demo: one made of random bytes, and the digest of any. */
import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { MIB } from './quantities.ts';

const PIECE_BYTES = 4 * MIB;

export async function makeRandomFile(path: string, sizeBytes: number): Promise<void> {
  const piece = Buffer.alloc(PIECE_BYTES);
  await using file = await open(path, 'wx');
  for (let written = 0; written < sizeBytes; written += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, sizeBytes - written);
    await file.writeFile(randomFillSync(piece).subarray(0, length));
  }
}

/** SHA-256 of what stands on the disk, in lower-case hex. */
export async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: MIB }), hash);
  return hash.digest('hex');
}
