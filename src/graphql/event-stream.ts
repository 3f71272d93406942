/**
 * Sends results as server-sent events, by the protocol of graphql-sse in its mode of distinct connections. They flow while
 * what was written gets away, so a slow reader costs no more than one result; one that lets nothing get away for too long
 * is told so and cut.
 */
import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { BrokerError } from '../domain/result.ts';
import { type ResultFlow, startFlow } from './result-flow.ts';
import type { StreamLimits } from './stream-limits.ts';
import { CURSOR, type StreamedResult } from './streamed-result.ts';

export interface EventStreamOptions {
  readonly limits: StreamLimits;
  /** The result as it is sent. */
  readonly toText: (result: StreamedResult) => string;
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
  { limits, toText, onFailure }: EventStreamOptions,
): EventStream {
  let isOver = false;
  let flow: ResultFlow | undefined;
  let tooSlow: NodeJS.Timeout | undefined;

  const ping = setInterval(() => {
    if (!res.writableNeedDrain) res.write(PING);
  }, limits.pingIntervalMs);

  function stop(): void {
    isOver = true;
    clearInterval(ping);
    clearTimeout(tooSlow);
    flow?.stop();
  }

  function end(error?: BrokerError): void {
    if (isOver) return;
    stop();
    if (error !== undefined) res.write(toEvent(JSON.stringify({ errors: [toLastError(error)] })));
    res.end(COMPLETE);
    const farewell = setTimeout(() => res.destroy(), limits.farewellMs);
    res.once('close', () => clearTimeout(farewell));
  }

  function write(result: StreamedResult): boolean {
    if (isOver) return false;
    if (res.write(toEvent(toText(result), result[CURSOR]))) return true;
    tooSlow = setTimeout(
      () => end({ code: 'STREAM_TOO_SLOW', message: 'Events wait, and the client reads none.' }),
      limits.blockedMs,
    );
    return false;
  }

  function fail(error: unknown): void {
    onFailure(error);
    end({ code: 'INTERNAL_ERROR', message: 'The stream failed.' });
  }

  if (res.destroyed) {
    stop();
    leave(results, onFailure);
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
  res.on('drain', () => {
    clearTimeout(tooSlow);
    flow?.resume();
  });
  flow = startFlow(results, { write, end: () => end(), fail });
  return { end, closed };
}

/** Ends a source that nothing was taken from. */
function leave(results: AsyncIterable<ExecutionResult>, onFailure: (error: unknown) => void): void {
  const ended = results[Symbol.asyncIterator]().return?.();
  Promise.resolve(ended).catch(onFailure);
}

function toEvent(text: string, cursor?: string): string {
  const id = cursor === undefined ? '' : `id: ${cursor}\n`;
  return `${id}event: next\ndata: ${text}\n\n`;
}

function toLastError({ code, message }: BrokerError) {
  return { message, extensions: { code } };
}
