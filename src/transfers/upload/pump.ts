/**
 * Moves bytes from a request to a sink in gathered writes: while one batch is written the next one is collected, and the
 * source is paused when that is full. Nothing is lost at a cut: what has arrived is written before it answers.
 */
import type { Readable } from 'node:stream';

/** Writes gathered to this size take about two thirds of the CPU that a default write stream takes. */
const BATCH_BYTES = 1024 * 1024;
/** A trickle is written after this long, so that what has arrived counts. */
const LINGER_MS = 50;

/** How a source came to its end. */
export type PumpEnd =
  | 'complete'
  /** The client went away. */
  | 'cut'
  /** The signal was aborted. */
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
    const idle = setTimeout(() => end('idle'), idleMs);
    let linger: NodeJS.Timeout | undefined;

    function onData(chunk: Buffer): void {
      idle.refresh();
      const allowed = limit - received;
      received += chunk.length;
      if (chunk.length > allowed) {
        if (allowed > 0) collect(chunk.subarray(0, allowed));
        end('tooLong');
        return;
      }
      collect(chunk);
      if (batchBytes >= BATCH_BYTES) {
        if (isWriting) source.pause();
        else writeBatch();
      } else if (!isWriting) {
        linger ??= setTimeout(writeBatch, LINGER_MS);
      }
    }

    function collect(chunk: Buffer): void {
      batch.push(chunk);
      batchBytes += chunk.length;
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
      ended = how;
      stopListening();
      if (isWriting) return;
      if (batchBytes > 0) writeBatch();
      else resolve(how);
    }

    const onEnd = () => end('complete');
    const onCut = () => end('cut');
    const onAbort = () => end('interrupted');

    function stopListening(): void {
      clearTimeout(idle);
      clearTimeout(linger);
      source.off('data', onData);
      source.off('end', onEnd);
      source.off('close', onCut);
      signal.removeEventListener('abort', onAbort);
      // The error listener stays: a connection that breaks later has to find somebody.
      source.pause();
    }

    source.on('error', onCut);
    if (signal.aborted) {
      end('interrupted');
    } else if (source.readableEnded) {
      end('complete');
    } else if (source.destroyed) {
      end('cut');
    } else {
      signal.addEventListener('abort', onAbort, { once: true });
      source.on('data', onData);
      source.on('end', onEnd);
      source.on('close', onCut);
    }
  });
}
