/** Downloads that are being sent in this process, so that a cancelled transfer's can be cut. */

export interface RunningDownloads {
  /** Notes a download; answers how to forget it. */
  add(transferId: string, cut: () => void): () => void;
  cut(transferId: string): void;
}

export function createRunningDownloads(): RunningDownloads {
  const running = new Map<string, Set<() => void>>();
  return {
    add(transferId, cut) {
      const cuts = running.get(transferId) ?? new Set();
      running.set(transferId, cuts.add(cut));
      return () => {
        cuts.delete(cut);
        if (cuts.size === 0 && running.get(transferId) === cuts) running.delete(transferId);
      };
    },
    cut(transferId) {
      for (const cut of running.get(transferId) ?? []) cut();
    },
  };
}
