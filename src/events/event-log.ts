/** The event log for its readers: cursors, the end, and following it live. */
import type { Database, Queries } from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import type { Result } from '../domain/result.ts';
import { type Bell, createBell } from './bell.ts';
import { createEventMatch } from './event-match.ts';
import { followLog, oneByOne, type ReadBatch } from './follow-log.ts';
import { createLiveTail, type EventBatch } from './live-tail.ts';
import { decodePosition, encodePosition } from './position-cursor.ts';
import { type EventFilter, type EventRow, findLogEnd, readEvents } from './read-events.ts';

/** How long a lost wake-up can cost. */
const SLOW_POLL_MS = 1000;
const BATCH = 200;

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
  /** What there is after a position now, and as far as one read goes. */
  readBatch(viewer: Viewer, filter: EventFilter, after: number): Promise<ReadBatch>;
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
  const tail = createLiveTail(database, bell);
  const stopListening = database.onCommit(tail.look);
  const poll = setInterval(tail.look, SLOW_POLL_MS);
  poll.unref();

  function read(viewer: Viewer | null, filter: EventFilter, after: number): Promise<ReadBatch> {
    return database.read(async (db) => {
      const rows = await readEvents(db, viewer, filter, { after, limit: BATCH });
      const isLast = rows.length < BATCH;
      // Rows and end are of one snapshot: nothing up to its end was left out.
      const end = isLast ? await findLogEnd(db) : (rows.at(-1)?.position ?? after);
      return { rows, end: Math.max(end, after), isLast };
    });
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
    const batches = followLog({
      match: createEventMatch(viewer, filter),
      after,
      tail,
      read: (position) => read(viewer, filter, position),
      signal: stopped.signal,
    });
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

  const follow: EventLog['follow'] = (viewer, filter, after, signal) =>
    oneByOne(followBatches(viewer, filter, after, signal), signal);

  return {
    epoch,
    toCursor: (position) => encodePosition(epoch, position),
    async fromCursor(db, cursor) {
      return decodePosition(epoch, await findLogEnd(db), cursor);
    },
    follow,
    followBatches,
    followAll: (filter, after) => oneByOne(followBatches(null, filter, after)),
    async readBatch(viewer, filter, after) {
      const recent = tail.peek(createEventMatch(viewer, filter), after, BATCH);
      return recent === undefined
        ? read(viewer, filter, after)
        : { ...recent, isLast: recent.rows.length < BATCH };
    },
    close() {
      stopListening();
      clearInterval(poll);
      isClosed = true;
      for (const stop of followers) stop();
    },
  };
}
