/** A webhook as its row has it, and who may see it. */
import type { Selectable } from 'kysely';
import type { Queries, WebhookTable, WriteTransaction } from '../database/index.ts';
import { type Caller, toViewer, type Viewer } from '../domain/caller.ts';
import { isUuid } from '../domain/clock.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { quote } from '../domain/text.ts';
import type { EventType, TransferRole } from '../domain/transfer-status.ts';
import type { EventFilter } from '../events/index.ts';

export type WebhookRow = Selectable<WebhookTable>;

/** As many as a party may have. */
export const MAX_WEBHOOKS = 50;

/** The event types that it is told of; null for every type. */
export function typesOf({ types }: Pick<WebhookRow, 'types'>): EventType[] | null {
  return types === null ? null : (JSON.parse(types) as EventType[]);
}

/** The resources whose events it is told of; null for every resource. */
export function resourceIdsOf({ resource_ids }: Pick<WebhookRow, 'resource_ids'>): string[] | null {
  return resource_ids === null ? null : (JSON.parse(resource_ids) as string[]);
}

/** Whose eyes it sees with: its party's, in the roles that the token of its maker had. */
export function viewerOf({ party_id, sees_as }: Pick<WebhookRow, 'party_id' | 'sees_as'>): Viewer {
  return { party: party_id, roles: JSON.parse(sees_as) as TransferRole[] };
}

/** Which events it is told of. */
export function filterOf(webhook: WebhookRow): EventFilter {
  const { role, audience } = webhook;
  return { types: typesOf(webhook), resourceIds: resourceIdsOf(webhook), role, audience };
}

/** A party's webhooks that the caller may see, oldest first. */
export async function listWebhooks(db: Queries, caller: Caller): Promise<WebhookRow[]> {
  const rows = await db
    .selectFrom('webhook')
    .selectAll()
    .where('party_id', '=', caller.party)
    .orderBy('id')
    .execute();
  return rows.filter((row) => mayShow(row, caller));
}

/** WEBHOOK_NOT_FOUND where there is none that the caller may see. */
export async function seeWebhook(
  db: Queries,
  caller: Caller,
  id: string,
): Promise<Result<WebhookRow>> {
  const row = isUuid(id) ? await findWebhook(db, id) : undefined;
  return row !== undefined && mayShow(row, caller) ? ok(row) : notFound(id);
}

/** The same in a transaction that is about to change it: nobody else does until it has ended. */
export async function lockWebhook(
  tx: WriteTransaction,
  caller: Caller,
  id: string,
): Promise<Result<WebhookRow>> {
  const row = isUuid(id)
    ? await tx
        .selectFrom('webhook')
        .selectAll()
        .where('id', '=', id)
        .forNoKeyUpdate()
        .executeTakeFirst()
    : undefined;
  return row !== undefined && mayShow(row, caller) ? ok(row) : notFound(id);
}

/** As the broker itself knows it, in a transaction that is about to change it; undefined where it has been changed. */
export function lockRevision(
  tx: WriteTransaction,
  id: string,
  revision: number,
): Promise<WebhookRow | undefined> {
  return tx
    .selectFrom('webhook')
    .selectAll()
    .where('id', '=', id)
    .where('revision', '=', revision)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

/** Whoever asks. */
export function findWebhook(db: Queries, id: string): Promise<WebhookRow | undefined> {
  return db.selectFrom('webhook').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Its party, with a token that lets it see all that the webhook is told of. */
function mayShow(row: WebhookRow, caller: Caller): boolean {
  const { party, roles } = toViewer(caller);
  return row.party_id === party && viewerOf(row).roles.every((role) => roles.includes(role));
}

function notFound(id: string): Result<never> {
  return fail('WEBHOOK_NOT_FOUND', `There is no webhook ${quote(id)}.`);
}

/** Whoever asks. */
export async function findWebhooks(db: Queries, ids: readonly string[]): Promise<WebhookRow[]> {
  if (ids.length === 0) return [];
  return db.selectFrom('webhook').selectAll().where('id', 'in', ids).execute();
}

/**
 * Counts the clock of all webhooks up, for `revision` and `nudge`: who serves them sees by it that there is news. It is one
 * row for all, held until the commit: a transaction takes it after everything else that it locks.
 */
export async function tick(tx: WriteTransaction): Promise<number> {
  const { value } = await tx
    .updateTable('webhook_clock')
    .set((eb) => ({ value: eb('value', '+', 1) }))
    .returning('value')
    .executeTakeFirstOrThrow();
  return value;
}
