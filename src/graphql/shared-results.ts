/**
 * What goes to many is made once: the result of an event for a selection is computed once and given to all for whom it
 * holds. What is marked in the schema is decided from the document; what an execution asked of its caller decides in any case.
 */
import type { Caller } from '../domain/caller.ts';
import type { Selection } from './selection.ts';
import type { Validity } from './shared-operation.ts';
import type { StreamedResult } from './streamed-result.ts';

/** Who asks for a result. */
export interface Asker {
  readonly caller: Caller;
  readonly selection: Selection;
}

/** A result and for whom else than its caller it holds. */
export interface Execution {
  readonly result: StreamedResult;
  readonly validity: Validity;
}

/** Results of what happened just now. */
export interface SharedResults {
  /** The result of what happened at a position of the log; it is executed where there is none yet that holds for who asks. */
  get(position: number, asker: Asker, execute: () => Promise<Execution>): Promise<Execution>;
}

/** Results tell of things as they are now, so one is given for a moment and no longer. */
const KEPT_MS = 1000;

interface Kept {
  readonly execution: Promise<Execution>;
  readonly caller: Caller;
  readonly madeAt: number;
}

/** `now` is in milliseconds of any clock that does not go back. */
export function createSharedResults(now: () => number = () => performance.now()): SharedResults {
  /** The oldest first. */
  const kept = new Map<string, Kept>();
  let timer: NodeJS.Timeout | undefined;

  function forget(): void {
    timer = undefined;
    const before = now() - KEPT_MS;
    for (const [key, { madeAt }] of kept) {
      if (madeAt > before) break;
      kept.delete(key);
    }
    if (kept.size > 0) schedule();
  }

  function schedule(): void {
    if (timer !== undefined) return;
    timer = setTimeout(forget, KEPT_MS);
    timer.unref();
  }

  /** Undefined where what there is does not hold for the caller. */
  async function once(
    key: string,
    caller: Caller,
    execute: () => Promise<Execution>,
  ): Promise<Execution | undefined> {
    let found = kept.get(key);
    if (found === undefined || found.madeAt <= now() - KEPT_MS) {
      kept.delete(key);
      found = { execution: execute(), caller, madeAt: now() };
      kept.set(key, found);
      schedule();
    }
    try {
      const execution = await found.execution;
      return holdsFor(execution, found.caller, caller) ? execution : undefined;
    } catch (error) {
      // The next one tries again.
      if (kept.get(key) === found) kept.delete(key);
      throw error;
    }
  }

  return {
    async get(position, { caller, selection }, execute) {
      const key = `${position} ${selection.key}`;
      const shared = selection.dependsOnViewer ? undefined : await once(key, caller, execute);
      if (shared !== undefined) return shared;
      return (await once(`${key} ${viewerKey(caller)}`, caller, execute)) ?? execute();
    },
  };
}

/** Equal for callers that see the same. */
export function viewerKey({ party, scopes }: Caller): string {
  return JSON.stringify([party, ...scopes.toSorted()]);
}

function holdsFor({ validity }: Execution, maker: Caller, caller: Caller): boolean {
  if (validity === 'everybody' || maker === caller) return true;
  return validity === 'viewer' && viewerKey(maker) === viewerKey(caller);
}
