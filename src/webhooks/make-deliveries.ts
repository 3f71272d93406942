/** Makes deliveries of what a webhook is told of, and moves its position in the log: both in one commit. */
import {
  type Database,
  executePrepared,
  inPieces,
  type WriteTransaction,
} from '../database/index.ts';
import type { Clock, IdSource } from '../domain/clock.ts';
import type { EventRow } from '../events/index.ts';
import { type DueDelivery, findRoles } from './due-deliveries.ts';

import { lockRevision, type WebhookRow } from './webhook.ts';

export interface MakingContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Events to make deliveries of, in log order. */
export interface LogPiece {
  readonly rows: readonly EventRow[];
  /** The webhook stands here. */
  readonly after: number;
  /** Up to here there are no others for it. */
  readonly end: number;
}

/** The deliveries that were made, in log order; undefined where the webhook is no longer as it was, or stands elsewhere. */
export async function makeDeliveries(
  { database, clock, ids }: MakingContext,
  { id, revision }: WebhookRow,
  { rows, after, end }: LogPiece,
): Promise<DueDelivery[] | undefined> {
  return database.write(async (tx) => {
    const webhook = await lockRevision(tx, id, revision);
    if (webhook?.status !== 'ACTIVE' || (webhook.position ?? 0) !== after) return undefined;
    const wanted = await withoutPending(
      tx,
      webhook,
      rows.filter((row) => isWanted(webhook, row)),
    );
    const rolesIn = await findRoles(
      tx,
      webhook,
      wanted.map((row) => row.transfer_id),
    );
    const made = wanted.map((event, index): DueDelivery => {
      const sequence = webhook.sequence + index + 1;
      const roles = rolesIn(event.transfer_id);
      return { id: ids.next(), sequence, tries: 0, attempts: 0, generation: 0, event, roles };
    });
    await insertDeliveries(tx, id, made, clock.now());
    await tx
      .updateTable('webhook')
      .set({ position: end, sequence: webhook.sequence + made.length })
      .where('id', '=', id)
      .execute();
    return made;
  });
}

async function insertDeliveries(
  tx: WriteTransaction,
  webhookId: string,
  made: readonly DueDelivery[],
  now: number,
): Promise<void> {
  const rows = made.map(({ id, event, sequence, generation }) => ({
    id,
    webhook_id: webhookId,
    position: event.position,
    sequence,
    status: 'PENDING' as const,
    tries: 0,
    attempts: 0,
    next_attempt_at: now,
    generation,
  }));
  for (const piece of inPieces(rows)) {
    await executePrepared(tx, 'insert deliveries', piece, async (values) =>
      tx.insertInto('delivery').values(values),
    );
  }
}

/** While it goes through the log again, only what happened since the time that was asked for. */
function isWanted({ replay_since, replay_until }: WebhookRow, row: EventRow): boolean {
  return replay_until === null || row.position > replay_until || row.time >= (replay_since ?? 0);
}

/** While it goes through the log again, what had not come through when that was asked for is not sent twice. */
async function withoutPending(
  tx: WriteTransaction,
  { id, replay_until, replay_asked_at }: WebhookRow,
  rows: readonly EventRow[],
): Promise<readonly EventRow[]> {
  const again = rows.filter((row) => replay_until !== null && row.position <= replay_until);
  if (again.length === 0) return rows;
  const pending = await tx
    .selectFrom('delivery')
    .select('position')
    .where('webhook_id', '=', id)
    .where('renewed_at', '=', replay_asked_at)
    .where(
      'position',
      'in',
      again.map(({ position }) => position),
    )
    .execute();
  const positions = new Set(pending.map(({ position }) => position));
  return rows.filter((row) => !positions.has(row.position));
}
