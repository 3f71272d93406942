/** How far uploads are, told in this process as bytes land. It carries no promise: the log tells what counts. */

export interface UploadProgress {
  /** The offset of an upload that this process has open; undefined for others (their row says it then). */
  currentOffset(transferId: string): number | undefined;
  /** Calls the listener when bytes of the upload have landed; answers how to stop. */
  watch(transferId: string, listener: () => void): () => void;
}

export interface UploadProgressBoard extends UploadProgress {
  set(transferId: string, offset: number): void;
  clear(transferId: string): void;
}

export function createUploadProgress(): UploadProgressBoard {
  const offsets = new Map<string, number>();
  const listeners = new Map<string, Set<() => void>>();
  return {
    currentOffset: (transferId) => offsets.get(transferId),
    set(transferId, offset) {
      offsets.set(transferId, offset);
      for (const listener of listeners.get(transferId) ?? []) listener();
    },
    clear(transferId) {
      offsets.delete(transferId);
    },
    watch(transferId, listener) {
      const all = listeners.get(transferId) ?? new Set();
      listeners.set(transferId, all.add(listener));
      return () => {
        all.delete(listener);
        if (all.size === 0) listeners.delete(transferId);
      };
    },
  };
}
