/**
 * What is to be tried anew before a webhook is served: what had been given up while it failed, and what waited when a replay
 * was asked for. It may be very much, so it is done piece by piece; what is left after a crash is done at the next start.
 */
import { sql } from 'kysely';
import type { Database, WriteTransaction } from '../database/index.ts';
import type { WebhookRow } from './webhook.ts';

/** So many in one transaction. */
const PIECE = 500;

/** Ends early where the signal is aborted. */
export async function prepareDeliveries(
  database: Database,
  webhook: WebhookRow,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  const { id, revision, revive_since: since } = webhook;
  if (since !== null) {
    await inPieces(database, signal, (tx) => revive(tx, id, since, now));
    if (signal.aborted) return;
    await database.write((tx) =>
      tx
        .updateTable('webhook')
        .set({ revive_since: null })
        .where('id', '=', id)
        .where('revision', '=', revision)
        .execute(),
    );
  }
  const { replay_asked_at: askedAt, replay_until: until } = webhook;
  const after = webhook.position ?? 0;
  if (askedAt === null || until === null || after >= until) return;
  await inPieces(database, signal, (tx) => renew(tx, id, { askedAt, after, until }, now));
}

/** Until there was less than a piece. */
async function inPieces(
  database: Database,
  signal: AbortSignal,
  prepare: (tx: WriteTransaction) => Promise<number>,
): Promise<void> {
  while (!signal.aborted && (await database.write(prepare)) === PIECE) {
    // Others have requests to answer.
    await new Promise(setImmediate);
  }
}

/** Those that failed for good since then; answers how many. */
async function revive(
  tx: WriteTransaction,
  webhookId: string,
  since: number,
  now: number,
): Promise<number> {
  const failed = await tx
    .selectFrom('delivery')
    .select('delivery.id')
    .where('delivery.webhook_id', '=', webhookId)
    .where(sql<boolean>`delivery.status = 'FAILED' and delivery.status <> 'DELIVERED'`)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('delivery_attempt')
          .select('delivery_attempt.number')
          .whereRef('delivery_attempt.delivery_id', '=', 'delivery.id')
          .whereRef('delivery_attempt.number', '=', 'delivery.attempts')
          .where('delivery_attempt.at', '>=', since),
      ),
    )
    .orderBy('delivery.sequence')
    .limit(PIECE)
    .execute();
  await tryAnew(tx, failed, { status: 'PENDING', next_attempt_at: now });
  return failed.length;
}

/** Those that wait in the stretch of the log that is replayed: each stands for its event. Answers how many. */
async function renew(
  tx: WriteTransaction,
  webhookId: string,
  replay: { readonly askedAt: number; readonly after: number; readonly until: number },
  now: number,
): Promise<number> {
  const waiting = await tx
    .selectFrom('delivery')
    .select('id')
    .where('webhook_id', '=', webhookId)
    .where('next_attempt_at', 'is not', null)
    .where('position', '>', replay.after)
    .where('position', '<=', replay.until)
    .where((eb) => eb.or([eb('renewed_at', 'is', null), eb('renewed_at', '<>', replay.askedAt)]))
    .orderBy('sequence')
    .limit(PIECE)
    .execute();
  await tryAnew(tx, waiting, { next_attempt_at: now, renewed_at: replay.askedAt });
  return waiting.length;
}

async function tryAnew(
  tx: WriteTransaction,
  deliveries: readonly { readonly id: string }[],
  changes: { status?: 'PENDING'; next_attempt_at: number; renewed_at?: number },
): Promise<void> {
  if (deliveries.length === 0) return;
  await tx
    .updateTable('delivery')
    .set((eb) => ({ ...changes, tries: 0, generation: eb('generation', '+', 1) }))
    .where(
      'id',
      'in',
      deliveries.map(({ id }) => id),
    )
    .execute();
}
