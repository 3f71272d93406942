/** Wakes whoever waits for news. It carries no data, so that a lost ring costs a moment and never an event. */

export interface Bell {
  /** Wakes everybody who waits now. */
  ring(): void;
  /** Settles at the next ring or when the signal is aborted, and leaves nothing behind. */
  wait(signal: AbortSignal): Promise<void>;
  /** How many wait. */
  readonly waiting: number;
}

export function createBell(): Bell {
  // A set of callbacks rather than one shared promise: racing against a promise that never settles leaks each racer.
  let waiters = new Set<() => void>();
  return {
    ring() {
      const woken = waiters;
      waiters = new Set();
      for (const wake of woken) wake();
    },
    wait(signal) {
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = () => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        const leave = () => {
          waiters.delete(wake);
          resolve();
        };
        waiters.add(wake);
        signal.addEventListener('abort', leave, { once: true });
      });
    },
    get waiting() {
      return waiters.size;
    },
  };
}
