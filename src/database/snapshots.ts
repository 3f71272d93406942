/** Reading on transactions that nothing is written in, and standing in line for those that are few. */
import type { ControlledTransaction } from 'kysely';
import { type Database, DatabaseClosedError, type Snapshot } from './database.ts';
import type { Tables } from './tables.ts';

/** Snapshots for long queries that are open at once. Each may keep a processor busy. */
export const MAX_ASIDE = 4;

/** The snapshot that a transaction has until it is released; it may be released twice. */
export function toSnapshot(transaction: ControlledTransaction<Tables>): Snapshot {
  return {
    db: transaction,
    async release() {
      if (!transaction.isCommitted && !transaction.isRolledBack) {
        await transaction.rollback().execute();
      }
    },
  };
}

/** Reads each on a snapshot of its own. */
export function readBy(snapshot: Database['snapshot']): Database['read'] {
  return async (query) => {
    const { db, release } = await snapshot();
    try {
      return await query(db);
    } finally {
      await release();
    }
  };
}

export interface LimitedSnapshots {
  /** Opens one, or waits in line until there is room for it. */
  snapshot(): Promise<Snapshot>;
  /** From now on everybody is refused, also who waits in line. Snapshots that are open stay as they are. */
  close(): void;
}

/** Lets no more than `most` snapshots be open at once. The line knows no time limit, as those of connection pools do. */
export function limitSnapshots(most: number, open: () => Promise<Snapshot>): LimitedSnapshots {
  const line: { readonly enter: () => void; readonly refuse: (error: Error) => void }[] = [];
  let free = most;
  let isClosed = false;

  function enter(): Promise<void> {
    if (isClosed) return Promise.reject(new DatabaseClosedError());
    if (free === 0) return new Promise((enter, refuse) => line.push({ enter, refuse }));
    free -= 1;
    return Promise.resolve();
  }

  function leave(): void {
    const next = line.shift();
    if (next === undefined) free += 1;
    else next.enter();
  }

  return {
    async snapshot() {
      await enter();
      try {
        const { db, release } = await open();
        let released: Promise<void> | undefined;
        return {
          db,
          release() {
            released ??= release().finally(leave);
            return released;
          },
        };
      } catch (error) {
        leave();
        throw error;
      }
    },
    close() {
      isClosed = true;
      for (const { refuse } of line.splice(0)) refuse(new DatabaseClosedError());
    },
  };
}
