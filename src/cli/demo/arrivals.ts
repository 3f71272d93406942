/** What comes one by one, awaited by its name. */
import { setTimeout } from 'node:timers/promises';

/** Everything comes within milliseconds; what has not come by now is lost. */
const ARRIVAL_TIMEOUT_MS = 10_000;

export interface Arrivals<Name extends string> {
  add(name: Name): void;
  /** Whoever waits, or comes to wait, is told of it. */
  fail(error: Error): void;
  /** Settles when one of this name has come; throws where it does not, or something has failed. */
  arrived(name: Name): Promise<void>;
}

/** `kind` is what they are, for the message about one that has not come. */
export function createArrivals<Name extends string>(kind: string): Arrivals<Name> {
  const seen = new Set<Name>();
  const waiting = new Map<Name, () => void>();
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  // It is told of by whoever waits.
  failed.catch(() => undefined);

  return {
    add(name) {
      seen.add(name);
      waiting.get(name)?.();
    },
    fail,
    async arrived(name) {
      const timer = new AbortController();
      const arrival = new Promise<void>((resolve) => {
        if (seen.has(name)) resolve();
        else waiting.set(name, resolve);
      });
      const late = setTimeout(ARRIVAL_TIMEOUT_MS, undefined, { signal: timer.signal }).then(() => {
        throw new Error(`The ${kind} ${name} has not come.`);
      });
      late.catch(() => undefined);
      try {
        await Promise.race([failed, arrival, late]);
      } finally {
        timer.abort();
      }
    },
  };
}
