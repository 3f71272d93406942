/**
 * Moves bytes from a request to a sink in gathered writes: while one batch is written the next one is collected, and the
 * source is paused when that is full. Nothing is lost at a cut: what has arrived is written before it answers.
 */
import type { Readable } from 'node:stream';

/** Writes gathered to this size take about two thirds of the CPU that a default write stream takes. */
const BATCH_BYTES = 1024 * 1024;
/** A trickle is written after this long, so that what has arrived counts. */
const LINGER_MS = 50;
/** Who is asked to end still takes what is on its way: until nothing has come for this long … */
const QUIET_MS = 30;
/** … but no longer than this. */
const LAST_BYTES_MS = 1000;

/** How a source came to its end. */
export type PumpEnd =
  | 'complete'
  /** The client went away. */
  | 'cut'
  /** The signal was aborted; what was on its way has been taken. */
  | 'interrupted'
  /** No byte came for too long. */
  | 'idle'
  /** More bytes came than the limit; those beyond it were not written. */
  | 'tooLong';

export interface PumpOptions {
  /** As many bytes as may come. */
  readonly limit: number;
  readonly idleMs: number;
  readonly signal: AbortSignal;
  /** Writes a batch; what it throws ends the pump. */
  readonly write: (batch: readonly Buffer[]) => Promise<void>;
}

/** Settles when the source has ended, in whatever way, and everything that arrived has been written. */
export function pump(
  source: Readable,
  { limit, idleMs, signal, write }: PumpOptions,
): Promise<PumpEnd> {
  return new Promise((resolve, reject) => {
    let batch: Buffer[] = [];
    let batchBytes = 0;
    let received = 0;
    let isWriting = false;
    let ended: PumpEnd | undefined;
    const idle = setTimeout(() => {
      // While the sink is slow it is not the source that keeps still.
      if (source.isPaused()) idle.refresh();
      else end('idle');
    }, idleMs);
    let quiet: NodeJS.Timeout | undefined;
    let lastBytes: NodeJS.Timeout | undefined;
    let linger: NodeJS.Timeout | undefined;

    function onData(chunk: Buffer): void {
      idle.refresh();
      quiet?.refresh();
      if (!collect(chunk)) {
        end('tooLong');
        return;
      }
      if (batchBytes >= BATCH_BYTES) {
        if (isWriting) source.pause();
        else writeBatch();
      } else if (!isWriting) {
        linger ??= setTimeout(writeBatch, LINGER_MS);
      }
    }

    /** False where the chunk goes beyond the limit. */
    function collect(chunk: Buffer): boolean {
      received += chunk.length;
      if (received > limit) return false;
      batch.push(chunk);
      batchBytes += chunk.length;
      return true;
    }

    /** What the source still holds, also when its connection has gone. */
    function collectBuffered(): boolean {
      for (;;) {
        const chunk: Buffer | null = source.read();
        if (chunk === null) return true;
        if (!collect(chunk)) return false;
      }
    }

    function writeBatch(): void {
      clearTimeout(linger);
      linger = undefined;
      if (isWriting || batchBytes === 0) return;
      const written = batch;
      batch = [];
      batchBytes = 0;
      isWriting = true;
      write(written).then(onWritten, onFailed);
    }

    function onWritten(): void {
      isWriting = false;
      if (ended !== undefined) {
        if (batchBytes > 0) writeBatch();
        else resolve(ended);
        return;
      }
      if (batchBytes >= BATCH_BYTES) writeBatch();
      else if (batchBytes > 0) linger ??= setTimeout(writeBatch, LINGER_MS);
      source.resume();
    }

    function onFailed(error: unknown): void {
      stopListening();
      reject(error);
    }

    function end(how: PumpEnd): void {
      if (ended !== undefined) return;
      stopListening();
      ended = how === 'tooLong' || collectBuffered() ? how : 'tooLong';
      if (isWriting) return;
      if (batchBytes > 0) writeBatch();
      else resolve(ended);
    }

    const onEnd = () => end('complete');
    const onCut = () => end('cut');
    const onAbort = () => {
      quiet = setTimeout(() => end('interrupted'), QUIET_MS);
      lastBytes = setTimeout(() => end('interrupted'), LAST_BYTES_MS);
    };

    function stopListening(): void {
      for (const timer of [idle, quiet, lastBytes, linger]) clearTimeout(timer);
      linger = undefined;
      source.off('data', onData);
      source.off('end', onEnd);
      source.off('close', onCut);
      signal.removeEventListener('abort', onAbort);
      // The error listener stays: a connection that breaks later has to find somebody.
      source.pause();
    }

    source.on('error', onCut);
    if (source.readableEnded) {
      end('complete');
    } else if (source.destroyed) {
      end('cut');
    } else {
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
      source.on('data', onData);
      source.on('end', onEnd);
      source.on('close', onCut);
    }
  });
}
