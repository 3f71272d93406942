/** Reading on a transaction that nothing is written in. */
import type { ControlledTransaction } from 'kysely';
import type { Database, Snapshot } from './database.ts';
import type { Tables } from './tables.ts';

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
