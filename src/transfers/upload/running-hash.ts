/** One hash of a file while it grows, computed where it stands. `hash-thread.ts` has one that is computed elsewhere. */
import { createHash, type Hash } from 'node:crypto';

export type HashAlgorithm = 'sha256' | 'md5';

export interface RunningHash {
  /** Settles when the bytes have been taken over. One call at a time. */
  update(chunks: readonly Buffer[]): Promise<void>;
  /** Remembers this place for `rollback`. */
  mark(): void;
  /** Goes back to the last mark. */
  rollback(): void;
  /** The digest of everything so far, in lower-case hex. */
  finish(): Promise<string>;
  /** Lets go of what it holds. */
  drop(): void;
}

export function createLocalHash(algorithm: HashAlgorithm): RunningHash {
  let hash = createHash(algorithm);
  let marked: Hash | undefined;
  return {
    async update(chunks) {
      for (const chunk of chunks) hash.update(chunk);
    },
    mark() {
      marked = hash.copy();
    },
    rollback() {
      if (marked !== undefined) hash = marked;
      marked = undefined;
    },
    finish: async () => hash.copy().digest('hex'),
    drop() {},
  };
}
