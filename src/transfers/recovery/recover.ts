/** What a broker does before it takes requests: whatever ended the one before it, files and rows agree again. */
import { readFile } from 'node:fs/promises';
import type { Storage } from '../../storage/index.ts';
import type { TransferContext } from '../transfer-context.ts';
import type { UploadEngine } from '../upload/upload-engine.ts';
import { reconcileFiles } from './reconcile-files.ts';
import { recoverUploads } from './recover-uploads.ts';

/** What was found and put right. */
export interface Recovery {
  /** Uploads that can go on. */
  readonly resumable: number;
  /** Those of them whose last byte was there already; they are being completed. */
  readonly completed: number;
  /** Blobs that belonged to no file, and were deleted. */
  readonly orphans: number;
  /** Transfers that have failed, because bytes of theirs are missing in the storage. */
  readonly lost: readonly string[];
  /** The machine was started anew since, so of uploads only what had been flushed was kept. */
  readonly afterBoot: boolean;
}

/** Runs alone: nothing else may write yet. Uploads that are whole are completed beside the start. */
export async function recover(
  context: TransferContext,
  storage: Storage,
  engine: UploadEngine,
  onFault: (error: unknown, transferId: string) => void,
): Promise<Recovery> {
  const { database } = context;
  const bootId = await readBootId();
  const history = await database.read((db) =>
    db.selectFrom('history').select('boot_id').executeTakeFirstOrThrow(),
  );
  const isSameBoot = bootId !== null && history.boot_id === bootId;
  const uploads = await recoverUploads(context, storage, isSameBoot);
  const files = await reconcileFiles(context, storage, { comparesSizes: !isSameBoot });
  // Only now: a start that was cut short is made again with the same care.
  await database.write((tx) => tx.updateTable('history').set({ boot_id: bootId }).execute());
  for (const transferId of uploads.whole) {
    // The digest of a large file takes its time.
    completeUpload(engine, transferId).catch((error: unknown) => onFault(error, transferId));
  }
  return {
    resumable: uploads.resumable,
    completed: uploads.whole.length,
    orphans: files.orphans,
    lost: [...uploads.lost, ...files.lost],
    afterBoot: !isSameBoot,
  };
}

async function completeUpload(engine: UploadEngine, transferId: string): Promise<void> {
  const session = await engine.open(transferId);
  if (session !== undefined) await session.complete();
}

/** Differs for each boot of the machine; null where the system does not tell. */
async function readBootId(): Promise<string | null> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    return null;
  }
}
