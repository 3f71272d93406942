/** A webhook gets a new secret; the old one signs beside it for a day. */
import type { Caller } from '../domain/caller.ts';
import { ok, type Result } from '../domain/result.ts';
import { changeWebhook } from './change-webhook.ts';
import { rotateSecret } from './signing.ts';
import type { WebhookRow } from './webhook.ts';
import type { WebhookContext } from './webhook-context.ts';

export function rotateWebhookSecret(
  context: WebhookContext,
  caller: Caller,
  id: string,
): Promise<Result<WebhookRow>> {
  return changeWebhook(context, caller, id, async (_, webhook) =>
    ok(rotateSecret(webhook, context.clock.now())),
  );
}
