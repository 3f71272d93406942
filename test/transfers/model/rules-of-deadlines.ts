/** What the broker does by itself when it gets round to it: giving up, reminding, purging, deleting. */
import {
  DAY,
  hasEnded,
  type ModelTransfer,
  purgeDueAt,
  setStatus,
  tell,
  uploadExpiresAt,
  type World,
} from './world.ts';

/** All that is due now. */
export function work(world: World): string {
  for (const transfer of world.transfers) {
    meetDeadline(world, transfer);
    if (transfer.isToDelete) deleteBytes(world, transfer);
  }
  return 'ok';
}

/** Told once, of each recipient that has not confirmed; at once where a file is published so late. */
export function remindIfDue(world: World, transfer: ModelTransfer): void {
  const { reminderMs, expiresAt, isReminded, status } = transfer;
  if (reminderMs === null || isReminded || status !== 'PUBLISHED') return;
  if (world.now < expiresAt - reminderMs) return;
  transfer.isReminded = true;
  for (const recipient of unconfirmed(transfer)) {
    tell(world, transfer, 'FILE_EXPIRING', { recipient });
  }
}

/** The upload cannot go on; its bytes go. */
export function fail(world: World, transfer: ModelTransfer, failure: string): void {
  setStatus(world, transfer, 'FAILED');
  transfer.failure = failure;
  transfer.isToDelete = true;
  tell(world, transfer, 'UPLOAD_FAILED');
}

function meetDeadline(world: World, transfer: ModelTransfer): void {
  if (hasEnded(transfer)) return;
  if (world.now >= purgeDueAt(transfer)) purge(world, transfer);
  else if (isAbandoned(world, transfer)) fail(world, transfer, 'UPLOAD_ABANDONED');
  else remindIfDue(world, transfer);
}

function isAbandoned({ now }: World, transfer: ModelTransfer): boolean {
  const givenUpAt = uploadExpiresAt(transfer);
  return transfer.status === 'UPLOAD_STARTED' && givenUpAt !== null && now >= givenUpAt;
}

function purge(world: World, transfer: ModelTransfer): void {
  const wasPublished = transfer.publishedAt !== null;
  setStatus(world, transfer, 'PURGED');
  deleteBytes(world, transfer);
  if (!wasPublished) return;
  for (const recipient of unconfirmed(transfer)) {
    tell(world, transfer, 'FILE_NEVER_CONFIRMED_DOWNLOADED', { recipient });
  }
}

/** An empty file that was received is a file too; an upload that brought nothing is none. */
function deleteBytes(world: World, transfer: ModelTransfer): void {
  transfer.isToDelete = false;
  if (transfer.size === null && transfer.offset === 0) return;
  transfer.deletedAt = world.now;
  tell(world, transfer, 'FILE_DELETED');
}

function unconfirmed({ recipients }: ModelTransfer) {
  return recipients.filter(({ status }) => status !== 'DOWNLOAD_CONFIRMED');
}

/** A later, shorter time to live shortens a reminder that was there before. */
export function shortenReminder(reminderMs: number | null, timeToLive: number): number | null {
  return reminderMs === null ? null : Math.min(reminderMs, timeToLive / 2);
}

export const DEFAULT_REMINDER = 3 * DAY;
