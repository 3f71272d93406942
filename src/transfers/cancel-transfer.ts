/** The sender withdraws a transfer; the bytes that were received go within seconds. */
import { type Caller, requireScope, SCOPES, toViewer } from '../domain/caller.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type Decision, decide, type TransferState } from '../domain/transfer.ts';
import { saveDecision } from './save-decision.ts';
import { lockSeenTransfer, type TransferRow, toState } from './transfer.ts';
import type { TransferContext } from './transfer-context.ts';

/** Cancelling again answers the transfer and does nothing. */
export function cancelTransfer(
  context: TransferContext,
  caller: Caller,
  id: string,
): Promise<Result<TransferRow>> {
  return withdraw(context, caller, id, (state) => decide(state, { type: 'cancel' }));
}

/**
 * The same for an upload that is not finished. TRANSFER_ALREADY_UPLOADED where the last byte was first, also by a moment:
 * such a file is not the upload's to cancel.
 */
export function cancelUpload(
  context: TransferContext,
  caller: Caller,
  id: string,
): Promise<Result<TransferRow>> {
  return withdraw(context, caller, id, (state) => {
    const open = decide(state, { type: 'continueUpload' });
    return open.ok ? decide(state, { type: 'cancel' }) : open;
  });
}

async function withdraw(
  { database, clock, ids }: TransferContext,
  caller: Caller,
  id: string,
  decideFor: (state: TransferState) => Result<Decision>,
): Promise<Result<TransferRow>> {
  const allowed = requireScope(caller, SCOPES.write);
  if (!allowed.ok) return allowed;
  const now = clock.now();
  return database.write(async (tx): Promise<Result<TransferRow>> => {
    const seen = await lockSeenTransfer(tx, toViewer(caller), id);
    if (!seen.ok) return seen;
    if (!seen.value.viewerRoles.includes('SENDER')) return notTheSender(caller, id);
    const decision = decideFor(toState(seen.value));
    if (!decision.ok) return decision;
    return ok(await saveDecision(tx, { ids, now, actor: caller }, seen.value, decision.value));
  });
}

export function notTheSender(caller: Caller, id: string): Result<never> {
  return fail('NOT_THE_SENDER', `${caller.party} is not the sender of transfer ${id}.`);
}
