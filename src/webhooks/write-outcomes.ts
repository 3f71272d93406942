/** Writes down what came of attempts, many at once. */
import {
  type DeliveryStatus,
  executePrepared,
  inPieces,
  type WriteTransaction,
} from '../database/index.ts';
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
  const delivered = outcomes.filter(({ status }) => status === 'DELIVERED');
  const known = new Set<string>();
  for (const [before, alike] of groupBy(delivered, ({ delivery }) => delivery.attempts)) {
    for (const { id } of await setDelivered(tx, before, alike)) known.add(id);
  }
  for (const outcome of outcomes) {
    if (outcome.status !== 'DELIVERED' && (await writeFailure(tx, outcome))) {
      known.add(outcome.delivery.id);
    }
  }
  // Those of a webhook that was deleted meanwhile are gone.
  const kept = outcomes.filter(({ delivery }) => known.has(delivery.id));
  for (const rows of inPieces(kept.map(toAttemptRow))) {
    await executePrepared(tx, 'insert attempts', rows, async (values) =>
      tx
        .insertInto('delivery_attempt')
        .values(values)
        .onConflict((oc) => oc.doNothing()),
    );
  }
}

/** Answers those that stood as they were known. All of them after as many attempts. */
async function setDelivered(
  tx: WriteTransaction,
  before: number,
  outcomes: readonly Outcome[],
): Promise<readonly { readonly id: string }[]> {
  const found: { readonly id: string }[] = [];
  for (const some of inPieces(outcomes.map(({ delivery }) => ({ id: delivery.id, before })))) {
    const rows = await executePrepared(tx, 'set delivered', some, async (values) =>
      tx
        .updateTable('delivery')
        .set((eb) => ({
          status: 'DELIVERED',
          next_attempt_at: null,
          attempts: eb('attempts', '+', 1),
        }))
        .where(
          'id',
          'in',
          values.map(({ id }) => id),
        )
        .where('attempts', '=', values[0]?.before ?? 0)
        .returning('id'),
    );
    found.push(...rows);
  }
  return found;
}

/** Whether it stood as it was known. */
async function writeFailure(
  tx: WriteTransaction,
  { delivery, status, tries, nextAttemptAt }: Outcome,
): Promise<boolean> {
  const { id, generation, attempts: before } = delivery;
  const attempts = before + 1;
  const decided = await tx
    .updateTable('delivery')
    .set({ status, tries, next_attempt_at: nextAttemptAt, attempts })
    .where('id', '=', id)
    .where('attempts', '=', before)
    .where('generation', '=', generation)
    .executeTakeFirst();
  if (decided.numUpdatedRows > 0n) return true;
  const counted = await tx
    .updateTable('delivery')
    .set({ attempts })
    .where('id', '=', id)
    .where('attempts', '=', before)
    .executeTakeFirst();
  return counted.numUpdatedRows > 0n;
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
