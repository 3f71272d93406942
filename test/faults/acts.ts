/** What the clients do: how often, with which outcome, and what was under way when the broker was killed. */
import { EventEmitter, once } from 'node:events';

export const ACT_KINDS = [
  'initialize',
  'create',
  'patch',
  'patch with checksum',
  'patch cut by the client',
  'put',
  'put cut by the client',
  'tus client',
  'head of an upload',
  'delete',
  'cancel',
  'download',
  'download of a range',
  'download cut by the client',
  'download by link',
  'confirm',
  'look',
  'log',
] as const;
export type ActKind = (typeof ACT_KINDS)[number];

/** Answered as asked; answered with a refusal that the contract lets; not answered: then either may have happened. */
export type Outcome = 'acknowledged' | 'refused' | 'unknown';

type Counts = Record<Outcome, number> & { underWayAtKills: number };

export interface Acts {
  /** An act begins; the function that is answered ends it. */
  begin(kind: ActKind): () => void;
  count(kind: ActKind, outcome: Outcome): void;
  /** Settles when the next act of the kind begins. Throws what the signal has as its reason. */
  untilBegun(kind: ActKind, signal: AbortSignal): Promise<void>;
  /** The broker is killed now. Answers what was under way. */
  noteKill(): readonly ActKind[];
  counts(kind: ActKind): Readonly<Counts>;
}

export function createActs(): Acts {
  const emitter = new EventEmitter();
  const underWay = new Map<symbol, ActKind>();
  const counted = new Map<ActKind, Counts>(
    ACT_KINDS.map((kind) => [
      kind,
      { acknowledged: 0, refused: 0, unknown: 0, underWayAtKills: 0 },
    ]),
  );
  function countsOf(kind: ActKind): Counts {
    const counts = counted.get(kind);
    if (counts === undefined) throw new Error(`${kind} is no kind of act.`);
    return counts;
  }
  return {
    begin(kind) {
      const act = Symbol(kind);
      underWay.set(act, kind);
      emitter.emit(kind);
      return () => void underWay.delete(act);
    },
    count(kind, outcome) {
      countsOf(kind)[outcome] += 1;
    },
    async untilBegun(kind, signal) {
      await once(emitter, kind, { signal });
    },
    noteKill() {
      const kinds = [...new Set(underWay.values())];
      for (const kind of kinds) countsOf(kind).underWayAtKills += 1;
      return kinds;
    },
    counts: countsOf,
  };
}
