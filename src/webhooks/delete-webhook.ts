/** A webhook goes, and with it what was delivered to it. */
import type { Database, WriteTransaction } from '../database/index.ts';
import { type Caller, requireAnyScope } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { ok, type Result } from '../domain/result.ts';
import { type JobHandler, scheduleJob } from '../jobs/index.ts';
import { lockWebhook, tick } from './webhook.ts';
import type { WebhookContext } from './webhook-context.ts';

/** The kind of job that takes a deleted webhook's deliveries away. */
export const FORGET_DELIVERIES = 'forget-deliveries';
/** So many in one transaction: they may be millions, and others want to write too. */
const AT_ONCE = 500;
const PIECES_A_RUN = 10;

/** Nothing is sent to it any more from the answer on. */
export async function deleteWebhook(
  context: WebhookContext,
  caller: Caller,
  id: string,
): Promise<Result<{ readonly id: string }>> {
  const { database, clock } = context;
  const allowed = requireAnyScope(caller);
  if (!allowed.ok) return allowed;
  const deleted = await database.write(async (tx): Promise<Result<{ readonly id: string }>> => {
    const locked = await lockWebhook(tx, caller, id);
    if (!locked.ok) return locked;
    await tx.deleteFrom('webhook').where('id', '=', id).execute();
    await tick(tx);
    await scheduleJob(tx, { kind: FORGET_DELIVERIES, subject: id, dueAt: clock.now() });
    return ok({ id });
  });
  if (deleted.ok) await context.changed();
  return deleted;
}

/** The job's handler; it may be run again after a crash. */
export function forgetDeliveries(database: Database, clock: Clock): JobHandler {
  return async (webhookId) => {
    for (let piece = 0; piece < PIECES_A_RUN; piece += 1) {
      if ((await database.write((tx) => forgetSome(tx, webhookId))) < AT_ONCE) return;
    }
    // The broker may want to stop in between.
    await database.write((tx) =>
      scheduleJob(tx, { kind: FORGET_DELIVERIES, subject: webhookId, dueAt: clock.now() }),
    );
  };
}

/** Answers how many deliveries went. */
async function forgetSome(tx: WriteTransaction, webhookId: string): Promise<number> {
  const some = await tx
    .selectFrom('delivery')
    .select('id')
    .where('webhook_id', '=', webhookId)
    .orderBy('sequence')
    .limit(AT_ONCE)
    .execute();
  if (some.length === 0) return 0;
  const ids = some.map(({ id }) => id);
  await tx.deleteFrom('delivery_attempt').where('delivery_id', 'in', ids).execute();
  await tx.deleteFrom('delivery').where('id', 'in', ids).execute();
  return some.length;
}
