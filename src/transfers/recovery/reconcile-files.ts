/**
 * Compares what is stored with what the database says, when the broker starts: bytes that belong to nothing go, and a
 * transfer whose file is not there has failed.
 */
import type { Queries } from '../../database/index.ts';
import { findDueAct } from '../../domain/transfer-deadline.ts';
import { hasEnded, type TransferStatus } from '../../domain/transfer-status.ts';
import { scheduleJob } from '../../jobs/index.ts';
import type { Storage } from '../../storage/index.ts';
import { DELETE_FILE, MEET_DEADLINE } from '../job-kinds.ts';
import { findTransferParts, toDeadlineFacts } from '../transfer.ts';
import type { TransferContext } from '../transfer-context.ts';
import { loseFile } from '../upload/judge-upload.ts';

/** As many keys or rows as are asked for at once. */
const BATCH = 500;
/** Those whose whole file was received; an upload under way is put right by itself. */
const STORED: readonly TransferStatus[] = [
  'UPLOAD_PROCESSING',
  'PUBLISHED',
  'ALL_CONFIRMED_DOWNLOADED',
];

export interface ReconciledFiles {
  /** Blobs that belonged to no file, and were deleted. */
  readonly orphans: number;
  /** Transfers whose file is missing or too short: they failed. */
  readonly lost: readonly string[];
}

/** Nothing else may write yet. `comparesSizes`: also look at how long each file is, as after a power cut. */
export async function reconcileFiles(
  context: TransferContext,
  storage: Storage,
  { comparesSizes }: { readonly comparesSizes: boolean },
): Promise<ReconciledFiles> {
  let orphans = 0;
  let found = 0;
  for await (const blobs of storage.list()) {
    for (let start = 0; start < blobs.length; start += BATCH) {
      const keys = blobs.slice(start, start + BATCH).map(({ key }) => key);
      const counted = await matchBlobs(context, storage, keys);
      orphans += counted.orphans;
      found += counted.found;
    }
  }
  const expected = await context.database.read((db) => countStored(db, storage.name));
  const lost = comparesSizes || found < expected ? await failLostFiles(context, storage) : [];
  return { orphans, lost };
}

/** Deletes what belongs to nothing; answers how much that was, and how many blobs are of files that have to be there. */
async function matchBlobs(
  { database, clock }: TransferContext,
  storage: Storage,
  keys: readonly string[],
): Promise<{ readonly orphans: number; readonly found: number }> {
  const rows = await database.read((db) =>
    db
      .selectFrom('file')
      .innerJoin('transfer', 'transfer.id', 'file.transfer_id')
      .select(['file.id', 'transfer.id as transfer_id', 'status', 'file_deleted_at'])
      .where('file.id', 'in', keys)
      .execute(),
  );
  const files = new Map(rows.map((row) => [row.id, row]));
  let orphans = 0;
  let found = 0;
  for (const key of keys) {
    const file = files.get(key);
    if (file === undefined || file.status === 'INITIALIZED' || file.file_deleted_at !== null) {
      await storage.remove(key);
      orphans += 1;
    } else if (STORED.includes(file.status)) found += 1;
    else if (hasEnded(file.status)) {
      // Its deletion is due, whether or not the job for it is there; that it was deleted is to be told.
      const job = { kind: DELETE_FILE, subject: file.transfer_id, dueAt: clock.now() };
      await database.write((tx) => scheduleJob(tx, job));
    }
  }
  return { orphans, found };
}

/** Transfers that have not ended have a deadline each: asking those leaves out all that ended long ago. */
function storedFiles(db: Queries, storageName: string) {
  return db
    .selectFrom('job')
    .innerJoin('transfer', 'transfer.id', 'job.subject')
    .innerJoin('file', 'file.transfer_id', 'transfer.id')
    .where('job.kind', '=', MEET_DEADLINE)
    .where('transfer.status', 'in', STORED)
    .where('file.storage', '=', storageName);
}

async function countStored(db: Queries, storageName: string): Promise<number> {
  const { count } = await storedFiles(db, storageName)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

async function failLostFiles(context: TransferContext, storage: Storage): Promise<string[]> {
  const lost: string[] = [];
  let after = '';
  for (;;) {
    const files = await context.database.read((db) =>
      storedFiles(db, storage.name)
        .select(['transfer.id as transfer_id', 'file.id as key', 'file.size'])
        .where('job.subject', '>', after)
        .orderBy('job.subject')
        .limit(BATCH)
        .execute(),
    );
    for (const { transfer_id, key, size } of files) {
      const stored = await storage.size(key);
      if (stored === size || (await isBeingPurged(context, transfer_id))) continue;
      await loseFile(context, transfer_id, stored !== undefined);
      lost.push(transfer_id);
    }
    const last = files.at(-1);
    if (last === undefined) return lost;
    after = last.transfer_id;
  }
}

/** A purge that was interrupted takes its bytes before it is told of: it is carried on. */
async function isBeingPurged(
  { database, clock }: TransferContext,
  transferId: string,
): Promise<boolean> {
  const parts = await database.read((db) => findTransferParts(db, transferId));
  if (parts === undefined) return false;
  const due = findDueAct(toDeadlineFacts(parts), clock.now());
  return parts.transfer.purge_begun_at !== null || due === 'expire' || due === 'purge';
}
