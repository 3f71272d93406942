/** A webhook gets a new secret; the old one signs beside it for a day. */
import { type Caller, requireAnyScope } from '../domain/caller.ts';
import { ok, type Result } from '../domain/result.ts';
import { rotateSecret } from './signing.ts';
import { lockWebhook, tick, type WebhookRow } from './webhook.ts';
import type { WebhookContext } from './webhook-context.ts';

export async function rotateWebhookSecret(
  context: WebhookContext,
  caller: Caller,
  id: string,
): Promise<Result<WebhookRow>> {
  const { database, clock } = context;
  const allowed = requireAnyScope(caller);
  if (!allowed.ok) return allowed;
  const rotated = await database.write(async (tx): Promise<Result<WebhookRow>> => {
    const locked = await lockWebhook(tx, caller, id);
    if (!locked.ok) return locked;
    const changes = { ...rotateSecret(locked.value, clock.now()), revision: await tick(tx) };
    await tx.updateTable('webhook').set(changes).where('id', '=', id).execute();
    return ok({ ...locked.value, ...changes });
  });
  if (rotated.ok) await context.changed();
  return rotated;
}
