/** Ends a stream with its token, though not while it is young. */
import type { Clock } from '../domain/clock.ts';

/** Timers run at once with a longer delay than this. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export interface StreamAge {
  readonly clock: Clock;
  /** Epoch milliseconds. */
  readonly openedAt: number;
  readonly tokenExpiresAt: number;
  readonly tokenGraceMs: number;
}

/** Calls `onEnd` when the stream's time is over; answers how to call that off. */
export function scheduleStreamEnd(
  { clock, openedAt, tokenExpiresAt, tokenGraceMs }: StreamAge,
  onEnd: () => void,
): () => void {
  const endsAt = Math.max(tokenExpiresAt, openedAt + tokenGraceMs);
  let timer: NodeJS.Timeout;
  function wait(): void {
    const left = endsAt - clock.now();
    timer = setTimeout(left > 0 ? check : onEnd, Math.min(Math.max(left, 0), MAX_DELAY_MS));
    timer.unref();
  }
  // The clock decides, not the timer: it may have been set, or the delay was cut to what timers can.
  function check(): void {
    if (clock.now() >= endsAt) onEnd();
    else wait();
  }
  wait();
  return () => clearTimeout(timer);
}
