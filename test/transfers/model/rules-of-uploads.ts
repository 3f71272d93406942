/** What a sender does with what it has announced. */
import type { Command, Name } from './commands.ts';
import { fail, remindIfDue } from './rules-of-deadlines.ts';
import type { Step } from './step.ts';
import {
  hasEnded,
  type ModelTransfer,
  mayDo,
  rolesOf,
  setStatus,
  tell,
  uploadExpiresAt,
  type World,
} from './world.ts';

/** The contract has one status for what comes at the wrong time or place of an upload. */
const CONFLICT = '409';

export function cancel(world: World, { by, transfer }: Step): string {
  if (transfer === undefined) return 'TRANSFER_NOT_FOUND';
  const refused = refuseSender(transfer, by);
  if (refused !== undefined) return refused;
  if (transfer.status === 'FAILED' || transfer.status === 'PURGED') return 'TRANSFER_ENDED';
  withdraw(world, transfer);
  return 'ok CANCELLED';
}

export function upload(world: World, step: Step): string {
  const { by, transfer, command } = step;
  if (transfer === undefined) return 'TRANSFER_NOT_FOUND';
  const refused = refuseSender(transfer, by);
  if (refused !== undefined) return refused;
  const takesBytes = command.does !== 'HEAD' && command.does !== 'DELETE';
  if (takesBytes && !mayDo(world, transfer.resource, by, 'SEND')) return 'NO_ACCESS_TO_RESOURCE';
  if (hasUploadEnded(world, transfer)) return 'UPLOAD_ENDED';
  switch (command.does) {
    case 'POST':
      return post(world, transfer, command.length);
    case 'PUT':
      return put(world, transfer, step.bytes);
    default:
      if (transfer.status === 'INITIALIZED') return 'TRANSFER_NOT_FOUND';
  }
  if (command.does === 'HEAD') return `ok ${transfer.offset}`;
  if (transfer.size !== null) return CONFLICT;
  if (command.does === 'PATCH') return patch(world, transfer, step, command);
  withdraw(world, transfer);
  return 'ok';
}

function refuseSender(transfer: ModelTransfer, by: Name): string | undefined {
  const roles = rolesOf(transfer, by);
  if (roles.length === 0) return 'TRANSFER_NOT_FOUND';
  return roles.includes('SENDER') ? undefined : 'NOT_THE_SENDER';
}

/** Also where the broker has not got round to noting it. */
function hasUploadEnded({ now }: World, transfer: ModelTransfer): boolean {
  if (hasEnded(transfer) || now >= transfer.expiresAt) return true;
  return transfer.status === 'UPLOAD_STARTED' && now >= (uploadExpiresAt(transfer) ?? Infinity);
}

function post(world: World, transfer: ModelTransfer, length: number | null): string {
  // A refused creation leaves nothing behind.
  if (length !== null && length > transfer.maxSize) return 'FILE_TOO_LARGE';
  if (transfer.status === 'INITIALIZED') {
    begin(world, transfer, length);
    return length === 0 ? failureOf(receive(world, transfer, 0)) : 'ok';
  }
  // The same again is well as long as no byte has come.
  return transfer.offset === 0 && transfer.length === length ? 'ok' : CONFLICT;
}

function put(world: World, transfer: ModelTransfer, bytes: number): string {
  if (transfer.status === 'INITIALIZED') {
    if (bytes > transfer.maxSize) return 'FILE_TOO_LARGE';
    begin(world, transfer, bytes);
  }
  if (transfer.size !== null || transfer.offset > 0) return CONFLICT;
  if (bytes > Math.min(transfer.length ?? bytes, transfer.maxSize))
    return tooLarge(world, transfer);
  transfer.length ??= bytes;
  if (bytes !== transfer.length) return 'INVALID_INPUT';
  return failureOf(receive(world, transfer, bytes));
}

function patch(
  world: World,
  transfer: ModelTransfer,
  { offset, bytes }: Step,
  { length }: Extract<Command, { does: 'PATCH' }>,
): string {
  if (offset !== transfer.offset) return CONFLICT;
  const declared = transfer.length ?? length;
  if (length !== null && (length !== declared || length < offset)) return 'INVALID_INPUT';
  const end = offset + bytes;
  if (end > (declared ?? end) || Math.max(end, length ?? 0) > transfer.maxSize) {
    return tooLarge(world, transfer);
  }
  transfer.length = declared;
  const failure = receive(world, transfer, bytes);
  return failure ?? `ok ${end}`;
}

function begin(world: World, transfer: ModelTransfer, length: number | null): void {
  setStatus(world, transfer, 'UPLOAD_STARTED');
  transfer.startedAt = world.now;
  transfer.length = length;
  tell(world, transfer, 'UPLOAD_STARTED', { actor: transfer.sender });
}

/** Bytes that fit; answers why the transfer failed with them, where it did. */
function receive(world: World, transfer: ModelTransfer, bytes: number): string | undefined {
  transfer.offset += bytes;
  if (bytes > 0) transfer.lastByteAt = world.now;
  if (transfer.offset !== transfer.length) return undefined;
  transfer.size = transfer.offset;
  setStatus(world, transfer, 'UPLOAD_PROCESSING');
  tell(world, transfer, 'UPLOAD_PROCESSING');
  const { expected, size } = transfer;
  if (expected !== null && expected.ofLength !== size) {
    fail(world, transfer, 'DIGEST_MISMATCH');
    return 'DIGEST_MISMATCH';
  }
  setStatus(world, transfer, 'PUBLISHED');
  transfer.publishedAt = world.now;
  tell(world, transfer, 'PUBLISHED');
  remindIfDue(world, transfer);
  return undefined;
}

const failureOf = (failure: string | undefined) => failure ?? 'ok';

function tooLarge(world: World, transfer: ModelTransfer): string {
  fail(world, transfer, 'FILE_TOO_LARGE');
  return 'FILE_TOO_LARGE';
}

/** Once more does nothing. */
function withdraw(world: World, transfer: ModelTransfer): void {
  if (transfer.status === 'CANCELLED') return;
  setStatus(world, transfer, 'CANCELLED');
  transfer.isToDelete = true;
  tell(world, transfer, 'FILE_TRANSFER_CANCELLED', { actor: transfer.sender });
}
