/** The statuses of a transfer and of its recipients, the events that tell of them, and their sentences for a person. */
import type { ErrorCode } from './error-code.ts';

export const TRANSFER_STATUSES = [
  'INITIALIZED',
  'UPLOAD_STARTED',
  'UPLOAD_PROCESSING',
  'PUBLISHED',
  'ALL_CONFIRMED_DOWNLOADED',
  'CANCELLED',
  'PURGED',
  'FAILED',
] as const;
export type TransferStatus = (typeof TRANSFER_STATUSES)[number];

export const RECIPIENT_STATUSES = [
  'INITIALIZED',
  'DOWNLOAD_STARTED',
  'DOWNLOAD_CONFIRMED',
] as const;
export type RecipientStatus = (typeof RECIPIENT_STATUSES)[number];

export const TRANSFER_ROLES = ['SENDER', 'RECIPIENT', 'SERVICE_OWNER'] as const;
export type TransferRole = (typeof TRANSFER_ROLES)[number];

export const EVENT_TYPES = [
  'FILE_TRANSFER_INITIALIZED',
  'UPLOAD_PROCESSING',
  'PUBLISHED',
  'UPLOAD_FAILED',
  'DOWNLOAD_CONFIRMED',
  'ALL_CONFIRMED_DOWNLOADED',
  'FILE_DELETED',
  'FILE_NEVER_CONFIRMED_DOWNLOADED',
  'UPLOAD_STARTED',
  'DOWNLOAD_STARTED',
  'FILE_TRANSFER_CANCELLED',
  'FILE_EXPIRING',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export type VirusScanStatus = 'PENDING' | 'CLEAN' | 'INFECTED' | 'SKIPPED';

/** Why a transfer can fail. */
export type FailureCode = Extract<
  ErrorCode,
  'UPLOAD_FAILED' | 'UPLOAD_ABANDONED' | 'DIGEST_MISMATCH' | 'FILE_TOO_LARGE' | 'VIRUS_FOUND'
>;

/** The transfer has come to its end: nothing but the deletion of its bytes can follow. */
export function hasEnded(status: TransferStatus): boolean {
  return status === 'CANCELLED' || status === 'PURGED' || status === 'FAILED';
}

/** The file can be downloaded. */
export function isAvailable(status: TransferStatus): boolean {
  return status === 'PUBLISHED' || status === 'ALL_CONFIRMED_DOWNLOADED';
}

const FAILURE_TEXTS: Record<FailureCode, string> = {
  UPLOAD_FAILED: 'Bytes of the file were lost in the storage; send it again in a new transfer.',
  UPLOAD_ABANDONED: 'The upload was given up, because no byte came for 24 hours.',
  DIGEST_MISMATCH: 'The digest of the uploaded file is not the one that the sender expected.',
  FILE_TOO_LARGE: 'The file has more bytes than were declared, are allowed, or can be scanned.',
  VIRUS_FOUND: 'The virus scanner found malware in the file.',
};

const STATUS_TEXTS: Record<Exclude<TransferStatus, 'FAILED'>, string> = {
  INITIALIZED: 'The transfer is ready for the upload of its file.',
  UPLOAD_STARTED: 'The sender has started the upload.',
  UPLOAD_PROCESSING: 'The file has been uploaded and is being processed.',
  PUBLISHED: 'The file is ready for download.',
  ALL_CONFIRMED_DOWNLOADED: 'Every recipient has confirmed its download.',
  CANCELLED: 'The sender cancelled the transfer.',
  PURGED: 'The file has been deleted from the broker.',
};

/** What the sentence of a status says, beside the status. */
export interface StatusDetails {
  /** Null unless the transfer failed. */
  readonly failure: FailureCode | null;
  /** The scanner's name for what it found; null where it found nothing. */
  readonly finding: string | null;
}

/** What ClamAV's names begin with where a file goes beyond what it looks into. */
const LIMITS_FINDING = 'Heuristics.Limits.Exceeded';

/** One sentence that says how a transfer stands; where it failed, why. */
export function transferStatusText(
  status: TransferStatus,
  { failure, finding }: StatusDetails,
): string {
  if (status !== 'FAILED') return STATUS_TEXTS[status];
  if (failure !== 'VIRUS_FOUND' || finding === null) {
    return FAILURE_TEXTS[failure ?? 'UPLOAD_FAILED'];
  }
  return finding.startsWith(LIMITS_FINDING)
    ? `The virus scanner could not look into the whole file (${finding}), so it does not count as clean.`
    : `The virus scanner found ${finding} in the file.`;
}

/** The sentence of a file that was received and cannot be scanned now. */
export const WAITS_FOR_SCANNER =
  'The file has been uploaded and waits for the virus scanner, which is not available now.';

const EVENT_TEXTS: Record<Exclude<EventType, 'UPLOAD_FAILED'>, string> = {
  FILE_TRANSFER_INITIALIZED: 'The sender initialized the transfer.',
  UPLOAD_STARTED: STATUS_TEXTS.UPLOAD_STARTED,
  UPLOAD_PROCESSING: STATUS_TEXTS.UPLOAD_PROCESSING,
  PUBLISHED: STATUS_TEXTS.PUBLISHED,
  DOWNLOAD_STARTED: 'The recipient started a download.',
  DOWNLOAD_CONFIRMED: 'The recipient confirmed its download.',
  ALL_CONFIRMED_DOWNLOADED: STATUS_TEXTS.ALL_CONFIRMED_DOWNLOADED,
  FILE_TRANSFER_CANCELLED: STATUS_TEXTS.CANCELLED,
  FILE_DELETED: STATUS_TEXTS.PURGED,
  FILE_NEVER_CONFIRMED_DOWNLOADED:
    'The file expired, and the recipient never confirmed its download.',
  FILE_EXPIRING: 'The file expires soon, and the recipient has not confirmed its download.',
};

/** One sentence that tells of an event. */
export function eventText(type: EventType, details: StatusDetails): string {
  return type === 'UPLOAD_FAILED' ? transferStatusText('FAILED', details) : EVENT_TEXTS[type];
}
