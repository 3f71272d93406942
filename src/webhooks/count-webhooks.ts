/** How webhooks stand as a whole: for who watches over the broker. */
import type { Queries, WebhookStatus } from '../database/index.ts';

export const WEBHOOK_STATUSES = [
  'PENDING_VALIDATION',
  'ACTIVE',
  'DISABLED',
] as const satisfies readonly WebhookStatus[];

export interface WebhookCounts {
  readonly byStatus: ReadonlyMap<WebhookStatus, number>;
  /** Deliveries that are going to be tried, for the first time or again. */
  readonly pendingDeliveries: number;
}

export async function countWebhooks(db: Queries): Promise<WebhookCounts> {
  const counts = await db
    .selectFrom('webhook')
    .select((eb) => ['status', eb.fn.countAll().as('count')])
    .groupBy('status')
    .execute();
  const { pending } = await db
    .selectFrom('delivery')
    .select((eb) => eb.fn.countAll().as('pending'))
    .where('next_attempt_at', 'is not', null)
    .executeTakeFirstOrThrow();
  return {
    byStatus: new Map(counts.map(({ status, count }) => [status, Number(count)])),
    pendingDeliveries: Number(pending),
  };
}
