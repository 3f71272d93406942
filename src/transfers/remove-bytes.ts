/** The stored bytes of a transfer's file go, for good. */
import { fail } from '../domain/result.ts';
import type { Storage } from '../storage/index.ts';
import type { TransferParts } from './transfer.ts';
import type { TransferContext } from './transfer-context.ts';
import { recordOffset } from './upload/judge-upload.ts';
import type { UploadEngine } from './upload/upload-engine.ts';

/** A running upload is told that it has ended; a running download reads on. May be run again after a crash. */
export async function removeBytes(
  context: TransferContext,
  storage: Storage,
  uploads: UploadEngine,
  { transfer, file, upload }: TransferParts,
  why: string,
): Promise<void> {
  const message = `The upload of transfer ${transfer.id} has ended: ${why}.`;
  await uploads.end(transfer.id, fail('UPLOAD_ENDED', message).error);
  const stored = (await storage.size(file.id)) ?? 0;
  // Noted before they go, so that a crash in between does not forget that there were bytes to tell of.
  if (stored > 0 && upload.offset_flushed === 0) await recordOffset(context, transfer.id, stored);
  await storage.remove(file.id);
}
