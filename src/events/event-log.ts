/** The event log for its readers: cursors, the end, and following it live. */
import type { Database, Queries } from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import type { Result } from '../domain/result.ts';
import { type Bell, createBell } from './bell.ts';
import { decodePosition, encodePosition } from './position-cursor.ts';
import { type EventFilter, type EventRow, findLogEnd, readEvents } from './read-events.ts';

/** How long a lost wake-up can cost. */
const SLOW_POLL_MS = 1000;
const BATCH = 200;
/** How much of the log is passed over before a follower of batches is told how far it is. */
const TOLD_EVERY = 10_000;

/** What a follower is given at once. */
export interface EventBatch {
  /** In log order; none where only a long stretch of the log was passed over. */
  readonly rows: readonly EventRow[];
  /** Up to this position there are no others for this follower. */
  readonly end: number;
}

export interface EventLog {
  /** The epoch of the history that this database holds. */
  readonly epoch: string;
  toCursor(position: number): string;
  /** INVALID_CURSOR for garbage and for places of another history. */
  fromCursor(db: Queries, cursor: string): Promise<Result<number>>;
  /**
   * Events after a position in log order, each once: first what is there, then live as it happens. It reads only as fast
   * as it is asked, so a slow reader costs no memory. Ends with `return()` or the signal.
   */
  follow(
    viewer: Viewer,
    filter: EventFilter,
    after: number,
    signal?: AbortSignal,
  ): AsyncIterableIterator<EventRow>;
  /** The same, as many at once as there are. */
  followBatches(
    viewer: Viewer,
    filter: EventFilter,
    after: number,
    signal?: AbortSignal,
  ): AsyncIterableIterator<EventBatch>;
  /** The same for a part of the broker itself, which sees everything. */
  followAll(filter: EventFilter, after: number): AsyncIterableIterator<EventRow>;
  /** Ends all followers. */
  close(): void;
}

/** The bell is this log's own; it is handed in only by who wants to see that nobody is left waiting. */
export async function createEventLog(
  database: Database,
  bell: Bell = createBell(),
): Promise<EventLog> {
  const followers = new Set<() => void>();
  let isClosed = false;
  const { epoch } = await database.read((db) =>
    db.selectFrom('history').select('epoch').executeTakeFirstOrThrow(),
  );
  let knownEnd = await database.read(findLogEnd);
  let looking: Promise<void> | undefined;
  let lookAgain = false;

  /** Rings where the log has grown. One look at a time; what comes during one is seen by the next. */
  function look(): void {
    if (looking !== undefined) {
      lookAgain = true;
      return;
    }
    looking = database
      .read(findLogEnd)
      .then((end) => {
        if (end !== knownEnd) {
          knownEnd = end;
          bell.ring();
        }
      })
      // A failed look costs a moment: the next one comes with the next commit or the slow poll.
      .catch(() => undefined)
      .finally(() => {
        looking = undefined;
        if (lookAgain && !isClosed) {
          lookAgain = false;
          look();
        }
      });
  }

  const stopListening = database.onCommit(look);
  const poll = setInterval(() => {
    if (bell.waiting > 0) look();
  }, SLOW_POLL_MS);
  poll.unref();

  async function* read(
    viewer: Viewer | null,
    filter: EventFilter,
    after: number,
    signal: AbortSignal,
  ): AsyncGenerator<EventBatch, undefined> {
    let position = after;
    let told = after;
    while (!signal.aborted) {
      const seen = knownEnd;
      const { rows, end } = await database.read(async (db) => ({
        rows: await readEvents(db, viewer, filter, { after: position, limit: BATCH }),
        end: await findLogEnd(db),
      }));
      if (signal.aborted) return;
      const isMore = rows.length === BATCH;
      // Rows and end are of one snapshot: nothing up to its end was left out.
      position = Math.max(position, isMore ? (rows.at(-1)?.position ?? position) : end);
      if (rows.length > 0 || position - told >= TOLD_EVERY) {
        yield { rows, end: position };
        told = position;
      }
      if (isMore) continue;
      if (knownEnd === seen && knownEnd <= position) await bell.wait(signal);
    }
  }

  function followBatches(
    viewer: Viewer | null,
    filter: EventFilter,
    after: number,
    signal?: AbortSignal,
  ): AsyncIterableIterator<EventBatch> {
    const stopped = new AbortController();
    const stop = () => stopped.abort();
    followers.add(stop);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted || isClosed) stop();
    stopped.signal.addEventListener(
      'abort',
      () => {
        followers.delete(stop);
        signal?.removeEventListener('abort', stop);
      },
      { once: true },
    );
    const batches = read(viewer, filter, after, stopped.signal);
    return {
      async next() {
        try {
          const next = await batches.next();
          if (next.done === true) stop();
          return next;
        } catch (error) {
          stop();
          throw error;
        }
      },
      // A generator that waits takes no return: end the waiting first.
      async return() {
        stop();
        return batches.return(undefined);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** One by one what comes in batches. */
  function follow(
    viewer: Viewer | null,
    filter: EventFilter,
    after: number,
    signal?: AbortSignal,
  ): AsyncIterableIterator<EventRow> {
    const batches = followBatches(viewer, filter, after, signal);
    let waiting: EventRow[] = [];
    let isOver = false;
    return {
      async next() {
        while (waiting.length === 0 && !isOver) {
          const { done, value } = await batches.next();
          if (done === true) isOver = true;
          else waiting = [...value.rows];
        }
        const row = isOver || signal?.aborted === true ? undefined : waiting.shift();
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

  return {
    epoch,
    toCursor: (position) => encodePosition(epoch, position),
    async fromCursor(db, cursor) {
      return decodePosition(epoch, await findLogEnd(db), cursor);
    },
    follow,
    followBatches,
    followAll: (filter, after) => follow(null, filter, after),
    close() {
      stopListening();
      clearInterval(poll);
      isClosed = true;
      for (const stop of followers) stop();
    },
  };
}
