/** The digests of a file while it grows: fed with bytes in order, kept across requests, and able to take a piece back. */
import type { HashThread } from './hash-thread.ts';
import { createLocalHash, type RunningHash } from './running-hash.ts';

export interface FileDigests {
  /** Lower-case hex. */
  readonly sha256: string;
  /** Lower-case hex; null where nobody asked for it. */
  readonly md5: string | null;
}

export interface RunningDigestOptions {
  /** It costs more than twice what SHA-256 does. */
  readonly withMd5: boolean;
  /** Takes the dearest of the hashes; without it they are computed where they stand, as is best for a small file. */
  readonly thread: HashThread | null;
}

export class RunningDigest {
  /** How many bytes it has taken. */
  position = 0;
  readonly #sha256: RunningHash;
  readonly #md5: RunningHash | null;
  #markedPosition: number | undefined;

  constructor({ withMd5, thread }: RunningDigestOptions) {
    const dearest = withMd5 ? 'md5' : 'sha256';
    const create = (algorithm: typeof dearest) =>
      thread !== null && algorithm === dearest
        ? thread.createHash(algorithm)
        : createLocalHash(algorithm);
    this.#sha256 = create('sha256');
    this.#md5 = withMd5 ? create('md5') : null;
  }

  /** Takes the next bytes. One call at a time. */
  async update(chunks: readonly Buffer[]): Promise<void> {
    for (const chunk of chunks) this.position += chunk.length;
    // First what another thread may work at meanwhile.
    await this.#md5?.update(chunks);
    await this.#sha256.update(chunks);
  }

  /** Remembers this place for `rollback`. */
  mark(): void {
    this.#markedPosition = this.position;
    for (const hash of this.#hashes()) hash.mark();
  }

  /** Forgets what came since the mark. */
  rollback(): void {
    if (this.#markedPosition === undefined) return;
    this.position = this.#markedPosition;
    this.#markedPosition = undefined;
    for (const hash of this.#hashes()) hash.rollback();
  }

  /** The digests of what it has taken so far. */
  async finish(): Promise<FileDigests> {
    return {
      sha256: await this.#sha256.finish(),
      md5: this.#md5 === null ? null : await this.#md5.finish(),
    };
  }

  /** Lets go of what it holds. */
  drop(): void {
    for (const hash of this.#hashes()) hash.drop();
  }

  #hashes(): RunningHash[] {
    return this.#md5 === null ? [this.#sha256] : [this.#sha256, this.#md5];
  }
}
