/** Transfers as rows: finding those that a viewer may see, and what belongs to them. */
import type { Selectable } from 'kysely';
import type {
  FileTable,
  Queries,
  TransferPartyTable,
  TransferTable,
  UploadTable,
  WriteTransaction,
} from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import { isUuid } from '../domain/clock.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { TransferState } from '../domain/transfer.ts';
import { type DeadlineFacts, purgedAt } from '../domain/transfer-deadline.ts';
import { hasEnded, type TransferRole } from '../domain/transfer-status.ts';
import { lastSignOfUpload } from './upload-expiry.ts';

export type TransferRow = Selectable<TransferTable>;
export type TransferPartyRow = Selectable<TransferPartyTable>;
/** A party's part in a transfer, as far as others may know of it. */
export type RecipientRow = Pick<
  TransferPartyRow,
  | 'id'
  | 'transfer_id'
  | 'party_id'
  | 'role'
  | 'status'
  | 'status_changed_at'
  | 'download_started_at'
  | 'confirmed_at'
>;
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
  const transfer = await transferById(db, id).executeTakeFirst();
  return transfer && withFile(db, transfer);
}

/**
 * The same for a command that decides on it: nobody else changes the transfer, nor what belongs to it, before the command
 * has ended.
 */
export async function lockTransferParts(
  tx: WriteTransaction,
  id: string,
): Promise<TransferParts | undefined> {
  const transfer = await transferById(tx, id).forNoKeyUpdate().executeTakeFirst();
  return transfer && withFile(tx, transfer);
}

/** The transfer; TRANSFER_NOT_FOUND alike for one that is not there and one that the viewer may not see. */
export async function seeTransfer(
  db: Queries,
  viewer: Viewer,
  id: string,
): Promise<Result<SeenTransfer>> {
  return isUuid(id) ? see(db, viewer, id, await findTransferParts(db, id)) : notFound(id);
}

/** The same for a command that decides on it: see `lockTransferParts`. */
export async function lockSeenTransfer(
  tx: WriteTransaction,
  viewer: Viewer,
  id: string,
): Promise<Result<SeenTransfer>> {
  // Locked before anything else is read, so that all of it is of one moment.
  return isUuid(id) ? see(tx, viewer, id, await lockTransferParts(tx, id)) : notFound(id);
}

function transferById(db: Queries, id: string) {
  return db.selectFrom('transfer').selectAll().where('id', '=', id);
}

async function withFile(db: Queries, transfer: TransferRow): Promise<TransferParts> {
  const ofTransfer = ['transfer_id', '=', transfer.id] as const;
  return {
    transfer,
    file: await db
      .selectFrom('file')
      .selectAll()
      .where(...ofTransfer)
      .executeTakeFirstOrThrow(),
    upload: await db
      .selectFrom('upload')
      .selectAll()
      .where(...ofTransfer)
      .executeTakeFirstOrThrow(),
  };
}

async function see(
  db: Queries,
  viewer: Viewer,
  id: string,
  found: TransferParts | undefined,
): Promise<Result<SeenTransfer>> {
  if (found === undefined || viewer.roles.length === 0) return notFound(id);
  const parts = await db
    .selectFrom('transfer_party')
    .selectAll()
    .where('transfer_id', '=', id)
    .where('party_id', '=', viewer.party)
    .where('role', 'in', viewer.roles)
    .execute();
  if (parts.length === 0) return notFound(id);
  return ok({
    ...found,
    viewerRoles: parts.map(({ role }) => role),
    viewerRecipient: parts.find(({ role }) => role === 'RECIPIENT'),
  });
}

function notFound(id: string): Result<never> {
  return fail('TRANSFER_NOT_FOUND', `There is no transfer "${id.slice(0, 100)}".`);
}

/** What the status machine has to know. */
export function toState({ transfer, file, upload }: TransferParts): TransferState {
  return {
    id: transfer.id,
    status: transfer.status,
    sender: transfer.sender_id,
    availableUntil: purgedAt(toDeadlineFacts({ transfer, upload })),
    isBeingPurged: transfer.purge_begun_at !== null && !hasEnded(transfer.status),
    isReminded: transfer.reminded_at !== null,
    hasBytes: file.size !== null || upload.offset_flushed > 0,
    fileDeleted: transfer.file_deleted_at !== null,
    purgeAfterAllConfirmed: transfer.purge_after_all_confirmed === 1,
    unconfirmed: transfer.recipients_total - transfer.recipients_confirmed,
    sha256: file.sha256,
  };
}

/** What its deadlines follow from. */
export function toDeadlineFacts({
  transfer,
  upload,
}: Pick<TransferParts, 'transfer' | 'upload'>): DeadlineFacts {
  return {
    status: transfer.status,
    statusChangedAt: transfer.status_changed_at,
    expiresAt: transfer.expires_at,
    lastSignOfUploadAt: lastSignOfUpload(upload),
    purgeAfterAllConfirmed: transfer.purge_after_all_confirmed === 1,
    purgeGraceMs: transfer.purge_grace_ms,
    expiryReminderMs: transfer.expiry_reminder_ms,
    isReminded: transfer.reminded_at !== null,
  };
}
