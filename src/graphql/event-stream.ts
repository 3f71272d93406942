/**
 * Sends results as server-sent events, by the protocol of graphql-sse in its mode of distinct connections. A result is
 * taken from the source when the one before has been written away, so a slow reader costs no more than one result; one
 * that lets nothing get away for too long is told so and cut.
 */
import type { ServerResponse } from 'node:http';
import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import type { BrokerError } from '../domain/result.ts';
import type { StreamLimits } from './stream-limits.ts';
import { CURSOR, type StreamedResult } from './subscribe.ts';

export interface EventStreamOptions {
  readonly limits: StreamLimits;
  /** The result as it is sent. */
  readonly present: (result: ExecutionResult) => FormattedExecutionResult;
  /** Told what the source threw. */
  readonly onFailure: (error: unknown) => void;
}

export interface EventStream {
  /** Ends the stream; the error, where there is one, is its last result. */
  end(error?: BrokerError): void;
  /** Settles when the connection is done with. */
  readonly closed: Promise<void>;
}

const PING = ':\n\n';
const COMPLETE = 'event: complete\ndata:\n\n';

/** Writes the head and begins to send. The source is ended with the stream, also when the client goes away. */
export function openEventStream(
  res: ServerResponse,
  results: AsyncIterable<ExecutionResult>,
  { limits, present, onFailure }: EventStreamOptions,
): EventStream {
  const source = results[Symbol.asyncIterator]();
  let isOver = false;
  let wake: (() => void) | undefined;

  const ping = setInterval(() => {
    if (!res.writableNeedDrain) res.write(PING);
  }, limits.pingIntervalMs);

  function stop(): void {
    isOver = true;
    clearInterval(ping);
    wake?.();
    Promise.resolve(source.return?.()).catch(onFailure);
  }

  function end(error?: BrokerError): void {
    if (isOver) return;
    stop();
    if (error !== undefined) res.write(toEvent({ errors: [toLastError(error)] }));
    res.end(COMPLETE);
    const farewell = setTimeout(() => res.destroy(), limits.farewellMs);
    res.once('close', () => clearTimeout(farewell));
  }

  /** Settles when what was written is away, or the stream is over. */
  function drained(): Promise<void> {
    return new Promise((resolve) => {
      const tooSlow = setTimeout(
        () => end({ code: 'STREAM_TOO_SLOW', message: 'Events wait, and the client reads none.' }),
        limits.blockedMs,
      );
      wake = () => {
        clearTimeout(tooSlow);
        res.off('drain', go);
        wake = undefined;
        resolve();
      };
      const go = wake;
      res.once('drain', go);
    });
  }

  async function pump(): Promise<void> {
    while (!isOver) {
      const { done, value } = await source.next();
      if (isOver) return;
      if (done === true) return end();
      if (!res.write(toEvent(present(value), value))) await drained();
    }
  }

  if (res.destroyed) {
    stop();
    return { end, closed: Promise.resolve() };
  }
  const closed = new Promise<void>((resolve) => {
    res.once('close', () => {
      if (!isOver) stop();
      resolve();
    });
  });
  // A write to a connection that has just gone; 'close' follows.
  res.on('error', () => undefined);
  res.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
    'X-Content-Type-Options': 'nosniff',
  });
  // Some browsers hold the head back until something follows it.
  res.write(PING);
  pump().catch((error: unknown) => {
    onFailure(error);
    end({ code: 'INTERNAL_ERROR', message: 'The stream failed.' });
  });
  return { end, closed };
}

function toEvent(result: FormattedExecutionResult, { [CURSOR]: cursor }: StreamedResult = {}) {
  const id = cursor === undefined ? '' : `id: ${cursor}\n`;
  return `${id}event: next\ndata: ${JSON.stringify(result)}\n\n`;
}

function toLastError({ code, message }: BrokerError) {
  return { message, extensions: { code } };
}
