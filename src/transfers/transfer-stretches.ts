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
  const split = orderBy === 'CREATED_AT' ? findSplit(filter, other !== undefined) : undefined;
  if (split === undefined) return parts.map((part) => ({ ...part, seenAs }));
  const { column, values } = split;
  return parts.flatMap((part) =>
    values.map((value) => ({ ...part, seenAs, split: { column, value } })),
  );
}

/** The rows of a stretch that the filter lets through and the viewer sees, by the index that is led by this time. */
export function readStretch(
  db: Queries,
  viewer: Viewer,
  filter: TransferFilter,
  orderBy: TransferOrder,
  stretch: Stretch,
  lead: TimeColumn,
): PartyRows {
  const { party, role, seenAs, split } = stretch;
  let query = readParty(db, stretch);
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

/** All of a party's rows in one role. */
export function readParty(
  db: Queries,
  { party, role }: Pick<Stretch, 'party' | 'role'>,
): PartyRows {
  return (
    db
      .selectFrom('transfer_party')
      .where('transfer_party.party_id', '=', party)
      // As it stands, not as a parameter: an index of recipients alone is only used where that is plain.
      .where('transfer_party.role', '=', sql.lit(role))
  );
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
