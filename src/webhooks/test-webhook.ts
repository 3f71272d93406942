/** Sends a webhook one marked event, and answers what its endpoint said. */
import { type Caller, requireAnyScope } from '../domain/caller.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { TEST_TYPE, toNotice } from './cloud-event.ts';
import { type Attempt, send } from './send.ts';
import { seeWebhook, type WebhookRow } from './webhook.ts';
import type { WebhookContext } from './webhook-context.ts';

/** It counts for nothing: neither as a delivery nor as a failure. */
export async function testWebhook(
  context: WebhookContext,
  caller: Caller,
  id: string,
): Promise<Result<Attempt>> {
  const { database, clock, ids, publicUrl } = context;
  const allowed = requireAnyScope(caller);
  if (!allowed.ok) return allowed;
  const seen = await database.read((db) => seeWebhook(db, caller, id));
  if (!seen.ok) return seen;
  const active = requireActive(seen.value);
  if (!active.ok) return active;
  const { tests } = context;
  if (!tests.take(false)) {
    return fail('RATE_LIMITED', 'Too many webhooks are being tested now; try again in a moment.');
  }
  const notice = { id: ids.next(), type: TEST_TYPE, time: clock.now() };
  const body = toNotice({ source: publicUrl(), party: seen.value.party_id }, notice);
  try {
    return ok(await send(context, seen.value, { id: notice.id, body }));
  } finally {
    tests.free(false);
  }
}

/** WEBHOOK_NOT_ACTIVE unless it is. */
export function requireActive({ id, status }: WebhookRow): Result<undefined> {
  if (status === 'ACTIVE') return ok(undefined);
  return fail('WEBHOOK_NOT_ACTIVE', `The webhook ${id} is ${status}; it has to be ACTIVE.`);
}
