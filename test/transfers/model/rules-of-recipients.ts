/** What a recipient does with what was sent to it. */
import { type Command, content, type Name } from './commands.ts';
import { type Step, sha256Of } from './step.ts';
import {
  hasEnded,
  MINUTE,
  type ModelRecipient,
  type ModelTransfer,
  mayDo,
  purgeDueAt,
  rolesOf,
  setStatus,
  tell,
  type World,
} from './world.ts';

type How = Extract<Command, { does: 'download' }>['how'];

interface Received {
  readonly transfer: ModelTransfer;
  readonly recipient: ModelRecipient;
}

export function download(
  world: World,
  by: Name,
  transfer: ModelTransfer | undefined,
  how: How,
): string {
  const received = asRecipient(transfer, by);
  if (typeof received === 'string') return received;
  if (!mayReceive(world, received)) return 'NO_ACCESS_TO_RESOURCE';
  const refused = refuseFile(world, received.transfer);
  if (refused !== undefined) return refused;
  const file = content(received.transfer.size ?? 0);
  switch (how) {
    case 'head':
      return `ok 200 ${file.length}`;
    case 'unchanged':
      return 'ok 304';
    case 'whole':
      startDownload(world, received);
      return `ok 200 ${file}`.trim();
    case 'part':
      if (file === '') return 'RANGE_NOT_SATISFIABLE';
      startDownload(world, received);
      return `ok 206 ${file.slice(0, 1)}`;
    case 'beyond':
      return 'RANGE_NOT_SATISFIABLE';
  }
}

export function link(world: World, { by, transfer }: Step): string {
  const received = asRecipient(transfer, by);
  if (typeof received === 'string') return received;
  if (!mayReceive(world, received)) return 'NO_ACCESS_TO_RESOURCE';
  if (refuseFile(world, received.transfer) !== undefined) return 'FILE_NOT_AVAILABLE';
  const { number } = received.transfer;
  world.links.push({ transfer: number, party: by, expiresAt: world.now + 15 * MINUTE });
  return 'ok';
}

/** It acts as the recipient, whose rights and the transfer's status are asked at each use. */
export function downloadByLink(world: World, index: number | undefined): string {
  const used = index === undefined ? undefined : world.links[index];
  if (used === undefined || world.now >= used.expiresAt) return 'LINK_INVALID';
  return download(world, used.party, world.transfers[used.transfer], 'whole');
}

export function confirm(world: World, { by, transfer, sha256 }: Step): string {
  const received = asRecipient(transfer, by);
  if (typeof received === 'string') return received;
  if (sha256 !== null && sha256.length !== 64) return 'INVALID_INPUT';
  const { recipient, transfer: seen } = received;
  if (recipient.status === 'DOWNLOAD_CONFIRMED') return `ok ${seen.status}`;
  if (!mayReceive(world, received)) return 'NO_ACCESS_TO_RESOURCE';
  if (hasEnded(seen)) return 'TRANSFER_ENDED';
  if (seen.size === null) return 'NO_FILE_UPLOADED';
  if (seen.status === 'UPLOAD_PROCESSING') return 'TRANSFER_NOT_PUBLISHED';
  if (recipient.status === 'INITIALIZED') return 'DOWNLOAD_NOT_STARTED';
  if (sha256 !== null && sha256 !== sha256Of(seen.size)) return 'DIGEST_MISMATCH';
  recipient.status = 'DOWNLOAD_CONFIRMED';
  recipient.confirmedAt = world.now;
  tell(world, seen, 'DOWNLOAD_CONFIRMED', { actor: by, recipient });
  if (seen.recipients.every(({ status }) => status === 'DOWNLOAD_CONFIRMED')) {
    setStatus(world, seen, 'ALL_CONFIRMED_DOWNLOADED');
    tell(world, seen, 'ALL_CONFIRMED_DOWNLOADED', { actor: by });
  }
  return `ok ${seen.status}`;
}

function asRecipient(transfer: ModelTransfer | undefined, by: Name): Received | string {
  if (transfer === undefined || rolesOf(transfer, by).length === 0) return 'TRANSFER_NOT_FOUND';
  const recipient = transfer.recipients.find(({ party }) => party === by);
  return recipient === undefined ? 'NOT_A_RECIPIENT' : { transfer, recipient };
}

function mayReceive(world: World, { transfer, recipient }: Received): boolean {
  return mayDo(world, transfer.resource, recipient.party, 'RECEIVE');
}

/** What has expired, or whose grace period is over, is gone, also where the broker has not got round to its purge. */
function refuseFile(world: World, transfer: ModelTransfer): string | undefined {
  const { status } = transfer;
  if (hasEnded(transfer)) return 'FILE_NOT_AVAILABLE 410';
  if (status !== 'PUBLISHED' && status !== 'ALL_CONFIRMED_DOWNLOADED') {
    return 'FILE_NOT_AVAILABLE 409';
  }
  return world.now >= purgeDueAt(transfer) ? 'FILE_NOT_AVAILABLE 410' : undefined;
}

/** Told once in five minutes; whoever has confirmed stays confirmed. */
function startDownload(world: World, { transfer, recipient }: Received): void {
  if (recipient.status === 'INITIALIZED') {
    recipient.status = 'DOWNLOAD_STARTED';
    recipient.startedAt = world.now;
  } else if (world.now - (recipient.toldAt ?? 0) < 5 * MINUTE) return;
  recipient.toldAt = world.now;
  tell(world, transfer, 'DOWNLOAD_STARTED', { actor: recipient.party, recipient });
}
