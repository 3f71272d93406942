/** How many requests to endpoints run at once in all, and who is next. */

/** Endpoints that fail or answer slowly leave as many to the others. */
const RESERVED_SHARE = 0.5;

/** So many test requests run at once. */
export const MAX_TESTS = 32;

export interface Slots {
  /** Takes one; false where there is none for this kind of endpoint. */
  take(isSlow: boolean): boolean;
  /** Gives one back. */
  free(isSlow: boolean): void;
  /** Calls back once, when there may be one: who has waited longest first. */
  whenFree(isSlow: boolean, callback: () => void): void;
}

export function createSlots(total: number): Slots {
  const forSlow = Math.ceil(total * RESERVED_SHARE);
  const waiting = new Set<() => void>();
  const waitingSlowly = new Set<() => void>();
  let taken = 0;
  let takenSlowly = 0;

  const isFree = (isSlow: boolean) => taken < total && (!isSlow || takenSlowly < forSlow);

  /** One after the other, for as long as there are slots: whoever is called takes one, or has no use for it any more. */
  function call(callbacks: Set<() => void>, isSlow: boolean): void {
    // Who comes back for more waits behind the others, and for the next one that is given back.
    for (const callback of [...callbacks]) {
      if (!isFree(isSlow)) return;
      callbacks.delete(callback);
      callback();
    }
  }

  return {
    take(isSlow) {
      if (!isFree(isSlow)) return false;
      taken += 1;
      if (isSlow) takenSlowly += 1;
      return true;
    },
    free(isSlow) {
      taken -= 1;
      if (isSlow) takenSlowly -= 1;
      call(waiting, false);
      call(waitingSlowly, true);
    },
    whenFree(isSlow, callback) {
      (isSlow ? waitingSlowly : waiting).add(callback);
    },
  };
}
