/** Who may hold a place for long queries: so few that others who ask find some left. */

export interface Turns {
  /** Settles when it is the caller's turn, with what ends it; rejects where the signal is aborted before. */
  take(signal: AbortSignal): Promise<() => void>;
}

export function createTurns(atOnce: number): Turns {
  const waiting = new Set<() => void>();
  let taken = 0;

  function next(): void {
    const [first] = waiting;
    if (first === undefined || taken >= atOnce) return;
    waiting.delete(first);
    first();
  }

  return {
    take(signal) {
      return new Promise((resolve, reject) => {
        const giveUp = () => {
          waiting.delete(begin);
          reject(signal.reason);
        };
        const begin = () => {
          signal.removeEventListener('abort', giveUp);
          taken += 1;
          let hasEnded = false;
          resolve(() => {
            if (hasEnded) return;
            hasEnded = true;
            taken -= 1;
            next();
          });
        };
        if (signal.aborted) return giveUp();
        signal.addEventListener('abort', giveUp, { once: true });
        waiting.add(begin);
        next();
      });
    },
  };
}
