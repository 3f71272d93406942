/**
 * Puts unfinished uploads right when the broker starts. After a crash everything that was written is in the file; after a
 * power cut only what was flushed can be trusted, so the boot of the machine tells which of the two it was.
 */
import { readFile } from 'node:fs/promises';
import type { Storage } from '../../storage/index.ts';
import type { UploadRow } from '../transfer.ts';
import type { TransferContext } from '../transfer-context.ts';
import type { UploadEngine } from './upload-engine.ts';

export interface RecoveredUploads {
  /** Uploads that can go on. */
  readonly resumable: number;
  /** Those of them whose last byte was there already; they are being completed. */
  readonly completed: number;
  /** Uploads whose file has fewer bytes than were promised. */
  readonly damaged: readonly string[];
}

export async function recoverUploads(
  context: TransferContext,
  storage: Storage,
  engine: UploadEngine,
  onFault: (error: unknown, transferId: string) => void,
): Promise<RecoveredUploads> {
  const { database } = context;
  const bootId = await readBootId();
  const [history, uploads] = await database.read(async (db) => [
    await db.selectFrom('history').selectAll().executeTakeFirstOrThrow(),
    await db
      .selectFrom('upload')
      .selectAll()
      .where('started_at', 'is not', null)
      .where('finished_at', 'is', null)
      .execute(),
  ]);
  const trustsTail = bootId !== null && history.boot_id === bootId;
  const damaged: string[] = [];
  let completed = 0;
  for (const upload of uploads) {
    const stored = (await storage.size(upload.file_id)) ?? 0;
    const trusted = upload.pending_from ?? (trustsTail ? stored : upload.offset_flushed);
    const offset = Math.min(trusted, stored);
    if (stored < upload.offset_flushed) damaged.push(upload.transfer_id);
    await setRight(context, storage, upload, stored, offset);
    if (upload.length !== null && offset === upload.length) {
      completed += 1;
      // Beside the start: the digest of a large file takes its time.
      completeUpload(engine, upload.transfer_id).catch((error: unknown) =>
        onFault(error, upload.transfer_id),
      );
    }
  }
  await database.write((tx) => tx.updateTable('history').set({ boot_id: bootId }).execute());
  return { resumable: uploads.length, completed, damaged };
}

async function completeUpload(engine: UploadEngine, transferId: string): Promise<void> {
  const session = await engine.open(transferId);
  if (session !== undefined) await session.complete();
}

async function setRight(
  { database }: TransferContext,
  storage: Storage,
  upload: UploadRow,
  stored: number,
  offset: number,
): Promise<void> {
  // What a killed process wrote counts as flushed from now on: so it has to be.
  if (stored > offset || offset > upload.offset_flushed) {
    const writer = await storage.open(upload.file_id);
    try {
      if (stored > offset) await writer.truncate(offset);
      await writer.flush();
    } finally {
      await writer.close();
    }
  }
  if (upload.offset_flushed === offset && upload.pending_from === null) return;
  await database.write((tx) =>
    tx
      .updateTable('upload')
      .set({ offset_flushed: offset, pending_from: null })
      .where('id', '=', upload.id)
      .execute(),
  );
}

/** Differs for each boot of the machine; null where the system does not tell. */
async function readBootId(): Promise<string | null> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    return null;
  }
}
