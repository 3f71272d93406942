/** Those who want to be told of every commit. */
import type { Database } from './database.ts';

export interface CommitListeners {
  readonly add: Database['onCommit'];
  tell(): void;
}

export function createCommitListeners(): CommitListeners {
  const listeners = new Set<() => void>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell() {
      for (const listener of listeners) listener();
    },
  };
}
