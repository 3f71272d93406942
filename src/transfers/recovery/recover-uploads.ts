/**
 * Puts unfinished uploads right when the broker starts. After a crash everything that was written is in the file; after a
 * power cut only what was flushed can be trusted.
 */
import type { Storage } from '../../storage/index.ts';
import type { UploadRow } from '../transfer.ts';
import type { TransferContext } from '../transfer-context.ts';
import { loseFile } from '../upload/judge-upload.ts';

export interface RecoveredUploads {
  /** How many can go on. */
  readonly resumable: number;
  /** Transfers of those whose last byte was there already: they are to be completed. */
  readonly whole: readonly string[];
  /** Transfers whose file has fewer bytes than were promised: they failed. */
  readonly lost: readonly string[];
}

/** `isSameBoot`: the machine has not been started anew since, so that everything that was written is there. */
export async function recoverUploads(
  context: TransferContext,
  storage: Storage,
  isSameBoot: boolean,
): Promise<RecoveredUploads> {
  const { database, clock } = context;
  // What has expired is purged, and its bytes may be gone for that already.
  const uploads = await database.read((db) =>
    db
      .selectFrom('upload')
      .innerJoin('transfer', 'transfer.id', 'upload.transfer_id')
      .selectAll('upload')
      .where('started_at', 'is not', null)
      .where('finished_at', 'is', null)
      .where('expires_at', '>', clock.now())
      .where('purge_begun_at', 'is', null)
      .execute(),
  );
  const lost: string[] = [];
  const whole: string[] = [];
  for (const upload of uploads) {
    const size = await storage.size(upload.file_id);
    const stored = size ?? 0;
    if (stored < upload.offset_flushed) {
      lost.push(upload.transfer_id);
      await loseFile(context, upload.transfer_id, size !== undefined);
      continue;
    }
    const trusted = isSameBoot ? stored : upload.offset_flushed;
    // Of a piece with a checksum nothing counts before the checksum was compared.
    const offset = Math.min(upload.pending_from ?? trusted, trusted);
    await setRight(context, storage, upload, stored, offset);
    if (offset === upload.length) whole.push(upload.transfer_id);
  }
  return { resumable: uploads.length - lost.length, whole, lost };
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
