/**
 * Where a list of transfers is read: stretches of the indexes over parties' rows, each of them in the order of the list.
 * They are the viewer's own rows, or those of a sender or a recipient that the filter names, whichever lie thinner.
 */
import { sql } from 'kysely';
import { type Queries, unindexed } from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import type { PartyId } from '../domain/party-id.ts';
import type { TransferRole } from '../domain/transfer-status.ts';
import { toReferenceKey } from './reference-key.ts';
import {
  boundsOf,
  filterTransfers,
  type PartyRows,
  type StretchColumn,
  type TimeColumn,
  type TransferFilter,
} from './transfer-filter.ts';

export type TransferOrder = 'CREATED_AT' | 'PUBLISHED_AT' | 'STATUS_CHANGED_AT';

/** Of a party's rows. */
export const ORDER_COLUMNS = {
  CREATED_AT: 'created_at',
  PUBLISHED_AT: 'published_at',
  STATUS_CHANGED_AT: 'transfer_status_changed_at',
} as const;

/** As many values of a filter are read one by one, each from its own stretch; more are picked out while reading. */
const MAX_VALUES = 10;

export interface Stretch {
  /** Whose rows they are. */
  readonly party: PartyId;
  readonly role: TransferRole;
  /** The roles that the viewer may see the transfers in. */
  readonly seenAs: readonly TransferRole[];
  /** The column of time whose index is read; where it is not the list's order, what is found is put in order. */
  readonly lead: TimeColumn;
  /** Where the stretch is narrowed by a value of a filter. */
  readonly split?: { readonly column: StretchColumn; readonly value: string };
}

/** All the stretches that the list is made of; none where the viewer sees nothing of it. */
export async function findStretches(
  db: Queries,
  viewer: Viewer,
  filter: TransferFilter,
  orderBy: TransferOrder,
): Promise<readonly Stretch[]> {
  const seenAs = viewer.roles.filter(
    (role) =>
      (filter.role == null || role === filter.role) &&
      (filter.viewerRecipientStatuses == null || role === 'RECIPIENT'),
  );
  if (seenAs.length === 0) return [];
  const other = await findThinnerPart(db, viewer.party, seenAs, filter);
  const parts =
    other === undefined ? seenAs.map((role) => ({ party: viewer.party, role })) : [other];
  const order = ORDER_COLUMNS[orderBy];
  const split = orderBy === 'CREATED_AT' ? findSplit(filter, other !== undefined) : undefined;
  if (split === undefined) {
    const lead = (await findThinTime(db, parts, filter, order)) ?? order;
    return parts.map((part) => ({ ...part, seenAs, lead }));
  }
  const { column, values } = split;
  return parts.flatMap((part) =>
    values.map((value) => ({ ...part, seenAs, lead: order, split: { column, value } })),
  );
}

/** The rows of a stretch that the filter lets through and the viewer sees. */
export function readStretch(
  db: Queries,
  viewer: Viewer,
  filter: TransferFilter,
  orderBy: TransferOrder,
  { party, role, seenAs, lead, split }: Stretch,
): PartyRows {
  let query: PartyRows = db
    .selectFrom('transfer_party')
    .where('transfer_party.party_id', '=', party)
    // As it stands, not as a parameter: an index of recipients alone is only used where that is plain.
    .where('transfer_party.role', '=', sql.lit(role));
  if (orderBy === 'PUBLISHED_AT')
    query = query.where('transfer_party.published_at', 'is not', null);
  if (split !== undefined) {
    query = query.where(sql.ref(`transfer_party.${split.column}`), '=', split.value);
  }
  const { viewerRecipientStatuses: statuses } = filter;
  if (party !== viewer.party || !seenAs.includes(role)) {
    query = seenBy(query, viewer.party, seenAs, statuses);
  } else if (statuses != null && split?.column !== 'status') {
    query = query.where(unindexed<string>('transfer_party.status'), 'in', statuses);
  }
  return filterTransfers(query, filter, { served: split?.column, lead });
}

/** The sender's or the recipient's part in what the filter looks for, where their transfers lie thinner than the viewer's. */
async function findThinnerPart(
  db: Queries,
  viewer: PartyId,
  seenAs: readonly TransferRole[],
  { sender, recipient }: TransferFilter,
): Promise<{ party: PartyId; role: TransferRole } | undefined> {
  const others = [
    ...(sender == null ? [] : [{ party: sender, role: 'SENDER' as const }]),
    ...(recipient == null ? [] : [{ party: recipient, role: 'RECIPIENT' as const }]),
  ].filter(({ party }) => party !== viewer);
  if (others.length === 0) return undefined;
  let oldest = Math.max(...(await Promise.all(seenAs.map((role) => reachBack(db, viewer, role)))));
  let thinner: { party: PartyId; role: TransferRole } | undefined;
  for (const other of others) {
    const reach = await reachBack(db, other.party, other.role);
    if (reach >= oldest) continue;
    oldest = reach;
    thinner = other;
  }
  return thinner;
}

/** As many entries of an index are read and put in order sooner than they are looked for among all. */
const THIN = 20_000;

/** A time other than the list's order that the filter bounds to few transfers, which may lie anywhere in that order. */
async function findThinTime(
  db: Queries,
  parts: readonly { readonly party: PartyId; readonly role: TransferRole }[],
  filter: TransferFilter,
  order: TimeColumn,
): Promise<TimeColumn | undefined> {
  for (const { column, from, to } of boundsOf(filter)) {
    if (column === order) return undefined;
    let found = 0;
    for (const { party, role } of parts) {
      let entries = db
        .selectFrom('transfer_party')
        .select('transfer_id')
        .where('party_id', '=', party)
        .where('role', '=', role);
      if (from != null) entries = entries.where(column, '>=', from);
      if (to != null) entries = entries.where(column, '<', to);
      const { count } = await db
        .selectFrom(entries.limit(THIN).as('entries'))
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      found += count;
    }
    if (found < THIN) return column;
  }
  return undefined;
}

/** So many transfers tell how densely a party's lie; counting all of them would cost more than it saves. */
const SAMPLE = 200;

/** How far a party's latest transfers reach back: the further, the thinner they lie. All of time where there are few. */
async function reachBack(db: Queries, party: PartyId, role: TransferRole): Promise<number> {
  const latest = db
    .selectFrom('transfer_party')
    .select('created_at')
    .where('party_id', '=', party)
    .where('role', '=', role)
    .orderBy('created_at', 'desc')
    .limit(SAMPLE);
  const { count, oldest } = await db
    .selectFrom(latest.as('latest'))
    .select((eb) => [
      eb.fn.countAll<number>().as('count'),
      eb.fn.min<number | null>('latest.created_at').as('oldest'),
    ])
    .executeTakeFirstOrThrow();
  return count < SAMPLE || oldest === null ? Number.NEGATIVE_INFINITY : oldest;
}

/** The filter that an index serves in the order of creation, the one that lets the least through first. */
function findSplit(
  { sendersReference, viewerRecipientStatuses, statuses, resourceIds }: TransferFilter,
  isOfOther: boolean,
): { column: StretchColumn; values: readonly string[] } | undefined {
  if (sendersReference != null) {
    return { column: 'reference_key', values: [toReferenceKey(sendersReference.normalize('NFC'))] };
  }
  for (const [column, values] of [
    ['status', isOfOther ? null : viewerRecipientStatuses],
    ['transfer_status', statuses],
    ['resource_id', resourceIds],
  ] as const) {
    if (values != null && values.length <= MAX_VALUES) {
      return { column, values: [...new Set(values)] };
    }
  }
  return undefined;
}

/** Whose rows are another party's, of them only those of transfers that the viewer sees. */
function seenBy(
  query: PartyRows,
  viewer: PartyId,
  roles: readonly TransferRole[],
  statuses: TransferFilter['viewerRecipientStatuses'],
): PartyRows {
  return query.where((eb) => {
    const own = eb
      .selectFrom('transfer_party as own')
      .select('own.id')
      .whereRef('own.transfer_id', '=', 'transfer_party.transfer_id')
      .where('own.party_id', '=', viewer)
      .where('own.role', 'in', roles);
    return eb.exists(statuses == null ? own : own.where('own.status', 'in', statuses));
  });
}
