/**
 * One WebSocket as graphql-ws sees it, and as streams push results into it. It pings, cuts a peer that is gone, and ends a
 * connection whose reader is too slow. Streams stop where something waits to be sent, so that only many of them, or large
 * results, pile up.
 */
import { CloseCode, type WebSocket as GraphQLSocket } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { StreamLimits } from './stream-limits.ts';

/** Streams go on while no more than this waits to be sent. */
const FULL_BYTES = 64 * 1024;
/** A close frame has room for this much. */
const MAX_REASON_BYTES = 123;

export interface SocketConnection extends GraphQLSocket {
  /** Ends the connection once; the streams on it end at once, whether or not the peer answers. */
  close(code: number, reason: string): void;
  /** Sends a text; false where no more is wanted until `onDrain` is called. */
  push(text: string, onDrain: () => void): boolean;
}

export interface SocketConnectionOptions {
  readonly limits: StreamLimits;
  /** Called once, when the connection ends. */
  readonly onEnd: (code: number, reason: string) => void;
  readonly onFailure: (error: unknown) => void;
}

export function openSocketConnection(
  socket: WebSocket,
  { limits, onEnd, onFailure }: SocketConnectionOptions,
): SocketConnection {
  let isOver = false;
  let isAlive = true;
  let unsent = 0;
  let tooSlow: NodeJS.Timeout | undefined;
  /** Streams that wait until there is room. */
  const blocked = new Set<() => void>();

  const ping = setInterval(() => {
    // Behind what a slow reader leaves lying a ping would not get through; that it is slow is judged below.
    if (socket.bufferedAmount > 0) return;
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, limits.pingIntervalMs);

  function end(code: number, reason: string): void {
    if (isOver) return;
    isOver = true;
    clearInterval(ping);
    clearTimeout(tooSlow);
    blocked.clear();
    onEnd(code, reason);
  }

  function close(code: number, reason: string): void {
    if (isOver) return;
    socket.close(code, reason);
    const farewell = setTimeout(() => socket.terminate(), limits.farewellMs);
    socket.once('close', () => clearTimeout(farewell));
    end(code, reason);
  }

  function closeTooSlow(): void {
    close(1013, 'STREAM_TOO_SLOW');
  }

  /** Most messages get away at once, and cost no timer. */
  function write(text: string, onSent: () => void): void {
    unsent += 1;
    socket.send(text, onSent);
    if (tooSlow === undefined && socket.bufferedAmount > 0) watch();
  }

  function watch(): void {
    tooSlow = setTimeout(closeTooSlow, limits.blockedMs);
  }

  /** Each message that gets away gives the others the full time again. One function for all: nothing is made for each. */
  function sent(): void {
    unsent -= 1;
    if (tooSlow !== undefined) {
      clearTimeout(tooSlow);
      tooSlow = undefined;
      if (unsent > 0 && !isOver) watch();
    }
    if (blocked.size === 0 || socket.bufferedAmount > FULL_BYTES) return;
    const woken = [...blocked];
    blocked.clear();
    for (const onDrain of woken) onDrain();
  }

  socket.on('pong', () => {
    isAlive = true;
  });
  // ws closes the socket by itself, with the code that fits.
  socket.on('error', () => undefined);
  socket.once('close', (code, reason) => end(code, String(reason)));

  return {
    protocol: socket.protocol,
    close: (code = CloseCode.InternalServerError, reason = '') => close(code, toReason(reason)),
    async send(data) {
      if (isOver) return;
      if (socket.bufferedAmount > limits.unsentBytes) return closeTooSlow();
      await new Promise<void>((resolve) => {
        write(data, () => {
          sent();
          resolve();
        });
      });
    },
    push(text, onDrain) {
      if (isOver) return false;
      if (socket.bufferedAmount > limits.unsentBytes) {
        closeTooSlow();
        return false;
      }
      write(text, sent);
      if (socket.bufferedAmount <= FULL_BYTES) return true;
      blocked.add(onDrain);
      return false;
    },
    onMessage(handle) {
      socket.on('message', (data) => {
        if (isOver) return;
        handle(String(data)).catch((error: unknown) => {
          if (isUnexpectedMessage(error)) return close(CloseCode.BadRequest, error.message);
          onFailure(error);
          close(CloseCode.InternalServerError, 'Internal server error');
        });
      });
    },
  };
}

/** graphql-ws throws at messages that only a server may send. */
function isUnexpectedMessage(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith('Unexpected message of type');
}

function toReason(text: string): string {
  if (Buffer.byteLength(text) <= MAX_REASON_BYTES) return text;
  return `${Buffer.from(text)
    .toString('latin1')
    .replace(/[^ -~]/g, '?')
    .slice(0, MAX_REASON_BYTES - 3)}...`;
}
