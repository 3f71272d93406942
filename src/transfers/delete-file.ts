/** The bytes of an ended transfer go, and FILE_DELETED tells of it. */
import { decide } from '../domain/transfer.ts';
import type { Storage } from '../storage/index.ts';
import { removeBytes } from './remove-bytes.ts';
import { saveDecision } from './save-decision.ts';
import { findTransferParts, lockTransferParts, toState } from './transfer.ts';
import type { TransferContext } from './transfer-context.ts';
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
  await removeBytes(context, storage, uploads, parts, parts.transfer.status);
  await database.write(async (tx) => {
    const latest = await lockTransferParts(tx, transferId);
    if (latest === undefined) return;
    const decision = decide(toState(latest), { type: 'deleteFile' });
    if (decision.ok) {
      await saveDecision(tx, { ids, now: clock.now(), actor: null }, latest, decision.value);
    }
  });
}
