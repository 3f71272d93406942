/**
 * What came of attempts, made durable. Many outcomes share a commit: while one batch is written, the next one gathers.
 * Until it is written an outcome is kept here, so that a database that is away for a while loses none.
 */
import type { Database, DeliveryStatus, WriteTransaction } from '../database/index.ts';
import type { DueDelivery } from './due-deliveries.ts';
import type { Attempt } from './send.ts';

/** So many in one commit. */
const MAX_BATCH = 200;
/** How long after a write that failed the next one is tried. */
const RETRY_MS = 1000;

export interface Outcome {
  readonly webhookId: string;
  readonly delivery: Pick<DueDelivery, 'id' | 'attempts'>;
  readonly attempt: Attempt;
  readonly status: DeliveryStatus;
  /** Attempts that failed since it became due, this one included. */
  readonly tries: number;
  /** Epoch milliseconds; null where no other is planned. */
  readonly nextAttemptAt: number | null;
  /** Since when the webhook has been failing, where that has changed with it; null for no more. */
  readonly failingSince?: number | null;
}

export interface Outcomes {
  /** Settles when it is durable, or was given up because the broker stops. */
  record(outcome: Outcome): Promise<void>;
  /** Tries once more what could not be written, and gives it up. */
  close(): Promise<void>;
}

interface Waiting {
  readonly outcome: Outcome;
  readonly done: () => void;
}

export function createOutcomes(database: Database, onError: (error: unknown) => void): Outcomes {
  const queue: Waiting[] = [];
  let writing: Promise<void> | undefined;
  let isClosing = false;
  let hurry: (() => void) | undefined;

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0, MAX_BATCH);
      try {
        await database.write((tx) =>
          writeOutcomes(
            tx,
            batch.map(({ outcome }) => outcome),
          ),
        );
      } catch (error) {
        onError(error);
        if (!isClosing) {
          queue.unshift(...batch);
          await pause();
          continue;
        }
      }
      for (const { done } of batch) done();
    }
    writing = undefined;
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS);
      hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    record: (outcome) =>
      new Promise((done) => {
        queue.push({ outcome, done });
        writing ??= drain();
      }),
    async close() {
      isClosing = true;
      hurry?.();
      await writing;
    },
  };
}

async function writeOutcomes(tx: WriteTransaction, outcomes: readonly Outcome[]): Promise<void> {
  const known = await tx
    .selectFrom('delivery')
    .select('id')
    .where(
      'id',
      'in',
      outcomes.map(({ delivery }) => delivery.id),
    )
    .execute();
  const ids = new Set(known.map(({ id }) => id));
  // Of a webhook that was deleted meanwhile nothing is kept.
  const kept = outcomes.filter(({ delivery }) => ids.has(delivery.id));
  if (kept.length === 0) return;
  await tx
    .insertInto('delivery_attempt')
    .values(kept.map(toAttemptRow))
    .onConflict((oc) => oc.doNothing())
    .execute();
  const delivered = kept.filter(({ status }) => status === 'DELIVERED');
  if (delivered.length > 0) {
    await tx
      .updateTable('delivery')
      .set((eb) => ({
        status: 'DELIVERED',
        next_attempt_at: null,
        attempts: eb('attempts', '+', 1),
      }))
      .where(
        'id',
        'in',
        delivered.map(({ delivery }) => delivery.id),
      )
      .execute();
  }
  for (const { delivery, status, tries, nextAttemptAt } of kept) {
    if (status === 'DELIVERED') continue;
    await tx
      .updateTable('delivery')
      .set((eb) => ({
        status,
        tries,
        next_attempt_at: nextAttemptAt,
        attempts: eb('attempts', '+', 1),
      }))
      .where('id', '=', delivery.id)
      .execute();
  }
  for (const { webhookId, failingSince } of kept) {
    if (failingSince === undefined) continue;
    await tx
      .updateTable('webhook')
      .set({ failing_since: failingSince })
      .where('id', '=', webhookId)
      .execute();
  }
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
