/**
 * One request at a time per upload, where a new one takes over: the running one is asked to end, and is waited for as long
 * as it takes to flush what it has.
 */

export interface Holder {
  /** Asks the running request to end soon. */
  readonly interrupt: () => void;
}

export interface TakeOverLock {
  readonly isHeld: boolean;
  /**
   * Waits for its turn, asking whoever holds the lock to end. False where that did not happen in time, or the signal was
   * aborted meanwhile.
   */
  acquire(holder: Holder, options: { timeoutMs: number; signal?: AbortSignal }): Promise<boolean>;
  release(holder: Holder): void;
  /** Asks the running request to end, without waiting for a turn. */
  interrupt(): void;
  /** Settles when nobody holds it. */
  whenFree(): Promise<void>;
}

interface Waiting {
  readonly holder: Holder;
  readonly settle: (acquired: boolean) => void;
}

export function createTakeOverLock(): TakeOverLock {
  let current: Holder | undefined;
  const queue: Waiting[] = [];
  let whenFree: (() => void)[] = [];

  function next(): void {
    const waiting = queue.shift();
    if (waiting !== undefined) {
      current = waiting.holder;
      waiting.settle(true);
      // Who comes after is waiting already: this one need not begin anything long.
      if (queue.length > 0) waiting.holder.interrupt();
      return;
    }
    current = undefined;
    const free = whenFree;
    whenFree = [];
    for (const settle of free) settle();
  }

  return {
    get isHeld() {
      return current !== undefined;
    },
    acquire(holder, { timeoutMs, signal }) {
      if (signal?.aborted) return Promise.resolve(false);
      if (current === undefined) {
        current = holder;
        return Promise.resolve(true);
      }
      current.interrupt();
      return new Promise((resolve) => {
        const waiting: Waiting = {
          holder,
          settle(acquired) {
            clearTimeout(timer);
            signal?.removeEventListener('abort', giveUp);
            resolve(acquired);
          },
        };
        const giveUp = () => {
          const index = queue.indexOf(waiting);
          if (index < 0) return;
          queue.splice(index, 1);
          waiting.settle(false);
        };
        const timer = setTimeout(giveUp, timeoutMs);
        signal?.addEventListener('abort', giveUp, { once: true });
        queue.push(waiting);
      });
    },
    release(holder) {
      if (current === holder) next();
    },
    interrupt() {
      current?.interrupt();
    },
    whenFree() {
      if (current === undefined) return Promise.resolve();
      return new Promise((resolve) => whenFree.push(resolve));
    },
  };
}
