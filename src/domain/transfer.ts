/**
 * The status machine: (state, command) → what changes and which events tell of it, or the error that says why not.
 * It knows no storage and no clock. `states.md` of the contract is its specification, and a table test names every pair.
 */

import type { PartyId } from './party-id.ts';
import { fail, ok, type Result } from './result.ts';
import {
  type EventType,
  type FailureCode,
  hasEnded,
  isAvailable,
  type RecipientStatus,
  type TransferStatus,
} from './transfer-status.ts';

/** A second download by the same recipient within this time gives no event of its own. */
export const DOWNLOAD_EVENT_INTERVAL_MS = 5 * 60 * 1000;

export interface TransferState {
  readonly id: string;
  readonly status: TransferStatus;
  readonly sender: PartyId;
  /** Epoch milliseconds; from then on nobody may begin to download the file: it has expired, or its grace period is over. */
  readonly availableUntil: number;
  /** Its purge has begun and is not told of yet: the bytes may be gone. */
  readonly isBeingPurged: boolean;
  /** Recipients were told already that it expires soon. */
  readonly isReminded: boolean;
  /** Bytes of it are stored; what is deleted then is told of. */
  readonly hasBytes: boolean;
  readonly fileDeleted: boolean;
  readonly purgeAfterAllConfirmed: boolean;
  /** How many recipients have not confirmed. */
  readonly unconfirmed: number;
  /** Lower-case hex, once the whole file was received. */
  readonly sha256: string | null;
}

export interface RecipientState {
  readonly party: PartyId;
  readonly status: RecipientStatus;
  /** When its last DOWNLOAD_STARTED was told, in epoch milliseconds. */
  readonly lastDownloadEventAt: number | null;
}

/** A recipient that has not confirmed. */
export type UnconfirmedRecipient = Pick<RecipientState, 'party' | 'status'>;

export type TransferCommand =
  | { readonly type: 'startUpload' }
  /** Bytes of a started upload come; asks only whether they still may. */
  | { readonly type: 'continueUpload' }
  | { readonly type: 'receiveLastByte' }
  | { readonly type: 'publish' }
  | { readonly type: 'failUpload'; readonly failure: FailureCode }
  | { readonly type: 'cancel' }
  /** The file expires soon: who has not confirmed is told. */
  | { readonly type: 'remind'; readonly unconfirmed: readonly UnconfirmedRecipient[] }
  /** The storage has lost bytes that were received; what is left of them, if anything, is of no use. */
  | { readonly type: 'loseFile'; readonly leavesBytes: boolean }
  | { readonly type: 'expire'; readonly unconfirmed: readonly UnconfirmedRecipient[] }
  /** The grace period after the last confirmation is over. */
  | { readonly type: 'purge' }
  /** The bytes of an ended transfer are gone. */
  | { readonly type: 'deleteFile' }
  | { readonly type: 'requestDownload'; readonly at: number }
  | { readonly type: 'startDownload'; readonly recipient: RecipientState; readonly at: number }
  | {
      readonly type: 'confirmDownload';
      readonly recipient: RecipientState;
      readonly sha256: string | null;
    };

export type CommandType = TransferCommand['type'];

/** One entry for the event log, before it has an id and a time. */
export interface EventDraft {
  readonly type: EventType;
  readonly transferStatus: TransferStatus;
  readonly subject: PartyId | null;
  readonly recipientStatus: RecipientStatus | null;
}

export interface Decision {
  /** The transfer's status from now on; undefined where it stays. */
  readonly status?: TransferStatus;
  readonly failure?: FailureCode;
  /** The acting recipient's status from now on; undefined where it stays. */
  readonly recipientStatus?: RecipientStatus;
  readonly events: readonly EventDraft[];
  /** The stored bytes have to go. */
  readonly deletesFile?: boolean;
}

const NOTHING: Decision = { events: [] };

/** Decides a command. A decision without events and changes means: done already, answer as before. */
export function decide(state: TransferState, command: TransferCommand): Result<Decision> {
  switch (command.type) {
    case 'startUpload':
      return decideStartUpload(state);
    case 'continueUpload':
      return state.status === 'UPLOAD_STARTED' && !state.isBeingPurged
        ? ok(NOTHING)
        : uploadRefused(state);
    case 'receiveLastByte':
      return decideReceiveLastByte(state);
    case 'publish':
      // A verdict that comes late changes nothing.
      if (state.status !== 'UPLOAD_PROCESSING' || state.isBeingPurged) return ok(NOTHING);
      return ok({ status: 'PUBLISHED', events: [event('PUBLISHED', 'PUBLISHED')] });
    case 'failUpload':
      return decideFailUpload(state, command.failure);
    case 'cancel':
      return decideCancel(state);
    case 'remind':
      return ok(decideRemind(state, command.unconfirmed));
    case 'loseFile':
      return ok(decideLoseFile(state, command.leavesBytes));
    case 'expire':
      return ok(decideExpire(state, command.unconfirmed));
    case 'purge':
      return ok(decidePurge(state));
    case 'deleteFile':
      return ok(decideDeleteFile(state));
    case 'requestDownload':
      return decideRequestDownload(state, command.at);
    case 'startDownload':
      return decideStartDownload(state, command.recipient, command.at);
    case 'confirmDownload':
      return decideConfirmDownload(state, command.recipient, command.sha256);
  }
}

function event(
  type: EventType,
  transferStatus: TransferStatus,
  subject: PartyId | null = null,
  recipientStatus: RecipientStatus | null = null,
): EventDraft {
  return { type, transferStatus, subject, recipientStatus };
}

function decideStartUpload(state: TransferState): Result<Decision> {
  if (state.status === 'UPLOAD_STARTED') return ok(NOTHING);
  if (state.status !== 'INITIALIZED') return uploadRefused(state);
  return ok({
    status: 'UPLOAD_STARTED',
    events: [event('UPLOAD_STARTED', 'UPLOAD_STARTED', state.sender)],
  });
}

/** Why a status takes no bytes (any more). */
function uploadRefused(state: TransferState): Result<never> {
  if (hasEnded(state.status) || state.isBeingPurged) {
    const why = state.isBeingPurged ? 'the transfer has expired' : state.status;
    return fail('UPLOAD_ENDED', `The upload of transfer ${state.id} has ended: ${why}.`);
  }
  if (state.status === 'INITIALIZED') {
    return fail('TRANSFER_NOT_FOUND', `The upload of transfer ${state.id} has not been created.`);
  }
  return fail(
    'TRANSFER_ALREADY_UPLOADED',
    `The file of transfer ${state.id} has been uploaded already; start a new transfer for another one.`,
  );
}

function decideReceiveLastByte(state: TransferState): Result<Decision> {
  if (state.isBeingPurged) return uploadRefused(state);
  if (state.status === 'UPLOAD_PROCESSING') return ok(NOTHING);
  if (state.status !== 'UPLOAD_STARTED') return uploadRefused(state);
  return ok({
    status: 'UPLOAD_PROCESSING',
    events: [event('UPLOAD_PROCESSING', 'UPLOAD_PROCESSING', state.sender)],
  });
}

function decideFailUpload(state: TransferState, failure: FailureCode): Result<Decision> {
  // A verdict that comes late changes nothing.
  const isOpen = state.status === 'UPLOAD_STARTED' || state.status === 'UPLOAD_PROCESSING';
  if (!isOpen || state.isBeingPurged) return ok(NOTHING);
  return ok({
    status: 'FAILED',
    failure,
    events: [event('UPLOAD_FAILED', 'FAILED', state.sender)],
    deletesFile: true,
  });
}

function decideCancel(state: TransferState): Result<Decision> {
  if (state.status === 'CANCELLED') return ok(NOTHING);
  if (hasEnded(state.status)) {
    return fail(
      'TRANSFER_ENDED',
      `Transfer ${state.id} has ended (${state.status}) and cannot be cancelled.`,
    );
  }
  return ok({
    status: 'CANCELLED',
    events: [event('FILE_TRANSFER_CANCELLED', 'CANCELLED', state.sender)],
    deletesFile: state.status !== 'INITIALIZED',
  });
}

function decideRemind(
  state: TransferState,
  unconfirmed: readonly UnconfirmedRecipient[],
): Decision {
  if (state.status !== 'PUBLISHED' || state.isReminded || state.isBeingPurged) return NOTHING;
  return {
    events: unconfirmed.map(({ party, status }) =>
      event('FILE_EXPIRING', 'PUBLISHED', party, status),
    ),
  };
}

function decideLoseFile(state: TransferState, leavesBytes: boolean): Decision {
  // A purge takes the bytes before it is told of.
  const hasFile = state.status !== 'INITIALIZED' && !hasEnded(state.status);
  if (!hasFile || state.isBeingPurged) return NOTHING;
  return {
    status: 'FAILED',
    failure: 'UPLOAD_FAILED',
    events: [event('UPLOAD_FAILED', 'FAILED', state.sender)],
    deletesFile: leavesBytes,
  };
}

/** Decided when the bytes are gone: purge, deletion and the recipients' omissions are one commit. */
function decideExpire(
  state: TransferState,
  unconfirmed: readonly UnconfirmedRecipient[],
): Decision {
  if (hasEnded(state.status)) return NOTHING;
  const wasPublished = isAvailable(state.status);
  return {
    status: 'PURGED',
    events: [
      ...deletion(state, 'PURGED'),
      ...(wasPublished ? unconfirmed : []).map(({ party, status }) =>
        // What a recipient did stays what it was: an omission changes no status of its own.
        event('FILE_NEVER_CONFIRMED_DOWNLOADED', 'PURGED', party, status),
      ),
    ],
  };
}

function decidePurge(state: TransferState): Decision {
  if (state.status !== 'ALL_CONFIRMED_DOWNLOADED' || !state.purgeAfterAllConfirmed) return NOTHING;
  return { status: 'PURGED', events: deletion(state, 'PURGED') };
}

function decideDeleteFile(state: TransferState): Decision {
  return hasEnded(state.status) ? { events: deletion(state, state.status) } : NOTHING;
}

/** FILE_DELETED is there exactly when stored bytes were deleted. */
function deletion(state: TransferState, status: TransferStatus): EventDraft[] {
  return state.hasBytes && !state.fileDeleted ? [event('FILE_DELETED', status)] : [];
}

function decideRequestDownload(state: TransferState, at: number): Result<Decision> {
  // Refused from that moment on, whether or not the purge has come round.
  const isGone = at >= state.availableUntil || state.isBeingPurged || state.fileDeleted;
  if (isAvailable(state.status) && !isGone) return ok(NOTHING);
  const gone = hasEnded(state.status) || isAvailable(state.status);
  const why = hasEnded(state.status)
    ? `it has ended (${state.status})`
    : gone
      ? state.status === 'PUBLISHED'
        ? 'it has expired'
        : 'all have confirmed, and its time is over'
      : `it is not published yet (${state.status})`;
  const message = `The file of transfer ${state.id} is not available: ${why}.`;
  return fail('FILE_NOT_AVAILABLE', message, { gone });
}

function decideStartDownload(
  state: TransferState,
  recipient: RecipientState,
  at: number,
): Result<Decision> {
  const refused = decideRequestDownload(state, at);
  if (!refused.ok) return refused;
  const advances = recipient.status === 'INITIALIZED';
  const last = recipient.lastDownloadEventAt;
  const isTold = last !== null && at - last < DOWNLOAD_EVENT_INTERVAL_MS;
  if (!advances && isTold) return ok(NOTHING);
  const status = advances ? 'DOWNLOAD_STARTED' : recipient.status;
  return ok({
    ...(advances ? { recipientStatus: 'DOWNLOAD_STARTED' as const } : {}),
    events: [event('DOWNLOAD_STARTED', state.status, recipient.party, status)],
  });
}

function decideConfirmDownload(
  state: TransferState,
  recipient: RecipientState,
  sha256: string | null,
): Result<Decision> {
  // Confirming again answers the transfer, whatever became of it, and compares nothing.
  if (recipient.status === 'DOWNLOAD_CONFIRMED') return ok(NOTHING);
  switch (state.status) {
    case 'INITIALIZED':
    case 'UPLOAD_STARTED':
      return fail(
        'NO_FILE_UPLOADED',
        `The file of transfer ${state.id} has not been uploaded yet.`,
      );
    case 'UPLOAD_PROCESSING':
      return fail(
        'TRANSFER_NOT_PUBLISHED',
        `The file of transfer ${state.id} is being processed and is not published yet.`,
      );
    case 'CANCELLED':
    case 'PURGED':
    case 'FAILED':
      return fail('TRANSFER_ENDED', `Transfer ${state.id} has ended (${state.status}).`);
    case 'PUBLISHED':
    case 'ALL_CONFIRMED_DOWNLOADED':
      break;
  }
  if (recipient.status === 'INITIALIZED') {
    return fail(
      'DOWNLOAD_NOT_STARTED',
      `${recipient.party} has not started a download of transfer ${state.id}.`,
    );
  }
  if (sha256 !== null && sha256 !== state.sha256) {
    const message = `The SHA-256 ${sha256} is not that of the file, ${state.sha256}; nothing was confirmed.`;
    return fail('DIGEST_MISMATCH', message, {
      field: 'sha256',
      problems: [{ field: 'sha256', code: 'DIGEST_MISMATCH', message }],
    });
  }
  const isLast = state.unconfirmed === 1;
  const status = isLast ? 'ALL_CONFIRMED_DOWNLOADED' : state.status;
  return ok({
    ...(isLast ? { status: 'ALL_CONFIRMED_DOWNLOADED' as const } : {}),
    recipientStatus: 'DOWNLOAD_CONFIRMED',
    events: [
      // The confirmation is told before what follows from it, with the status that it found.
      event('DOWNLOAD_CONFIRMED', state.status, recipient.party, 'DOWNLOAD_CONFIRMED'),
      ...(isLast ? [event('ALL_CONFIRMED_DOWNLOADED', status)] : []),
    ],
  });
}
