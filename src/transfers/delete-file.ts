/** The bytes of an ended transfer go, and FILE_DELETED tells of it. */
import { fail } from '../domain/result.ts';
import { decide } from '../domain/transfer.ts';
import type { Storage } from '../storage/index.ts';
import { saveDecision } from './save-decision.ts';
import { findTransferParts, lockTransferParts, toState } from './transfer.ts';
import type { TransferContext } from './transfer-context.ts';
import { recordOffset } from './upload/judge-upload.ts';
import type { UploadEngine } from './upload/upload-engine.ts';

/** May be run again after a crash: every step of it is one that can be repeated. */
export async function deleteFile(
  context: TransferContext,
  storage: Storage,
  uploads: UploadEngine,
  transferId: string,
): Promise<void> {
  const { database, clock, ids } = context;
  const parts = await database.read((db) => findTransferParts(db, transferId));
  if (parts === undefined) return;
  const { status } = parts.transfer;
  const message = `The upload of transfer ${transferId} has ended: ${status}.`;
  await uploads.end(transferId, fail('UPLOAD_ENDED', message).error);
  const stored = (await storage.size(parts.file.id)) ?? 0;
  // Noted before they go, so that a crash in between does not forget that there were bytes to tell of.
  if (stored > 0 && parts.upload.offset_flushed === 0) {
    await recordOffset(context, transferId, stored);
  }
  await storage.remove(parts.file.id);
  await database.write(async (tx) => {
    const latest = await lockTransferParts(tx, transferId);
    if (latest === undefined) return;
    const decision = decide(toState(latest), { type: 'deleteFile' });
    if (decision.ok) {
      await saveDecision(tx, { ids, now: clock.now(), actor: null }, latest, decision.value);
    }
  });
}
