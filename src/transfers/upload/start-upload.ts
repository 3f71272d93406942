/** The sender begins the upload of a transfer's file. */
import { type Caller, requireScope, SCOPES, toViewer } from '../../domain/caller.ts';
import { ok, type Result } from '../../domain/result.ts';
import { decide } from '../../domain/transfer.ts';
import { notTheSender } from '../cancel-transfer.ts';
import { requireAction } from '../recipient-access.ts';
import { saveDecision } from '../save-decision.ts';
import { type SeenTransfer, seeTransfer, toState } from '../transfer.ts';
import type { TransferContext } from '../transfer-context.ts';

export interface NewUpload {
  /** Bytes; null where the sender will say so later. */
  readonly length: number | null;
  /** `Upload-Metadata` as given. */
  readonly metadata: string | null;
}

/** What the sender of an upload sees of it, and whether it may send. */
export async function seeAsSender(
  context: TransferContext,
  caller: Caller,
  id: string,
  { mustSend }: { readonly mustSend: boolean },
): Promise<Result<SeenTransfer>> {
  const allowed = requireScope(caller, SCOPES.write);
  if (!allowed.ok) return allowed;
  return context.database.read(async (db) => {
    const seen = await seeTransfer(db, toViewer(caller), id);
    if (!seen.ok) return seen;
    if (!seen.value.viewerRoles.includes('SENDER')) return notTheSender(caller, id);
    if (!mustSend) return seen;
    const access = await requireAction(db, context.policy, seen.value, caller.party, 'SEND');
    return access.ok ? seen : access;
  });
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
    const seen = await seeTransfer(tx, toViewer(caller), id);
    if (!seen.ok) return seen;
    const decision = decide(toState(seen.value), { type: 'startUpload' });
    if (!decision.ok) return decision;
    if (decision.value.status === undefined) return ok(undefined);
    await saveDecision(tx, { ids, now, actor: caller }, seen.value, decision.value);
    await tx
      .updateTable('upload')
      .set({ length, metadata, started_at: now })
      .where('id', '=', seen.value.upload.id)
      .execute();
    return ok(undefined);
  });
}
