/** Follows one transfer: a beat now and after each change that a viewer can see, and for its sender as the upload grows. */
import type { Database } from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { ok, type Result } from '../domain/result.ts';
import { hasEnded } from '../domain/transfer-status.ts';
import { type EventLog, type EventRow, findLogEnd } from '../events/index.ts';
import { findTransferParts, seeTransfer } from './transfer.ts';
import type { UploadProgress } from './upload-progress.ts';

/** Progress is told at most five times a second. */
const PROGRESS_INTERVAL_MS = 200;

/** How often a transfer whose time is over is looked at: where it had no bytes, no event tells of its end. */
const END_INTERVAL_MS = 1000;

/** Each beat asks the reader to look at the transfer again. The last one comes when the transfer has ended. */
export interface TransferBeat {
  readonly transferId: string;
  /** The last event that it comes from; null where something else has a part in it. */
  readonly cause: EventRow | null;
}

/** TRANSFER_NOT_FOUND where the viewer sees none. Beats that come faster than they are taken are merged. */
export async function watchTransfer(
  {
    database,
    clock,
    events,
    progress,
  }: {
    readonly database: Database;
    readonly clock: Clock;
    readonly events: EventLog;
    readonly progress: UploadProgress;
  },
  viewer: Viewer,
  transferId: string,
): Promise<Result<AsyncIterableIterator<TransferBeat>>> {
  const start = await database.read(async (db) => ({
    seen: await seeTransfer(db, viewer, transferId),
    end: await findLogEnd(db),
  }));
  if (!start.seen.ok) return start.seen;
  const { transfer, viewerRoles } = start.seen.value;
  const stopped = new AbortController();
  const beats = createBeats();
  // The state as it is now comes first.
  beats.ring();

  let progressTimer: NodeJS.Timeout | undefined;
  const unwatch = viewerRoles.includes('SENDER')
    ? progress.watch(transferId, () => {
        progressTimer ??= setTimeout(() => {
          progressTimer = undefined;
          beats.ring();
        }, PROGRESS_INTERVAL_MS);
      })
    : () => undefined;

  const endTimer = setInterval(() => {
    if (clock.now() >= transfer.expires_at) lookForEnd().catch(() => undefined);
  }, END_INTERVAL_MS);
  endTimer.unref();

  async function lookForEnd(): Promise<void> {
    const latest = await database.read((db) => findTransferParts(db, transferId));
    if (latest === undefined || !hasEnded(latest.transfer.status)) return;
    beats.ring();
    stop();
  }

  function stop(): void {
    stopped.abort();
    unwatch();
    clearInterval(endTimer);
    clearTimeout(progressTimer);
    beats.end();
  }

  async function follow(): Promise<void> {
    if (hasEnded(transfer.status)) return stop();
    const filter = { transferId };
    for await (const event of events.follow(viewer, filter, start.end, stopped.signal)) {
      beats.ring(event);
      if (hasEnded(event.transfer_status)) break;
    }
    stop();
  }
  follow().catch((error: unknown) => {
    stop();
    beats.fail(error);
  });

  return ok({
    async next() {
      const beat = await beats.next();
      return beat === undefined
        ? { done: true as const, value: undefined }
        : { done: false as const, value: { transferId, cause: beat.cause } };
    },
    async return() {
      stop();
      return { done: true as const, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  });
}

/** Merges rings: however many came, one beat is due. After the end a beat that is due still comes. */
function createBeats() {
  let due: { readonly cause: EventRow | null } | undefined;
  let hasEnded = false;
  let failure: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;
  const rouse = () => {
    wake?.();
    wake = undefined;
  };
  return {
    ring(event: EventRow | null = null) {
      const isOfEvents = due === undefined || due.cause !== null;
      due = { cause: isOfEvents ? event : null };
      rouse();
    },
    end() {
      hasEnded = true;
      rouse();
    },
    fail(error: unknown) {
      failure = { error };
      rouse();
    },
    /** Undefined at the end. */
    async next(): Promise<Pick<TransferBeat, 'cause'> | undefined> {
      while (due === undefined && !hasEnded && failure === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (failure !== undefined) throw failure.error;
      const beat = due;
      due = undefined;
      return beat;
    },
  };
}
