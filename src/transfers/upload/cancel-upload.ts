/** The sender gives up an upload that is not finished: its transfer is cancelled with it. */
import { type Caller, requireScope, SCOPES, toViewer } from '../../domain/caller.ts';
import { ok, type Result } from '../../domain/result.ts';
import { decide } from '../../domain/transfer.ts';
import { notTheSender } from '../cancel-transfer.ts';
import { saveDecision } from '../save-decision.ts';
import { seeTransfer, type TransferRow, toState } from '../transfer.ts';
import type { TransferContext } from '../transfer-context.ts';

/** TRANSFER_ALREADY_UPLOADED where the last byte was first, also by a moment: such a file is not the upload's to cancel. */
export async function cancelUpload(
  { database, clock, ids }: TransferContext,
  caller: Caller,
  id: string,
): Promise<Result<TransferRow>> {
  const allowed = requireScope(caller, SCOPES.write);
  if (!allowed.ok) return allowed;
  const now = clock.now();
  return database.write(async (tx): Promise<Result<TransferRow>> => {
    const seen = await seeTransfer(tx, toViewer(caller), id);
    if (!seen.ok) return seen;
    if (!seen.value.viewerRoles.includes('SENDER')) return notTheSender(caller, id);
    const state = toState(seen.value);
    const open = decide(state, { type: 'continueUpload' });
    if (!open.ok) return open;
    const decision = decide(state, { type: 'cancel' });
    if (!decision.ok) return decision;
    return ok(await saveDecision(tx, { ids, now, actor: caller }, seen.value, decision.value));
  });
}
