/**
 * Makes sure that the storage holds the files of this database before anything is done to them: with the folder of another
 * broker, or one that is not mounted, every file would look lost and every blob like an orphan.
 */
import type { Database, Queries } from '../../database/index.ts';
import type { Storage } from '../../storage/index.ts';
import { MEET_DEADLINE } from '../job-kinds.ts';

/** As many keys of a folder as are asked for at once; more would not tell more. */
const MOST_KEYS = 500;

/** Matches them for good where neither knows another; answers the storage's id. Throws an Error that says what does not fit. */
export async function matchStorage(database: Database, storage: Storage): Promise<string> {
  const stored = await storage.readId();
  const { storage_id: expected, epoch } = await database.read((db) =>
    db.selectFrom('history').select(['storage_id', 'epoch']).executeTakeFirstOrThrow(),
  );
  const id = expected ?? epoch;
  if (stored === null) {
    // An earlier version gave it none: then what lies in it tells whose it is.
    await requireOwnFiles(database, storage, id);
    // The storage first: with this id it is known to this database also where a crash comes in between.
    await storage.writeId(id);
  } else if (stored !== id) {
    throw new Error(
      `its storage-id is ${stored}, and the database's files lie in the storage ${id}`,
    );
  }
  if (expected === null) {
    await database.write((tx) => tx.updateTable('history').set({ storage_id: id }).execute());
  }
  return id;
}

/** The id of the storage in which the files of this database lie; null where none has been matched. */
export async function findStorageId(db: Queries): Promise<string | null> {
  const { storage_id } = await db
    .selectFrom('history')
    .select('storage_id')
    .executeTakeFirstOrThrow();
  return storage_id;
}

/** Why the storage cannot be worked with; null where it has the id. Throws what the storage throws. */
export async function findStorageProblem(
  storage: Storage,
  id: string | null,
): Promise<string | null> {
  const stored = await storage.readId();
  if (stored === id) return null;
  return `the storage ${id} is not there, but ${stored === null ? 'one without a storage-id' : stored}`;
}

/** Throws where files are expected and none of them is there, or others are. */
async function requireOwnFiles(database: Database, storage: Storage, id: string): Promise<void> {
  let found = 0;
  let known = 0;
  for await (const blobs of storage.list()) {
    const keys = blobs.slice(0, MOST_KEYS).map(({ key }) => key);
    found += keys.length;
    known += await database.read((db) => countKnown(db, keys));
    if (known > 0) return;
  }
  if (found > 0) {
    throw new Error('it has no storage-id, and holds files of which the database knows none');
  }
  if (await database.read(expectsFiles)) {
    throw new Error(
      `it has no storage-id and no files, and the database expects its files in the storage ${id}`,
    );
  }
}

async function countKnown(db: Queries, keys: readonly string[]): Promise<number> {
  const { count } = await db
    .selectFrom('file')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('id', 'in', keys)
    .executeTakeFirstOrThrow();
  return count;
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
