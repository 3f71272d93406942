/** The digests of a file while it grows: fed with bytes in order, kept across requests, and able to take a piece back. */
import { createHash, type Hash } from 'node:crypto';
import type { Md5Digest, Md5Thread } from './md5-thread.ts';

export interface FileDigests {
  /** Lower-case hex. */
  readonly sha256: string;
  /** Lower-case hex; null where nobody asked for it. */
  readonly md5: string | null;
}

export class RunningDigest {
  /** How many bytes it has taken. */
  position = 0;
  readonly #md5: Md5Digest | null;
  #sha256: Hash = createHash('sha256');
  #mark: { readonly position: number; readonly sha256: Hash } | undefined;

  /** `md5` is null where none is asked for: it costs more than twice what SHA-256 does. */
  constructor(md5: Md5Thread | null) {
    this.#md5 = md5?.createDigest() ?? null;
  }

  /** Takes the next bytes. One call at a time. */
  async update(chunks: readonly Buffer[]): Promise<void> {
    for (const chunk of chunks) {
      this.#sha256.update(chunk);
      this.position += chunk.length;
    }
    if (this.#md5 !== null) await this.#md5.update(chunks);
  }

  /** Remembers this place for `rollback`. */
  mark(): void {
    this.#mark = { position: this.position, sha256: this.#sha256.copy() };
    this.#md5?.mark();
  }

  /** Forgets what came since the mark. */
  rollback(): void {
    if (this.#mark === undefined) return;
    this.position = this.#mark.position;
    this.#sha256 = this.#mark.sha256;
    this.#mark = undefined;
    this.#md5?.rollback();
  }

  /** The digests of what it has taken so far. */
  async finish(): Promise<FileDigests> {
    return {
      sha256: this.#sha256.copy().digest('hex'),
      md5: this.#md5 === null ? null : await this.#md5.finish(),
    };
  }

  /** Lets go of what it holds. */
  drop(): void {
    this.#md5?.drop();
  }
}
