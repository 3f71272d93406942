/** Who may hold a place for long queries: so few that others who ask find some left, and each party one at a time. */
import type { PartyId } from '../domain/party-id.ts';

export interface Turns {
  /** Settles when it is the caller's turn, with what ends it; rejects where the signal is aborted before. */
  take(party: PartyId, signal: AbortSignal): Promise<() => void>;
}

interface Waiting {
  readonly party: PartyId;
  readonly begin: () => void;
}

export function createTurns(atOnce: number): Turns {
  const waiting = new Set<Waiting>();
  const served = new Set<PartyId>();

  /** Who has waited longest and is not served already. */
  function next(): void {
    if (served.size >= atOnce) return;
    const first = [...waiting].find(({ party }) => !served.has(party));
    if (first === undefined) return;
    waiting.delete(first);
    served.add(first.party);
    first.begin();
  }

  return {
    take(party, signal) {
      return new Promise((resolve, reject) => {
        const turn = {
          party,
          begin() {
            signal.removeEventListener('abort', giveUp);
            let hasEnded = false;
            resolve(() => {
              if (hasEnded) return;
              hasEnded = true;
              served.delete(party);
              next();
            });
          },
        };
        const giveUp = () => {
          waiting.delete(turn);
          reject(signal.reason);
        };
        if (signal.aborted) return giveUp();
        signal.addEventListener('abort', giveUp, { once: true });
        waiting.add(turn);
        next();
      });
    },
  };
}
