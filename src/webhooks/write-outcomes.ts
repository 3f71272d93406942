/** Writes down what came of attempts, many at once. */
import type { DeliveryStatus, WriteTransaction } from '../database/index.ts';
import { groupBy } from '../domain/group-by.ts';
import type { DueDelivery } from './due-deliveries.ts';
import type { Attempt } from './send.ts';

export interface Outcome {
  readonly webhookId: string;
  readonly delivery: Pick<DueDelivery, 'id' | 'attempts' | 'generation'>;
  readonly attempt: Attempt;
  readonly status: DeliveryStatus;
  /** Attempts that failed since it became due, this one included. */
  readonly tries: number;
  /** Epoch milliseconds; null where no other is planned. */
  readonly nextAttemptAt: number | null;
  /** Since when the webhook has been failing, where that has changed with it; null for no more. */
  readonly failingSince?: number | null;
}

/**
 * Only where the delivery still stands as it was known: what another process has made of it counts. A failure decides
 * nothing about a delivery that was asked for anew meanwhile.
 */
export async function writeOutcomes(
  tx: WriteTransaction,
  outcomes: readonly Outcome[],
): Promise<void> {
  // Webhooks before deliveries, as everywhere: two that lock crosswise would be in each other's way.
  for (const { webhookId, failingSince } of outcomes) {
    if (failingSince === undefined) continue;
    await tx
      .updateTable('webhook')
      .set({ failing_since: failingSince })
      .where('id', '=', webhookId)
      .execute();
  }
  const known = await tx
    .selectFrom('delivery')
    .select(['id', 'attempts'])
    .where(
      'id',
      'in',
      outcomes.map(({ delivery }) => delivery.id),
    )
    .execute();
  const attempts = new Map(known.map((row) => [row.id, row.attempts]));
  // Those of a webhook that was deleted meanwhile are gone.
  const kept = outcomes.filter(({ delivery }) => attempts.get(delivery.id) === delivery.attempts);
  if (kept.length === 0) return;
  await tx
    .insertInto('delivery_attempt')
    .values(kept.map(toAttemptRow))
    .onConflict((oc) => oc.doNothing())
    .execute();
  const delivered = kept.filter(({ status }) => status === 'DELIVERED');
  for (const [before, alike] of groupBy(delivered, ({ delivery }) => delivery.attempts)) {
    await tx
      .updateTable('delivery')
      .set({ status: 'DELIVERED', next_attempt_at: null, attempts: before + 1 })
      .where(
        'id',
        'in',
        alike.map(({ delivery }) => delivery.id),
      )
      .execute();
  }
  for (const outcome of kept) if (outcome.status !== 'DELIVERED') await writeFailure(tx, outcome);
}

async function writeFailure(
  tx: WriteTransaction,
  { delivery, status, tries, nextAttemptAt }: Outcome,
): Promise<void> {
  const attempts = delivery.attempts + 1;
  const { numUpdatedRows } = await tx
    .updateTable('delivery')
    .set({ status, tries, next_attempt_at: nextAttemptAt, attempts })
    .where('id', '=', delivery.id)
    .where('generation', '=', delivery.generation)
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return;
  await tx.updateTable('delivery').set({ attempts }).where('id', '=', delivery.id).execute();
}

function toAttemptRow({ delivery, attempt }: Outcome) {
  return {
    delivery_id: delivery.id,
    number: delivery.attempts + 1,
    at: attempt.at,
    duration_ms: attempt.durationMs,
    response_status: attempt.responseStatus,
    response_excerpt: attempt.responseExcerpt,
    error: attempt.error,
  };
}
