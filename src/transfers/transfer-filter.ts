/** What of a party's transfers a filter lets through, as conditions on that party's rows. */
import { type ExpressionBuilder, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import { type Tables, unindexed } from '../database/index.ts';
import type { PartyId } from '../domain/party-id.ts';
import { countCodePoints, foldCase } from '../domain/text.ts';
import type { RecipientStatus, TransferRole, TransferStatus } from '../domain/transfer-status.ts';
import { BEGINNING_LENGTH, toFileNameBeginning } from './file-name-beginning.ts';
import { toStatusBits } from './recipient-statuses.ts';
import { toReferenceKey } from './reference-key.ts';

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

/** Rows of one party, in one role: at most one per transfer. */
export type PartyRows = SelectQueryBuilder<Tables, 'transfer_party', object>;

/** Columns of a party's rows by which an index narrows them in the order of creation. */
export type StretchColumn = 'status' | 'transfer_status' | 'resource_id' | 'reference_key';

/** Columns of a party's rows by whose time an index orders them. */
export type TimeColumn =
  | 'created_at'
  | 'published_at'
  | 'transfer_status_changed_at'
  | 'expires_at';

export interface FilterPlan {
  /** The column whose condition the query has already. */
  readonly served: StretchColumn | undefined;
  /** The column of the index that is read: bounds of it narrow what is read at all. */
  readonly lead: TimeColumn;
}

/** Everything but `role` and `viewerRecipientStatuses`, which are about the viewer's part and not about the transfer. */
export function filterTransfers(
  query: PartyRows,
  filter: TransferFilter,
  plan: FilterPlan,
): PartyRows {
  const own = withRecipientStatuses(
    withFileName(withOwnColumns(query, filter, plan), filter),
    filter,
  );
  return withProperties(
    withRecipient(withSender(withReference(own, filter), filter), filter),
    filter,
  );
}

/** Conditions that are not to choose another index than the one of the list's order. */
function withOwnColumns(query: PartyRows, filter: TransferFilter, plan: FilterPlan): PartyRows {
  let q = query;
  for (const [column, values] of [
    ['transfer_status', filter.statuses],
    ['resource_id', filter.resourceIds],
    ['reference_key', filter.sendersReference == null ? null : [keyOf(filter.sendersReference)]],
  ] as const) {
    if (values != null && column !== plan.served) {
      q = q.where(unindexed<string>(`transfer_party.${column}`), 'in', values);
    }
  }
  for (const { column, from, to } of boundsOf(filter)) {
    const name = `transfer_party.${column}` as const;
    const bounded = column === plan.lead ? sql.ref<number>(name) : unindexed<number>(name);
    if (from != null) q = q.where(bounded, '>=', from);
    if (to != null) q = q.where(bounded, '<', to);
  }
  return q;
}

/** The times that the filter bounds. */
export function boundsOf(filter: TransferFilter): readonly {
  readonly column: TimeColumn;
  readonly from: number | null | undefined;
  readonly to: number | null | undefined;
}[] {
  const bounds = [
    { column: 'created_at', from: filter.createdFrom, to: filter.createdTo },
    {
      column: 'transfer_status_changed_at',
      from: filter.statusChangedFrom,
      to: filter.statusChangedTo,
    },
    { column: 'expires_at', from: filter.expiresFrom, to: filter.expiresTo },
  ] as const;
  return bounds.filter(({ from, to }) => from != null || to != null);
}

function keyOf(reference: string): string {
  return toReferenceKey(reference.normalize('NFC'));
}

/** By what stands beside the party; only a longer beginning than that takes the transfer's own name. */
function withFileName(query: PartyRows, { fileNameStartsWith }: TransferFilter): PartyRows {
  if (fileNameStartsWith == null) return query;
  const folded = foldCase(fileNameStartsWith);
  const q = query.where(begins('transfer_party.file_name_beginning', toFileNameBeginning(folded)));
  if (countCodePoints(folded) <= BEGINNING_LENGTH) return q;
  return q.where((eb) =>
    eb.exists(ownTransfer(eb).where(begins('transfer.file_name_folded', folded))),
  );
}

/** Compared as it stands rather than by LIKE: there are no wildcards to escape. */
function begins(column: string, text: string) {
  return sql<boolean>`substr(${sql.ref(column)}, 1, ${countCodePoints(text)}) = ${text}`;
}

/** Two references may have one key. */
function withReference(query: PartyRows, { sendersReference }: TransferFilter): PartyRows {
  if (sendersReference == null) return query;
  const reference = sendersReference.normalize('NFC');
  return query.where((eb) =>
    eb.exists(ownTransfer(eb).where('transfer.senders_reference', '=', reference)),
  );
}

function ownTransfer(eb: ExpressionBuilder<Tables, 'transfer_party'>) {
  return eb
    .selectFrom('transfer')
    .select('transfer.id')
    .whereRef('transfer.id', '=', 'transfer_party.transfer_id');
}

function withSender(query: PartyRows, { sender }: TransferFilter): PartyRows {
  if (sender == null) return query;
  return query.where((eb) =>
    eb.exists(
      eb
        .selectFrom('transfer_party as sender')
        .select('sender.id')
        .whereRef('sender.transfer_id', '=', 'transfer_party.transfer_id')
        .where('sender.party_id', '=', sender)
        .where('sender.role', '=', 'SENDER'),
    ),
  );
}

function withProperties(query: PartyRows, { properties }: TransferFilter): PartyRows {
  let q = query;
  for (const { key, value } of properties ?? []) {
    q = q.where((eb) =>
      eb.exists(
        eb
          .selectFrom('transfer_property')
          .select('transfer_property.key')
          .whereRef('transfer_property.transfer_id', '=', 'transfer_party.transfer_id')
          .where('transfer_property.key', '=', key.normalize('NFC'))
          .where('transfer_property.value', '=', value.normalize('NFC')),
      ),
    );
  }
  return q;
}

function withRecipient(
  query: PartyRows,
  { recipient, recipientStatuses }: TransferFilter,
): PartyRows {
  if (recipient == null) return query;
  return query.where((eb) => {
    const part = eb
      .selectFrom('transfer_party as recipient')
      .select('recipient.id')
      .whereRef('recipient.transfer_id', '=', 'transfer_party.transfer_id')
      .where('recipient.party_id', '=', recipient)
      .where('recipient.role', '=', 'RECIPIENT');
    return eb.exists(
      recipientStatuses == null ? part : part.where('recipient.status', 'in', recipientStatuses),
    );
  });
}

/** Whether some recipient has a status, by the transfer's counts. */
const HAS_STATUS: Record<RecipientStatus, RawBuilder<boolean>> = {
  INITIALIZED: sql`transfer.recipients_started < transfer.recipients_total`,
  DOWNLOAD_STARTED: sql`transfer.recipients_confirmed < transfer.recipients_started`,
  DOWNLOAD_CONFIRMED: sql`transfer.recipients_confirmed > 0`,
};

/** Of any recipient. Where the party is one of many, the transfer's counts tell. */
function withRecipientStatuses(
  query: PartyRows,
  { recipient, recipientStatuses }: TransferFilter,
): PartyRows {
  if (recipient != null || recipientStatuses == null) return query;
  const bits = toStatusBits(recipientStatuses);
  const own = sql.ref<number | null>('transfer_party.recipient_statuses');
  return query.where((eb) => {
    const transfer = ownTransfer(eb).where((of) =>
      of.or(recipientStatuses.map((status) => HAS_STATUS[status])),
    );
    return sql<boolean>`
      case when ${own} is null then ${eb.exists(transfer)} else (${own} & ${bits}) <> 0 end`;
  });
}
