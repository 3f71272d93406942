/** Transfers as rows: finding those that a viewer may see, and what belongs to them. */
import type { Selectable } from 'kysely';
import type {
  FileTable,
  Queries,
  TransferPartyTable,
  TransferTable,
  UploadTable,
} from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import { isUuid } from '../domain/clock.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { TransferState } from '../domain/transfer.ts';
import type { TransferRole } from '../domain/transfer-status.ts';

export type TransferRow = Selectable<TransferTable>;
export type TransferPartyRow = Selectable<TransferPartyTable>;
export type FileRow = Selectable<FileTable>;
export type UploadRow = Selectable<UploadTable>;

/** A transfer with its file and upload. */
export interface TransferParts {
  readonly transfer: TransferRow;
  readonly file: FileRow;
  readonly upload: UploadRow;
}

/** A transfer as a viewer meets it. */
export interface SeenTransfer extends TransferParts {
  readonly viewerRoles: readonly TransferRole[];
  /** The viewer's own part as a recipient. */
  readonly viewerRecipient: TransferPartyRow | undefined;
}

export async function findTransferParts(
  db: Queries,
  id: string,
): Promise<TransferParts | undefined> {
  const transfer = await db
    .selectFrom('transfer')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (transfer === undefined) return undefined;
  const [file, upload] = [
    await db.selectFrom('file').selectAll().where('transfer_id', '=', id).executeTakeFirstOrThrow(),
    await db
      .selectFrom('upload')
      .selectAll()
      .where('transfer_id', '=', id)
      .executeTakeFirstOrThrow(),
  ];
  return { transfer, file, upload };
}

/** The transfer; TRANSFER_NOT_FOUND alike for one that is not there and one that the viewer may not see. */
export async function seeTransfer(
  db: Queries,
  viewer: Viewer,
  id: string,
): Promise<Result<SeenTransfer>> {
  const notFound = fail('TRANSFER_NOT_FOUND', `There is no transfer "${id.slice(0, 100)}".`);
  if (!isUuid(id) || viewer.roles.length === 0) return notFound;
  const parts = await db
    .selectFrom('transfer_party')
    .selectAll()
    .where('transfer_id', '=', id)
    .where('party_id', '=', viewer.party)
    .where('role', 'in', viewer.roles)
    .execute();
  if (parts.length === 0) return notFound;
  const transfer = await findTransferParts(db, id);
  if (transfer === undefined) return notFound;
  return ok({
    ...transfer,
    viewerRoles: parts.map(({ role }) => role),
    viewerRecipient: parts.find(({ role }) => role === 'RECIPIENT'),
  });
}

/** What the status machine has to know. */
export function toState({ transfer, file, upload }: TransferParts): TransferState {
  return {
    id: transfer.id,
    status: transfer.status,
    sender: transfer.sender_id,
    expiresAt: transfer.expires_at,
    hasBytes: file.size !== null || upload.offset_flushed > 0,
    fileDeleted: transfer.file_deleted_at !== null,
    purgeAfterAllConfirmed: transfer.purge_after_all_confirmed === 1,
    unconfirmed: transfer.recipients_total - transfer.recipients_confirmed,
    sha256: file.sha256,
  };
}
