/** Flushing beside the writes of a long request. */

/** Bytes are flushed beside a running request this often, so that ending it never has much left to flush. */
const FLUSH_EVERY_BYTES = 64 * 1024 * 1024;
/** And at least this often while they come, so that a slow upload is not taken for one that was left. */
const FLUSH_EVERY_MS = 60_000;

/** One flush at a time. A failed one shows at the next advance or when it is settled. */
export class BackgroundFlush {
  readonly #flush: () => Promise<void>;
  #flushedAt: number;
  readonly #now: () => number;
  #flushedTime: number;
  #running: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** `now` tells milliseconds from whenever. */
  constructor(offset: number, flush: () => Promise<void>, now = () => performance.now()) {
    this.#flushedAt = offset;
    this.#flush = flush;
    this.#now = now;
    this.#flushedTime = now();
  }

  advance(offset: number): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#running !== undefined || offset === this.#flushedAt) return;
    const isDue =
      offset - this.#flushedAt >= FLUSH_EVERY_BYTES ||
      this.#now() - this.#flushedTime >= FLUSH_EVERY_MS;
    if (!isDue) return;
    this.#flushedAt = offset;
    this.#flushedTime = this.#now();
    this.#running = this.#flush()
      .catch((error: unknown) => {
        this.#failure = { error };
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  async settle(): Promise<void> {
    await this.#running;
    // The system reports it once: a flush that follows would succeed over bytes that are lost.
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
