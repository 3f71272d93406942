/** What the broker does to a transfer by itself when its time has come: give its upload up, remind, purge. */
import type { WriteTransaction } from '../database/index.ts';
import { decide, type TransferCommand } from '../domain/transfer.ts';
import { type DueAct, findDueAct } from '../domain/transfer-deadline.ts';
import type { Storage } from '../storage/index.ts';
import { removeBytes } from './remove-bytes.ts';
import { saveDecision } from './save-decision.ts';
import { scheduleDeadline } from './schedule-deadline.ts';
import {
  findTransferParts,
  lockTransferParts,
  type TransferParts,
  toDeadlineFacts,
  toState,
} from './transfer.ts';
import type { TransferContext } from './transfer-context.ts';
import { findUnconfirmed } from './unconfirmed-recipients.ts';
import type { UploadEngine } from './upload/upload-engine.ts';
import { lastSignOfUpload } from './upload-expiry.ts';

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
  if (findDueAct(toDeadlineFacts(parts), clock.now()) === 'abandon') {
    await noteLastByte(context, uploads, parts);
  }
  const purge = await beginPurge(context, transferId);
  // A purge is told of when the bytes are gone.
  if (purge !== null) await removeBytes(context, storage, uploads, parts, 'its time is over');
  await database.write(async (tx) => {
    const latest = await lockTransferParts(tx, transferId);
    if (latest === undefined) return;
    const now = clock.now();
    const due = purge ?? findDueAct(toDeadlineFacts(latest), now);
    let { transfer } = latest;
    // What has become due only now has its turn when the bytes can be taken for it.
    if (due !== null && (purge !== null || !isPurge(due))) {
      const decision = decide(toState(latest), await toCommand(tx, transferId, due));
      if (!decision.ok) throw new Error(`A deadline was refused: ${decision.error.message}`);
      transfer = await saveDecision(tx, { ids, now, actor: null }, latest, decision.value);
    }
    // Where nothing was done, the deadline has moved since it was scheduled, as with each byte of an upload.
    if (transfer === latest.transfer) await scheduleDeadline(tx, latest);
  });
}

function isPurge(act: DueAct): act is 'expire' | 'purge' {
  return act === 'expire' || act === 'purge';
}

/**
 * Notes that a purge begins, where one is due: from then on nothing else becomes of the file, whatever ends this process, and
 * whatever the clock says then. Answers which purge it is; null where none is due.
 */
async function beginPurge(
  { database, clock }: TransferContext,
  transferId: string,
): Promise<'expire' | 'purge' | null> {
  return database.write(async (tx) => {
    const parts = await lockTransferParts(tx, transferId);
    if (parts === undefined) return null;
    const now = clock.now();
    const begunAt = parts.transfer.purge_begun_at;
    const due = findDueAct(toDeadlineFacts(parts), Math.max(now, begunAt ?? now));
    if (due === null || !isPurge(due)) return null;
    if (begunAt === null) {
      await tx
        .updateTable('transfer')
        .set({ purge_begun_at: now })
        .where('id', '=', transferId)
        .execute();
    }
    return due;
  });
}

/** Bytes that this process has taken and not noted yet are a sign of life too. */
async function noteLastByte(
  { database }: TransferContext,
  uploads: UploadEngine,
  { transfer, upload }: TransferParts,
): Promise<void> {
  const at = await uploads.lastByteAt(transfer.id);
  if (at === null || at <= (lastSignOfUpload(upload) ?? 0)) return;
  await database.write((tx) =>
    tx.updateTable('upload').set({ last_byte_at: at }).where('id', '=', upload.id).execute(),
  );
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
