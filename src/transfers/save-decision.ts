/** Writes what the status machine decided: the new state, the events that tell of it, and the work that follows. */
import type { WriteTransaction } from '../database/index.ts';
import type { Actor } from '../domain/caller.ts';
import type { IdSource } from '../domain/clock.ts';
import type { Decision } from '../domain/transfer.ts';
import { appendEvents } from '../events/index.ts';
import { scheduleJob, unscheduleJob } from '../jobs/index.ts';
import { DELETE_FILE, PROCESS_FILE } from './job-kinds.ts';
import { hasStatusBits, recipientStatusBits } from './recipient-statuses.ts';
import { moveDeadline } from './schedule-deadline.ts';
import type { TransferParts, TransferPartyRow, TransferRow } from './transfer.ts';

export interface DecisionContext {
  readonly ids: IdSource;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Null for the broker's own acts. */
  readonly actor: Actor | null;
  /** The recipient whose status changes, where one does. */
  readonly recipient?: TransferPartyRow | undefined;
}

/** Answers the transfer as it is from now on. */
export async function saveDecision(
  tx: WriteTransaction,
  { ids, now, actor, recipient }: DecisionContext,
  { transfer, upload }: TransferParts,
  decision: Decision,
): Promise<TransferRow> {
  if (decision.events.length === 0 && decision.status === undefined) return transfer;
  const changes = toChanges(transfer, decision, now, recipient);
  if (Object.keys(changes).length > 0) {
    await tx.updateTable('transfer').set(changes).where('id', '=', transfer.id).execute();
  }
  if (recipient !== undefined) await saveRecipient(tx, recipient, decision, now);
  const saved = { ...transfer, ...changes };
  if (decision.status !== undefined) {
    await copyToParties(tx, saved);
    if (endsUpload(decision.status)) await finishUpload(tx, upload.id, now);
  }
  if (transfer.status === 'UPLOAD_PROCESSING' && saved.status !== transfer.status) {
    // Nothing is left to be found out of it, whoever was about to.
    await unscheduleJob(tx, { kind: PROCESS_FILE, subject: transfer.id });
  }
  await copyRecipientStatuses(tx, transfer, saved);
  await moveDeadline(tx, { transfer, upload }, { transfer: saved, upload });
  if (decision.deletesFile === true) {
    await scheduleJob(tx, { kind: DELETE_FILE, subject: transfer.id, dueAt: now });
  }
  await appendEvents(
    tx,
    ids,
    {
      transferId: transfer.id,
      resourceId: transfer.resource_id,
      sender: transfer.sender_id,
      owner: transfer.owner_id,
      details: { failure: saved.failure, finding: saved.scan_finding },
      actor,
      time: now,
    },
    decision.events,
  );
  return saved;
}

/** What lists find transfers by stands beside each of its parties. */
async function copyToParties(tx: WriteTransaction, transfer: TransferRow): Promise<void> {
  await tx
    .updateTable('transfer_party')
    .set({
      transfer_status: transfer.status,
      transfer_status_changed_at: transfer.status_changed_at,
      published_at: transfer.published_at,
    })
    .where('transfer_id', '=', transfer.id)
    .execute();
}

/** Where the recipients have one status more or less than they had together. */
async function copyRecipientStatuses(
  tx: WriteTransaction,
  before: TransferRow,
  after: TransferRow,
): Promise<void> {
  const bits = recipientStatusBits(after);
  if (bits === recipientStatusBits(before)) return;
  const parties = tx
    .updateTable('transfer_party')
    .set({ recipient_statuses: bits })
    .where('transfer_id', '=', after.id);
  const isBesideAll = hasStatusBits('RECIPIENT', after);
  await (isBesideAll ? parties : parties.where('role', '<>', 'RECIPIENT')).execute();
}

async function finishUpload(tx: WriteTransaction, uploadId: string, now: number): Promise<void> {
  await tx
    .updateTable('upload')
    .set({ finished_at: now, pending_from: null })
    .where('id', '=', uploadId)
    .where('finished_at', 'is', null)
    .execute();
}

function endsUpload(status: TransferRow['status']): boolean {
  return status !== 'INITIALIZED' && status !== 'UPLOAD_STARTED';
}

function toChanges(
  transfer: TransferRow,
  decision: Decision,
  now: number,
  recipient: TransferPartyRow | undefined,
): Partial<TransferRow> {
  const confirms = decision.recipientStatus === 'DOWNLOAD_CONFIRMED';
  const starts = recipient?.status === 'INITIALIZED' && decision.recipientStatus !== undefined;
  return {
    ...(decision.status === undefined ? {} : { status: decision.status, status_changed_at: now }),
    ...(decision.failure === undefined ? {} : { failure: decision.failure }),
    ...(decision.status === 'PUBLISHED' ? { published_at: now } : {}),
    ...(starts ? { recipients_started: transfer.recipients_started + 1 } : {}),
    ...(confirms ? { recipients_confirmed: transfer.recipients_confirmed + 1 } : {}),
    ...(decision.events.some(({ type }) => type === 'FILE_DELETED')
      ? { file_deleted_at: now }
      : {}),
    ...(decision.events.some(({ type }) => type === 'FILE_EXPIRING') ? { reminded_at: now } : {}),
  };
}

async function saveRecipient(
  tx: WriteTransaction,
  recipient: TransferPartyRow,
  decision: Decision,
  now: number,
): Promise<void> {
  const { recipientStatus: status } = decision;
  const tellsOfDownload = decision.events.some(({ type }) => type === 'DOWNLOAD_STARTED');
  await tx
    .updateTable('transfer_party')
    .set({
      ...(status === undefined ? { status: recipient.status } : { status, status_changed_at: now }),
      ...(status === 'DOWNLOAD_STARTED' ? { download_started_at: now } : {}),
      ...(status === 'DOWNLOAD_CONFIRMED' ? { confirmed_at: now } : {}),
      ...(tellsOfDownload ? { last_download_event_at: now } : {}),
    })
    .where('id', '=', recipient.id)
    .execute();
}
