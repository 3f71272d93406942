/** Reading many transfers at once, one query per kind of thing, for doors that answer lists. */
import type { Selectable } from 'kysely';
import type { Queries, Tables } from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import type { FileRow, RecipientRow, TransferRow, UploadRow } from './transfer.ts';

/** A list has thousands of these rows: no more of them is read than is told. */
const RECIPIENT_COLUMNS = [
  'id',
  'transfer_id',
  'party_id',
  'role',
  'status',
  'status_changed_at',
  'download_started_at',
  'confirmed_at',
] as const;

export type TransferPropertyRow = Selectable<Tables['transfer_property']>;

/** Those of the transfers that the viewer may see. */
export async function findVisibleTransfers(
  db: Queries,
  viewer: Viewer,
  ids: readonly string[],
): Promise<TransferRow[]> {
  if (ids.length === 0 || viewer.roles.length === 0) return [];
  return db
    .selectFrom('transfer')
    .selectAll()
    .where('id', 'in', ids)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('transfer_party')
          .select('transfer_party.id')
          .whereRef('transfer_party.transfer_id', '=', 'transfer.id')
          .where('transfer_party.party_id', '=', viewer.party)
          .where('transfer_party.role', 'in', viewer.roles),
      ),
    )
    .execute();
}

/** The viewer's own rows of the transfers: one per role. */
export async function findViewerParts(
  db: Queries,
  viewer: Viewer,
  transferIds: readonly string[],
): Promise<RecipientRow[]> {
  if (transferIds.length === 0 || viewer.roles.length === 0) return [];
  return db
    .selectFrom('transfer_party')
    .select(RECIPIENT_COLUMNS)
    .where('party_id', '=', viewer.party)
    .where('transfer_id', 'in', transferIds)
    .where('role', 'in', viewer.roles)
    .execute();
}

/** The recipients of the transfers, each in the order that its sender gave. */
export async function findRecipients(
  db: Queries,
  transferIds: readonly string[],
): Promise<RecipientRow[]> {
  if (transferIds.length === 0) return [];
  return db
    .selectFrom('transfer_party')
    .select(RECIPIENT_COLUMNS)
    .where('transfer_id', 'in', transferIds)
    .where('role', '=', 'RECIPIENT')
    .orderBy('transfer_id')
    .orderBy('position')
    .execute();
}

/** The properties of the transfers, each in the order that its sender gave. */
export async function findProperties(
  db: Queries,
  transferIds: readonly string[],
): Promise<TransferPropertyRow[]> {
  if (transferIds.length === 0) return [];
  return db
    .selectFrom('transfer_property')
    .selectAll()
    .where('transfer_id', 'in', transferIds)
    .orderBy('transfer_id')
    .orderBy('position')
    .execute();
}

export async function findFiles(db: Queries, transferIds: readonly string[]): Promise<FileRow[]> {
  if (transferIds.length === 0) return [];
  return db.selectFrom('file').selectAll().where('transfer_id', 'in', transferIds).execute();
}

export async function findUploads(
  db: Queries,
  transferIds: readonly string[],
): Promise<UploadRow[]> {
  if (transferIds.length === 0) return [];
  return db.selectFrom('upload').selectAll().where('transfer_id', 'in', transferIds).execute();
}
