/** One delivery is sent again now, also one that has failed for good. */
import { type Caller, requireAnyScope } from '../domain/caller.ts';
import { ok, type Result } from '../domain/result.ts';
import { type DeliveryRow, seeDelivery } from './deliveries.ts';
import { requireActive } from './test-webhook.ts';
import { lockWebhook, tick } from './webhook.ts';
import type { WebhookContext } from './webhook-context.ts';

/** It is PENDING again, with the whole schedule before it; its earlier attempts stay. */
export async function redeliver(
  context: WebhookContext,
  caller: Caller,
  deliveryId: string,
): Promise<Result<DeliveryRow>> {
  const { database, clock } = context;
  const allowed = requireAnyScope(caller);
  if (!allowed.ok) return allowed;
  const renewed = await database.write(async (tx): Promise<Result<DeliveryRow>> => {
    const seen = await seeDelivery(tx, caller, deliveryId);
    if (!seen.ok) return seen;
    const locked = await lockWebhook(tx, caller, seen.value.webhook_id);
    if (!locked.ok) return locked;
    const active = requireActive(locked.value);
    if (!active.ok) return active;
    const changes = {
      status: 'PENDING',
      tries: 0,
      next_attempt_at: clock.now(),
      generation: seen.value.generation + 1,
    } as const;
    await tx.updateTable('delivery').set(changes).where('id', '=', deliveryId).execute();
    await tx
      .updateTable('webhook')
      .set({ nudge: await tick(tx) })
      .where('id', '=', locked.value.id)
      .execute();
    return ok({ ...seen.value, ...changes });
  });
  if (renewed.ok) await context.changed();
  return renewed;
}
