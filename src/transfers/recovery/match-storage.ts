/**
 * Makes sure that the storage holds the files of this database before anything is done to them: with the folder of another
 * broker, or one that is not mounted, every file would look lost and every blob like an orphan.
 */
import type { Database, Queries } from '../../database/index.ts';
import type { Storage } from '../../storage/index.ts';
import { MEET_DEADLINE } from '../job-kinds.ts';

/** Matches them for good where neither knows another. Throws an Error that says what does not fit. */
export async function matchStorage(database: Database, storage: Storage): Promise<void> {
  const stored = await storage.readId();
  const { storage_id: expected, epoch } = await database.read((db) =>
    db.selectFrom('history').select(['storage_id', 'epoch']).executeTakeFirstOrThrow(),
  );
  if (stored !== null && stored !== (expected ?? epoch)) {
    throw new Error(
      `its storage-id is ${stored}, and the database's files lie in the storage ${expected ?? epoch}`,
    );
  }
  // A storage that an earlier version filled has no id yet, and neither does its database.
  if (stored === null && expected !== null && (await database.read(expectsFiles))) {
    throw new Error(
      `it has no storage-id, and the database expects its files in the storage ${expected}`,
    );
  }
  const id = expected ?? epoch;
  // The storage first: with this id it is known to this database also where a crash comes in between.
  if (stored === null) await storage.writeId(id);
  if (expected === null) {
    await database.write((tx) => tx.updateTable('history').set({ storage_id: id }).execute());
  }
}

/** Whether bytes of a transfer that has not ended have been received. */
async function expectsFiles(db: Queries): Promise<boolean> {
  const file = await db
    .selectFrom('job')
    .innerJoin('upload', 'upload.transfer_id', 'job.subject')
    .select('upload.id')
    .where('job.kind', '=', MEET_DEADLINE)
    .where('upload.offset_flushed', '>', 0)
    .limit(1)
    .executeTakeFirst();
  return file !== undefined;
}
