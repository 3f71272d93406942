/** What the broker does to a transfer by itself when its time has come: give its upload up, remind, purge. */
import type { WriteTransaction } from '../database/index.ts';
import { decide, type TransferCommand } from '../domain/transfer.ts';
import { type DueAct, findDueAct } from '../domain/transfer-deadline.ts';
import type { Storage } from '../storage/index.ts';
import { removeBytes } from './remove-bytes.ts';
import { saveDecision } from './save-decision.ts';
import { scheduleDeadline } from './schedule-deadline.ts';
import { findTransferParts, lockTransferParts, toDeadlineFacts, toState } from './transfer.ts';
import type { TransferContext } from './transfer-context.ts';
import { findUnconfirmed } from './unconfirmed-recipients.ts';
import type { UploadEngine } from './upload/upload-engine.ts';

/**
 * Does what is due of a transfer, and sees to its next deadline. May be run again after a crash, and too early: then it only
 * looks.
 */
export async function meetDeadline(
  context: TransferContext,
  storage: Storage,
  uploads: UploadEngine,
  transferId: string,
): Promise<void> {
  const { database, clock, ids } = context;
  const parts = await database.read((db) => findTransferParts(db, transferId));
  if (parts === undefined) return;
  const now = clock.now();
  const act = findDueAct(toDeadlineFacts(parts), now);
  // A purge is told of when the bytes are gone; from its deadline on no new download begins.
  if (act === 'expire' || act === 'purge') {
    await removeBytes(context, storage, uploads, parts, 'its time is over');
  }
  await database.write(async (tx) => {
    const latest = await lockTransferParts(tx, transferId);
    if (latest === undefined) return;
    // Bytes that came or went meanwhile count; what has been purged has been purged.
    const isPurged = act === 'expire' || act === 'purge';
    const due = isPurged ? act : findDueAct(toDeadlineFacts(latest), now);
    let { transfer } = latest;
    if (due !== null && due === act) {
      const decision = decide(toState(latest), await toCommand(tx, transferId, due));
      if (!decision.ok) throw new Error(`A deadline was refused: ${decision.error.message}`);
      transfer = await saveDecision(tx, { ids, now, actor: null }, latest, decision.value);
    }
    // Where nothing was done, the deadline has moved since it was scheduled, as with each byte of an upload.
    if (transfer === latest.transfer) await scheduleDeadline(tx, latest);
  });
}

async function toCommand(
  tx: WriteTransaction,
  transferId: string,
  act: DueAct,
): Promise<TransferCommand> {
  switch (act) {
    case 'expire':
    case 'remind':
      return { type: act, unconfirmed: await findUnconfirmed(tx, transferId) };
    case 'purge':
      return { type: 'purge' };
    case 'abandon':
      return { type: 'failUpload', failure: 'UPLOAD_ABANDONED' };
  }
}
