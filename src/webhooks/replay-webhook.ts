/** Everything since some time is delivered to a webhook again: its position in the log is set back. */
import type { WriteTransaction } from '../database/index.ts';
import type { Caller } from '../domain/caller.ts';
import { MINUTE_MS } from '../domain/duration.ts';
import { ok, type Result } from '../domain/result.ts';
import { findLogEnd } from '../events/index.ts';
import { changeWebhook } from './change-webhook.ts';
import { requireActive } from './test-webhook.ts';
import type { WebhookRow } from './webhook.ts';
import type { WebhookContext } from './webhook-context.ts';

/** The clocks of brokers differ, and may be set back: so much earlier is looked from. */
const CLOCK_TOLERANCE_MS = 5 * MINUTE_MS;

/**
 * Its events since then come again under the same ids, in log order and before what happens from now on. What is being
 * delivered still is not sent twice, but at once.
 */
export function replayWebhook(
  context: WebhookContext,
  caller: Caller,
  { id, since }: { readonly id: string; readonly since: number },
): Promise<Result<WebhookRow>> {
  return changeWebhook(context, caller, id, async (tx, webhook) => {
    const active = requireActive(webhook);
    if (!active.ok) return active;
    const stood = webhook.position ?? 0;
    const isReplaying = webhook.replay_until !== null && stood < webhook.replay_until;
    return ok({
      position: Math.min(stood, await findPositionBefore(tx, since - CLOCK_TOLERANCE_MS)),
      replay_since: isReplaying ? Math.min(since, webhook.replay_since ?? since) : since,
      replay_until: isReplaying ? webhook.replay_until : stood,
      replay_asked_at: context.clock.now(),
    });
  });
}

/** The position before the first event of that time or later. Positions have no gaps, and times grow with them. */
async function findPositionBefore(tx: WriteTransaction, time: number): Promise<number> {
  let before = 0;
  let notBefore = (await findLogEnd(tx)) + 1;
  while (notBefore - before > 1) {
    const middle = Math.floor((before + notBefore) / 2);
    const event = await tx
      .selectFrom('event')
      .select('time')
      .where('position', '=', middle)
      .executeTakeFirst();
    if (event !== undefined && event.time < time) before = middle;
    else notBefore = middle;
  }
  return before;
}
