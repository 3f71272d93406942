/** When an attempt that failed is made again. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../domain/duration.ts';

/** The pauses after the first failed attempt, the second, and so on; after the last one there is no other. */
export const RETRY_PAUSES_MS: readonly number[] = [
  10 * SECOND_MS,
  30 * SECOND_MS,
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
];

/** How much longer a pause may become, so that what failed together does not come back together. */
const JITTER = 0.1;
/** What an endpoint asks for is obeyed up to this. */
const MAX_RETRY_AFTER_MS = DAY_MS;

/**
 * The pause before the next attempt, after so many that failed; null where none is left. `retryAfterMs` is what the endpoint
 * asked for, and makes it longer but never shorter. `random` is from 0 to 1.
 */
export function retryPauseMs(
  failed: number,
  retryAfterMs: number | null,
  random: number,
): number | null {
  const pause = RETRY_PAUSES_MS[failed - 1];
  if (pause === undefined) return null;
  const wished = Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
  return Math.round(Math.max(pause * (1 + JITTER * random), wished));
}
