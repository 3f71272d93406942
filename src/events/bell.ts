/** Wakes those who wait for news, one by one. It carries no data, so that a lost ring costs a moment and never an event. */

export interface Bell {
  /** Wakes one of those who wait; nothing where it does not wait now. */
  ring(sleeper: object): void;
  /** Wakes everybody who waits now. */
  ringAll(): void;
  /** Settles when the sleeper is rung for or the signal is aborted, and leaves nothing behind. One wait at a time each. */
  wait(sleeper: object, signal: AbortSignal): Promise<void>;
  /** How many wait. */
  readonly waiting: number;
}

export function createBell(): Bell {
  // Callbacks rather than one shared promise: racing against a promise that never settles leaks each racer.
  const sleepers = new Map<object, () => void>();
  return {
    ring(sleeper) {
      sleepers.get(sleeper)?.();
    },
    ringAll() {
      // Who begins to wait because of this ring waits for the next one.
      for (const wake of [...sleepers.values()]) wake();
    },
    wait(sleeper, signal) {
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = () => {
          sleepers.delete(sleeper);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        sleepers.set(sleeper, wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    },
    get waiting() {
      return sleepers.size;
    },
  };
}
