/** How the owner of a webhook changes it, whatever it is that changes. */
import type { WriteTransaction } from '../database/index.ts';
import { type Caller, requireAnyScope } from '../domain/caller.ts';
import { ok, type Result } from '../domain/result.ts';
import { lockWebhook, tick, type WebhookRow } from './webhook.ts';
import type { WebhookContext } from './webhook-context.ts';

/**
 * The webhook as it is afterwards. `change` answers the columns that change of the webhook as it is then, or why nothing
 * does; from the answer on, what is sent goes by it.
 */
export async function changeWebhook(
  context: WebhookContext,
  caller: Caller,
  id: string,
  change: (tx: WriteTransaction, webhook: WebhookRow) => Promise<Result<Partial<WebhookRow>>>,
): Promise<Result<WebhookRow>> {
  const allowed = requireAnyScope(caller);
  if (!allowed.ok) return allowed;
  const changed = await context.database.write(async (tx): Promise<Result<WebhookRow>> => {
    const locked = await lockWebhook(tx, caller, id);
    if (!locked.ok) return locked;
    const columns = await change(tx, locked.value);
    if (!columns.ok) return columns;
    const changes = { ...columns.value, revision: await tick(tx) };
    await tx.updateTable('webhook').set(changes).where('id', '=', id).execute();
    return ok({ ...locked.value, ...changes });
  });
  if (changed.ok) await context.changed();
  return changed;
}
