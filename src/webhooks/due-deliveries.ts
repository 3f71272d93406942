/** Deliveries that are to be sent, with all that is said in them. */
import { type Selectable, sql } from 'kysely';
import type { EventTable, Queries } from '../database/index.ts';
import { groupBy } from '../domain/group-by.ts';
import type { TransferRole } from '../domain/transfer-status.ts';
import { viewerOf, type WebhookRow } from './webhook.ts';

export interface DueDelivery {
  readonly id: string;
  readonly sequence: number;
  /** Attempts that failed since it became due. */
  readonly tries: number;
  /** All that were made. */
  readonly attempts: number;
  /** Counts how often it was asked for anew. */
  readonly generation: number;
  readonly event: Selectable<EventTable>;
  /** What the webhook's party is to the transfer. */
  readonly roles: readonly TransferRole[];
}

/** Those that were never tried, in log order; as many as the limit says. */
export async function findUntried(
  db: Queries,
  webhook: WebhookRow,
  limit: number,
): Promise<DueDelivery[]> {
  const rows = await selectDue(db, webhook.id)
    // Said in words, for they have an index of their own.
    .where(sql<boolean>`delivery.attempts = 0`)
    .orderBy('delivery.sequence')
    .limit(limit)
    .execute();
  return toDue(db, webhook, rows);
}

/** Those that were tried before and are due now, the longest due first. */
export async function findRetries(
  db: Queries,
  webhook: WebhookRow,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<DueDelivery[]> {
  const rows = await selectDue(db, webhook.id)
    .where('delivery.next_attempt_at', '<=', now)
    .where('delivery.attempts', '>', 0)
    .orderBy('delivery.next_attempt_at')
    .orderBy('delivery.sequence')
    .limit(limit)
    .execute();
  return toDue(db, webhook, rows);
}

/** When the first of those becomes due, after now, that were tried before; undefined where there are none. */
export async function findNextRetryAt(
  db: Queries,
  webhookId: string,
  now: number,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('delivery')
    .select('next_attempt_at')
    .where('webhook_id', '=', webhookId)
    .where('next_attempt_at', '>', now)
    .where('attempts', '>', 0)
    .orderBy('next_attempt_at')
    .limit(1)
    .executeTakeFirst();
  return row?.next_attempt_at ?? undefined;
}

/** What the webhook's party is to each of the transfers, as far as the webhook sees. */
export async function findRoles(
  db: Queries,
  webhook: WebhookRow,
  transferIds: readonly string[],
): Promise<(transferId: string) => TransferRole[]> {
  if (transferIds.length === 0) return () => [];
  const { party, roles } = viewerOf(webhook);
  const rows = await db
    .selectFrom('transfer_party')
    .select(['transfer_id', 'role'])
    .where('transfer_id', 'in', [...new Set(transferIds)])
    .where('party_id', '=', party)
    .where('role', 'in', roles)
    .execute();
  const byTransfer = groupBy(rows, (row) => row.transfer_id);
  return (id) => roles.filter((role) => byTransfer.get(id)?.some((row) => row.role === role));
}

function selectDue(db: Queries, webhookId: string) {
  return db
    .selectFrom('delivery')
    .innerJoin('event', 'event.position', 'delivery.position')
    .selectAll('event')
    .select([
      'delivery.id as delivery_id',
      'delivery.sequence as delivery_sequence',
      'delivery.tries as delivery_tries',
      'delivery.attempts as delivery_attempts',
      'delivery.generation as delivery_generation',
    ])
    .where('delivery.webhook_id', '=', webhookId)
    .where('delivery.next_attempt_at', 'is not', null);
}

type DueRow = Awaited<ReturnType<ReturnType<typeof selectDue>['execute']>>[number];

async function toDue(
  db: Queries,
  webhook: WebhookRow,
  rows: readonly DueRow[],
): Promise<DueDelivery[]> {
  const rolesIn = await findRoles(
    db,
    webhook,
    rows.map((row) => row.transfer_id),
  );
  return rows.map((row) => {
    const {
      delivery_id,
      delivery_sequence,
      delivery_tries,
      delivery_attempts,
      delivery_generation,
      ...event
    } = row;
    return {
      id: delivery_id,
      sequence: delivery_sequence,
      tries: delivery_tries,
      attempts: delivery_attempts,
      generation: delivery_generation,
      event,
      roles: rolesIn(event.transfer_id),
    };
  });
}
