/** One follower of the log: first by the database, then by the live tail, and back where it falls behind that. */
import type { EventMatch } from './event-match.ts';
import type { EventBatch, LiveReader, LiveTail } from './live-tail.ts';

/** A batch as it is read at one moment. */
export interface ReadBatch extends EventBatch {
  /** Whether the log had no more then. */
  readonly isLast: boolean;
}

export interface LogFollowing {
  readonly match: EventMatch;
  /** Starts after this position. */
  readonly after: number;
  readonly tail: LiveTail;
  /** From the database. */
  readonly read: (after: number) => Promise<ReadBatch>;
  readonly signal: AbortSignal;
}

/** How much of the log is passed over before a follower is told how far it is. */
const TOLD_EVERY = 10_000;

/** Batches in log order until the signal is aborted, none of them empty but where a long stretch was passed over. */
export async function* followLog({
  match,
  after,
  tail,
  read,
  signal,
}: LogFollowing): AsyncGenerator<EventBatch, undefined> {
  let live: LiveReader | undefined;
  // At once, though whoever follows may not come back for more.
  signal.addEventListener('abort', () => live?.leave(), { once: true });
  if (signal.aborted) return;
  let position = after;
  let told = after;
  let isEnd = after >= (await tail.findEnd());
  while (!signal.aborted) {
    live ??= tail.join(match, position, isEnd);
    const taken = live?.take();
    if (live !== undefined && taken === undefined) {
      live.leave();
      live = undefined;
    }
    const batch = taken ?? (await read(position));
    if (signal.aborted) return;
    isEnd = 'isLast' in batch && batch.isLast === true;
    position = Math.max(position, batch.end);
    if (batch.rows.length > 0 || position - told >= TOLD_EVERY) {
      told = position;
      yield { rows: batch.rows, end: position };
    } else if (live !== undefined) {
      await live.wait(signal);
    }
  }
}

/** One by one what comes in batches. */
export function oneByOne<Row>(
  batches: AsyncIterator<{ readonly rows: readonly Row[] }>,
  signal?: AbortSignal,
): AsyncIterableIterator<Row> {
  let rows: readonly Row[] = [];
  let index = 0;
  let isOver = false;
  return {
    async next() {
      while (index === rows.length && !isOver) {
        const { done, value } = await batches.next();
        if (done === true) isOver = true;
        else [rows, index] = [value.rows, 0];
      }
      const row = isOver || signal?.aborted === true ? undefined : rows[index];
      index += 1;
      return row === undefined ? { done: true, value: undefined } : { done: false, value: row };
    },
    async return() {
      isOver = true;
      await batches.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
