/** Asks an endpoint whether it wants to be told, until it does: a webhook that is PENDING_VALIDATION. */
import type { WriteTransaction } from '../database/index.ts';
import { formatDateTime } from '../domain/date-time.ts';
import { findLogEnd } from '../events/index.ts';
import { toNotice, VALIDATION_TYPE } from './cloud-event.ts';
import { disableWebhook, findReasonToDisable } from './disable-webhook.ts';
import { FAULT_PAUSE_MS, type Lane, type LaneContext, MAX_TIMER_MS, pause } from './lane.ts';
import { retryPauseMs } from './retry-schedule.ts';
import { describeAnswer, isDelivered, type Sent, send } from './send.ts';
import { lockRevision, tick, type WebhookRow } from './webhook.ts';

export function createValidationLane(context: LaneContext, webhook: WebhookRow): Lane {
  const { database, clock, ids, slots } = context;
  const stopped = new AbortController();
  const cut = new AbortController();
  let tries = webhook.validation_tries;
  let nextAt = webhook.next_validation_at;

  async function run(): Promise<void> {
    while (nextAt !== null && !stopped.signal.aborted) {
      const untilDue = nextAt - clock.now();
      if (untilDue > 0) await pause(Math.min(untilDue, MAX_TIMER_MS), stopped.signal);
      else if (slots.take(tries > 0)) await ask();
      else await untilSlot();
    }
  }

  function untilSlot(): Promise<void> {
    return new Promise((resolve) => {
      const goOn = () => {
        stopped.signal.removeEventListener('abort', goOn);
        resolve();
      };
      slots.whenFree(tries > 0, goOn);
      stopped.signal.addEventListener('abort', goOn, { once: true });
    });
  }

  async function ask(): Promise<void> {
    const { party_id: party } = webhook;
    const notice = { id: ids.next(), type: VALIDATION_TYPE, time: clock.now() };
    const body = toNotice({ source: context.publicUrl(), party }, notice);
    const isRetry = tries > 0;
    const attempt = await send(context, webhook, { id: notice.id, body, signal: cut.signal });
    slots.free(isRetry);
    if (cut.signal.aborted && attempt.responseStatus === null) return;
    try {
      await settle(attempt);
    } catch (error) {
      context.onError(error, webhook.id);
      await pause(FAULT_PAUSE_MS, stopped.signal);
    }
  }

  async function settle(attempt: Sent): Promise<void> {
    // How long it has been failing is a matter of deliveries.
    const reason = isDelivered(attempt) ? undefined : findReasonToDisable(attempt, attempt.at);
    if (isDelivered(attempt)) await database.write((tx) => activate(tx, webhook));
    else if (reason !== undefined) await disableWebhook(database, webhook, reason);
    else return plan(attempt);
    nextAt = null;
    context.changed();
  }

  async function plan(attempt: Sent): Promise<void> {
    const failed = tries + 1;
    const wait = retryPauseMs(failed, attempt.retryAfterMs, context.random());
    const plannedAt = wait === null ? null : clock.now() + wait;
    const then =
      plannedAt === null
        ? 'It is not asked again; update the webhook with enabled: true for that.'
        : `It is asked again at ${formatDateTime(plannedAt)}.`;
    const text = `The validation request failed: ${describeAnswer(attempt)}. ${then}`;
    await database.write((tx) =>
      tx
        .updateTable('webhook')
        .set({ validation_tries: failed, next_validation_at: plannedAt, status_text: text })
        .where('id', '=', webhook.id)
        .where('revision', '=', webhook.revision)
        .execute(),
    );
    tries = failed;
    nextAt = plannedAt;
  }

  const running = run().catch((error: unknown) => context.onError(error, webhook.id));
  return {
    wake: () => undefined,
    async stop(graceMs) {
      stopped.abort();
      const timer = setTimeout(() => cut.abort(), graceMs);
      await running;
      clearTimeout(timer);
    },
  };
}

/**
 * It is told of what happens from now on, or goes on from where it stood. Where it had been switched off because everything
 * failed, what had been given up meanwhile is taken up again.
 */
async function activate(tx: WriteTransaction, { id, revision }: WebhookRow): Promise<void> {
  const webhook = await lockRevision(tx, id, revision);
  if (webhook === undefined) return;
  const wasDisabled = webhook.disabled_by !== null;
  const changes = {
    status: 'ACTIVE',
    status_text: null,
    disabled_by: null,
    validation_tries: 0,
    next_validation_at: null,
    failing_since: null,
    revive_since: webhook.revive_since ?? (wasDisabled ? webhook.failing_since : null),
    position: webhook.position ?? (await findLogEnd(tx)),
    revision: await tick(tx),
  } as const;
  await tx.updateTable('webhook').set(changes).where('id', '=', id).execute();
}
