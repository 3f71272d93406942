/** A recipient says that it has the whole file. */
import { type Caller, requireScope, SCOPES, toViewer } from '../domain/caller.ts';
import { InputProblems } from '../domain/input-problems.ts';
import { ok, type Result } from '../domain/result.ts';
import { quote } from '../domain/text.ts';
import { decide } from '../domain/transfer.ts';
import { lockAsRecipient, requireAction } from './recipient-access.ts';
import { saveDecision } from './save-decision.ts';
import { type TransferRow, toState } from './transfer.ts';
import type { TransferContext } from './transfer-context.ts';

/**
 * With the SHA-256 (hex) of what the recipient has, the broker compares first: another one is DIGEST_MISMATCH, and nothing
 * is confirmed. Confirming again answers the transfer and does nothing, whatever its status.
 */
export async function confirmDownload(
  { database, clock, ids, policy }: TransferContext,
  caller: Caller,
  id: string,
  sha256: string | null,
): Promise<Result<TransferRow>> {
  const allowed = requireScope(caller, SCOPES.read);
  if (!allowed.ok) return allowed;
  const now = clock.now();
  return database.write(async (tx): Promise<Result<TransferRow>> => {
    const seen = await lockAsRecipient(tx, toViewer(caller), id);
    if (!seen.ok) return seen;
    const wrong = checkSha256(sha256);
    if (wrong !== undefined) return wrong;
    const recipient = seen.value.viewerRecipient;
    if (recipient.status === 'DOWNLOAD_CONFIRMED') return ok(seen.value.transfer);
    const access = await requireAction(tx, policy, seen.value, caller.party, 'RECEIVE');
    if (!access.ok) return access;
    const decision = decide(toState(seen.value), {
      type: 'confirmDownload',
      recipient: {
        party: recipient.party_id,
        status: recipient.status,
        lastDownloadEventAt: recipient.last_download_event_at,
      },
      sha256: sha256?.toLowerCase() ?? null,
    });
    if (!decision.ok) return decision;
    const saving = { ids, now, actor: caller, recipient };
    return ok(await saveDecision(tx, saving, seen.value, decision.value));
  });
}

function checkSha256(sha256: string | null) {
  if (sha256 === null || /^[0-9a-f]{64}$/i.test(sha256)) return undefined;
  const problems = new InputProblems();
  const message = `sha256 ${quote(sha256)} is not 64 hex digits.`;
  problems.add('sha256', 'INVALID_INPUT', message);
  return problems.toFailure();
}
