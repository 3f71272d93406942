/** How many requests to endpoints run at once in all. */

/** Endpoints that keep failing, often by not answering, leave as many to the others. */
const RESERVED_SHARE = 0.5;

export interface Slots {
  /** Takes one; false where there is none for this kind of endpoint. */
  take(isFailing: boolean): boolean;
  /** Gives one back. */
  free(isFailing: boolean): void;
  /** Calls back once, when there may be one again. */
  whenFree(callback: () => void): void;
}

export function createSlots(total: number): Slots {
  const forFailing = Math.ceil(total * RESERVED_SHARE);
  let taken = 0;
  let takenByFailing = 0;
  let waiting = new Set<() => void>();
  return {
    take(isFailing) {
      if (taken >= total || (isFailing && takenByFailing >= forFailing)) return false;
      taken += 1;
      if (isFailing) takenByFailing += 1;
      return true;
    },
    free(isFailing) {
      taken -= 1;
      if (isFailing) takenByFailing -= 1;
      const woken = waiting;
      waiting = new Set();
      for (const callback of woken) callback();
    },
    whenFree(callback) {
      waiting.add(callback);
    },
  };
}
