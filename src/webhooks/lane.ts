/** One webhook's work, as long as the webhook stays as it is. */
import type { Database } from '../database/index.ts';
import type { Clock, IdSource } from '../domain/clock.ts';
import type { EventLog } from '../events/index.ts';
import type { Outcomes } from './outcomes.ts';
import type { Poster } from './post.ts';
import type { Slots } from './slots.ts';

export interface Lane {
  /** Something may be due that it does not know of. */
  wake(): void;
  /** Begins nothing any more; what runs may come to its end for so long, and is then cut and sent again by who comes next. */
  stop(graceMs: number): Promise<void>;
}

export interface LaneContext {
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly poster: Poster;
  readonly outcomes: Outcomes;
  readonly slots: Slots;
  /** Where clients reach the broker. */
  readonly publicUrl: () => string;
  /** To be called after a commit that changed the webhook: then this lane is stopped, and another takes its place. */
  readonly changed: () => void;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly onError: (error: unknown, webhookId: string) => void;
}

/** How long after a fault of the database something is tried again. */
export const FAULT_PAUSE_MS = 1000;

/** A timer waits no longer, in case the clock is set. */
export const MAX_TIMER_MS = 1000;

/** Settles after so long, or at once when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
