/** Lists of transfers, as far as a viewer may see them, by keyset cursors. */
import type { SelectQueryBuilder } from 'kysely';
import type { Queries, Tables } from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import { decodeCursor, encodeCursor } from '../domain/keyset-cursor.ts';
import { type Page, type PageRequest, toPage } from '../domain/page.ts';
import type { PartyId } from '../domain/party-id.ts';
import { ok, type Result } from '../domain/result.ts';
import { foldCase } from '../domain/text.ts';
import type { RecipientStatus, TransferRole, TransferStatus } from '../domain/transfer-status.ts';
import type { TransferRow } from './transfer.ts';

export interface TransferFilter {
  readonly resourceIds?: readonly string[] | null | undefined;
  readonly role?: TransferRole | null | undefined;
  readonly statuses?: readonly TransferStatus[] | null | undefined;
  readonly viewerRecipientStatuses?: readonly RecipientStatus[] | null | undefined;
  readonly recipientStatuses?: readonly RecipientStatus[] | null | undefined;
  readonly sender?: PartyId | null | undefined;
  readonly recipient?: PartyId | null | undefined;
  readonly sendersReference?: string | null | undefined;
  readonly fileNameStartsWith?: string | null | undefined;
  /** Epoch milliseconds; from-bounds are inclusive, to-bounds exclusive. */
  readonly createdFrom?: number | null | undefined;
  readonly createdTo?: number | null | undefined;
  readonly statusChangedFrom?: number | null | undefined;
  readonly statusChangedTo?: number | null | undefined;
  readonly expiresFrom?: number | null | undefined;
  readonly expiresTo?: number | null | undefined;
  readonly properties?:
    | readonly { readonly key: string; readonly value: string }[]
    | null
    | undefined;
}

export type TransferOrder = 'CREATED_AT' | 'PUBLISHED_AT' | 'STATUS_CHANGED_AT';

const ORDER_COLUMNS = {
  CREATED_AT: 'created_at',
  PUBLISHED_AT: 'published_at',
  STATUS_CHANGED_AT: 'status_changed_at',
} as const;

/** Counting stops above this: the count is null then. */
const MAX_COUNT = 10_000;

export interface TransferListRequest {
  readonly filter: TransferFilter;
  readonly orderBy: TransferOrder;
  readonly direction: 'ASC' | 'DESC';
}

/** A page; INVALID_CURSOR for a cursor that is garbage or of another order. */
export async function listTransfers(
  db: Queries,
  viewer: Viewer,
  { filter, orderBy, direction }: TransferListRequest,
  page: PageRequest,
): Promise<Result<Page<TransferRow>>> {
  const list = `transfers:${orderBy}:${direction}`;
  const column = ORDER_COLUMNS[orderBy];
  let query = filtered(db, viewer, filter).selectAll('transfer');
  if (orderBy === 'PUBLISHED_AT') query = query.where('transfer.published_at', 'is not', null);
  if (page.after !== null) {
    const after = decodeCursor<readonly [number, string]>(list, page.after, ['number', 'string']);
    if (!after.ok) return after;
    const [time, id] = after.value;
    const beyond = direction === 'ASC' ? '>' : '<';
    query = query.where((eb) =>
      eb.or([
        eb(`transfer.${column}`, beyond, time),
        eb.and([eb(`transfer.${column}`, '=', time), eb('transfer.id', beyond, id)]),
      ]),
    );
  }
  const order = direction === 'ASC' ? 'asc' : 'desc';
  const rows = await query
    .orderBy(`transfer.${column}`, order)
    .orderBy('transfer.id', order)
    .limit(page.size + 1)
    .execute();
  return ok(toPage(page, rows, (row) => encodeCursor(list, [row[column] ?? 0, row.id])));
}

/** How many transfers the filter lets through: exact up to 10 000, null above. */
export async function countTransfers(
  db: Queries,
  viewer: Viewer,
  { filter, orderBy }: TransferListRequest,
): Promise<number | null> {
  let query = filtered(db, viewer, filter).select('transfer.id');
  if (orderBy === 'PUBLISHED_AT') query = query.where('transfer.published_at', 'is not', null);
  const { count } = await db
    .selectFrom(query.limit(MAX_COUNT + 1).as('found'))
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count) > MAX_COUNT ? null : Number(count);
}

type TransferQuery = SelectQueryBuilder<Tables, 'transfer' | 'transfer_party', object>;

function filtered(db: Queries, viewer: Viewer, filter: TransferFilter): TransferQuery {
  const role = filter.viewerRecipientStatuses == null ? filter.role : 'RECIPIENT';
  // A viewer that sees with one role only has one row per transfer; else its first one stands for all.
  const [onlyRole] = viewer.roles.length === 1 ? viewer.roles : [];
  const narrowed = role ?? onlyRole;
  let query: TransferQuery = db
    .selectFrom('transfer_party')
    .innerJoin('transfer', 'transfer.id', 'transfer_party.transfer_id')
    .where('transfer_party.party_id', '=', viewer.party);
  query =
    narrowed === undefined
      ? query.where('transfer_party.is_first', '=', 1)
      : query.where('transfer_party.role', '=', narrowed);
  const sees =
    viewer.roles.length > 0 &&
    (role == null || viewer.roles.includes(role)) &&
    (filter.role == null || filter.role === role);
  if (!sees) query = query.where((eb) => eb.lit(false));
  if (filter.viewerRecipientStatuses != null) {
    query = query.where('transfer_party.status', 'in', filter.viewerRecipientStatuses);
  }
  return withBounds(withRecipients(withEquals(query, filter), filter), filter);
}

function withEquals(query: TransferQuery, filter: TransferFilter): TransferQuery {
  let q = query;
  if (filter.resourceIds != null) q = q.where('transfer.resource_id', 'in', filter.resourceIds);
  if (filter.statuses != null) q = q.where('transfer.status', 'in', filter.statuses);
  if (filter.sender != null) q = q.where('transfer.sender_id', '=', filter.sender);
  if (filter.sendersReference != null) {
    const reference = filter.sendersReference.normalize('NFC');
    q = q.where('transfer.senders_reference', '=', reference);
  }
  if (filter.fileNameStartsWith != null) {
    const prefix = foldCase(filter.fileNameStartsWith);
    // A range rather than LIKE: no wildcards to escape, and an index can serve it.
    q = q
      .where('transfer.file_name_folded', '>=', prefix)
      .where('transfer.file_name_folded', '<', `${prefix}\u{10ffff}`);
  }
  for (const { key, value } of filter.properties ?? []) {
    q = q.where((eb) =>
      eb.exists(
        eb
          .selectFrom('transfer_property')
          .select('transfer_property.key')
          .whereRef('transfer_property.transfer_id', '=', 'transfer.id')
          .where('transfer_property.key', '=', key.normalize('NFC'))
          .where('transfer_property.value', '=', value.normalize('NFC')),
      ),
    );
  }
  return q;
}

function withRecipients(
  query: TransferQuery,
  { recipient, recipientStatuses }: TransferFilter,
): TransferQuery {
  if (recipient == null && recipientStatuses == null) return query;
  return query.where((eb) => {
    let recipients = eb
      .selectFrom('transfer_party as recipient')
      .select('recipient.id')
      .whereRef('recipient.transfer_id', '=', 'transfer.id')
      .where('recipient.role', '=', 'RECIPIENT');
    if (recipient != null) recipients = recipients.where('recipient.party_id', '=', recipient);
    if (recipientStatuses != null) {
      recipients = recipients.where('recipient.status', 'in', recipientStatuses);
    }
    return eb.exists(recipients);
  });
}

function withBounds(query: TransferQuery, filter: TransferFilter): TransferQuery {
  let q = query;
  for (const [column, from, to] of [
    ['transfer.created_at', filter.createdFrom, filter.createdTo],
    ['transfer.status_changed_at', filter.statusChangedFrom, filter.statusChangedTo],
    ['transfer.expires_at', filter.expiresFrom, filter.expiresTo],
  ] as const) {
    if (from != null) q = q.where(column, '>=', from);
    if (to != null) q = q.where(column, '<', to);
  }
  return q;
}
