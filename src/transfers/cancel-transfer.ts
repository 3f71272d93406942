/** The sender withdraws a transfer; the bytes that were received go within seconds. */
import { type Caller, requireScope, SCOPES, toViewer } from '../domain/caller.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { decide } from '../domain/transfer.ts';
import { saveDecision } from './save-decision.ts';
import { seeTransfer, type TransferRow, toState } from './transfer.ts';
import type { TransferContext } from './transfer-context.ts';

/** Cancelling again answers the transfer and does nothing. */
export async function cancelTransfer(
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
    const decision = decide(toState(seen.value), { type: 'cancel' });
    if (!decision.ok) return decision;
    return ok(await saveDecision(tx, { ids, now, actor: caller }, seen.value, decision.value));
  });
}

export function notTheSender(caller: Caller, id: string): Result<never> {
  return fail('NOT_THE_SENDER', `${caller.party} is not the sender of transfer ${id}.`);
}
