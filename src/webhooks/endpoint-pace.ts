/** How fast one endpoint is sent to: in order while there is no hurry, several at once in a crowd, and gently while it fails. */

/** As many requests to one endpoint at once. */
const MAX_AT_ONCE = 16;
/** With fewer than so many waiting, they go one after the other and so arrive in order: there is no hurry. */
const CROWD = 16;
/** Unless the endpoint takes longer than this. */
const PATIENCE_MS = 250;
/** An endpoint that takes so long counts as slow. */
const SLOW_MS = 3000;
/** After so many failures in a row first attempts go out slowly: most likely the endpoint is down. */
const DOWN_AFTER = 20;
const DOWN_PAUSE_MS = 1000;

export interface EndpointPace {
  /** Whether the last attempt failed, or nothing was delivered yet since it was failing. */
  readonly isFailing: boolean;
  /** Whether it may take only of the slots that others can spare. */
  readonly isSlow: boolean;
  /** How long nothing may be begun, with so many waiting; Infinity where the end of a request is to be waited for. */
  findWait(waiting: number): number;
  /** How long no first attempt may be begun. */
  firstAttemptPause(): number;
  /** A request begins; the answer is to be called when it has ended. */
  begin(): (isFirst: boolean, isDelivered: boolean) => void;
}

/** `wasFailing` is what is known of the time before. */
export function createEndpointPace(wasFailing: boolean): EndpointPace {
  /** When the requests began that run now, the oldest first. */
  const running = new Set<{ readonly since: number }>();
  let failuresInARow = wasFailing ? 1 : 0;
  let wasSlow = false;
  let firstAttemptAfter = 0;
  /** One at first, then more with each that is delivered. */
  let atOnce = 1;

  return {
    get isFailing() {
      return failuresInARow > 0;
    },
    get isSlow() {
      return failuresInARow > 0 || wasSlow;
    },
    findWait(waiting) {
      const [oldest] = running;
      if (oldest === undefined) return 0;
      if (running.size >= atOnce) return Number.POSITIVE_INFINITY;
      if (waiting >= CROWD) return 0;
      return Math.max(0, oldest.since + PATIENCE_MS - performance.now());
    },
    firstAttemptPause: () => firstAttemptAfter - performance.now(),
    begin() {
      const request = { since: performance.now() };
      running.add(request);
      return (isFirst, isDelivered) => {
        running.delete(request);
        wasSlow = performance.now() - request.since > SLOW_MS;
        failuresInARow = isDelivered ? 0 : failuresInARow + 1;
        atOnce = isDelivered ? Math.min(atOnce + 1, MAX_AT_ONCE) : 1;
        if (isDelivered) firstAttemptAfter = 0;
        else if (isFirst && failuresInARow >= DOWN_AFTER) {
          firstAttemptAfter = performance.now() + DOWN_PAUSE_MS;
        }
      };
    },
  };
}
