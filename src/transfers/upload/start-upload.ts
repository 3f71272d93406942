/** The sender begins the upload of a transfer's file. */
import { type Caller, requireScope, SCOPES, toViewer } from '../../domain/caller.ts';
import { ok, type Result } from '../../domain/result.ts';
import { decide } from '../../domain/transfer.ts';
import { notTheSender } from '../cancel-transfer.ts';
import { requireAction } from '../recipient-access.ts';
import { saveDecision } from '../save-decision.ts';
import { lockSeenTransfer, type SeenTransfer, seeTransfer, toState } from '../transfer.ts';
import type { TransferContext } from '../transfer-context.ts';

export interface NewUpload {
  /** Bytes; null where the sender will say so later. */
  readonly length: number | null;
  /** `Upload-Metadata` as given. */
  readonly metadata: string | null;
}

/** The transfer for its sender: TRANSFER_NOT_FOUND, or NOT_THE_SENDER for one who sees it otherwise. */
export async function seeAsSender(
  { database }: TransferContext,
  caller: Caller,
  id: string,
): Promise<Result<SeenTransfer>> {
  const allowed = requireScope(caller, SCOPES.write);
  if (!allowed.ok) return allowed;
  const seen = await database.read((db) => seeTransfer(db, toViewer(caller), id));
  if (!seen.ok || seen.value.viewerRoles.includes('SENDER')) return seen;
  return notTheSender(caller, id);
}

/** NO_ACCESS_TO_RESOURCE where the sender's right to send was taken back. */
export async function requireSend(
  { database, policy }: TransferContext,
  { transfer }: SeenTransfer,
): Promise<Result<undefined>> {
  return database.read((db) => requireAction(db, policy, { transfer }, transfer.sender_id, 'SEND'));
}

/** UPLOAD_STARTED; the 24-hour clock begins here. Once more before a byte has come changes nothing. */
export async function startUpload(
  { database, clock, ids }: TransferContext,
  caller: Caller,
  id: string,
  { length, metadata }: NewUpload,
): Promise<Result<undefined>> {
  const now = clock.now();
  return database.write(async (tx): Promise<Result<undefined>> => {
    const seen = await lockSeenTransfer(tx, toViewer(caller), id);
    if (!seen.ok) return seen;
    const decision = decide(toState(seen.value), { type: 'startUpload' });
    if (!decision.ok) return decision;
    if (decision.value.status === undefined) return ok(undefined);
    const begun = { length, metadata, started_at: now };
    await tx.updateTable('upload').set(begun).where('id', '=', seen.value.upload.id).execute();
    const upload = { ...seen.value.upload, ...begun };
    const saving = { ids, now, actor: caller };
    await saveDecision(tx, saving, { ...seen.value, upload }, decision.value);
    return ok(undefined);
  });
}
