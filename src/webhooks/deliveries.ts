/** What was and will be delivered to webhooks, with every attempt. */
import { type Selectable, sql } from 'kysely';
import type { DeliveryStatus, DeliveryTable, Queries } from '../database/index.ts';
import type { Caller } from '../domain/caller.ts';
import { isUuid } from '../domain/clock.ts';
import { decodeCursor, encodeCursor } from '../domain/keyset-cursor.ts';
import { type Page, type PageRequest, toPage } from '../domain/page.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { quote } from '../domain/text.ts';
import type { Attempt } from './send.ts';
import { seeWebhook } from './webhook.ts';

export type DeliveryRow = Selectable<DeliveryTable>;

/** One attempt of a delivery. */
export interface DeliveryAttempt extends Attempt {
  readonly deliveryId: string;
}

/** A page of a webhook's deliveries, the newest first. */
export async function listDeliveries(
  db: Queries,
  webhookId: string,
  status: DeliveryStatus | null | undefined,
  page: PageRequest,
): Promise<Result<Page<DeliveryRow>>> {
  let query = db.selectFrom('delivery').selectAll().where('webhook_id', '=', webhookId);
  if (status != null) query = query.where('status', '=', status);
  if (status != null && status !== 'DELIVERED') {
    // Said in words, for what is not delivered has an index of its own.
    query = query.where(sql<boolean>`status <> 'DELIVERED'`);
  }
  if (page.after !== null) {
    const after = decodeCursor<readonly [number]>('deliveries', page.after, ['number']);
    if (!after.ok) return after;
    query = query.where('sequence', '<', after.value[0]);
  }
  const rows = await query
    .orderBy('sequence', 'desc')
    .limit(page.size + 1)
    .execute();
  return ok(toPage(page, rows, ({ sequence }) => encodeCursor('deliveries', [sequence])));
}

/** DELIVERY_NOT_FOUND where there is none, or its webhook is not one that the caller may see. */
export async function seeDelivery(
  db: Queries,
  caller: Caller,
  id: string,
): Promise<Result<DeliveryRow>> {
  const row = isUuid(id)
    ? await db.selectFrom('delivery').selectAll().where('id', '=', id).executeTakeFirst()
    : undefined;
  const webhook = row && (await seeWebhook(db, caller, row.webhook_id));
  if (row !== undefined && webhook?.ok === true) return ok(row);
  return fail('DELIVERY_NOT_FOUND', `There is no delivery ${quote(id)}.`);
}

/** The attempts of the deliveries, each one's oldest first. */
export async function findAttempts(
  db: Queries,
  deliveryIds: readonly string[],
): Promise<DeliveryAttempt[]> {
  if (deliveryIds.length === 0) return [];
  return db
    .selectFrom('delivery_attempt')
    .select([
      'delivery_id as deliveryId',
      'at',
      'duration_ms as durationMs',
      'response_status as responseStatus',
      'response_excerpt as responseExcerpt',
      'error',
    ])
    .where('delivery_id', 'in', deliveryIds)
    .orderBy('delivery_id')
    .orderBy('number')
    .execute();
}
