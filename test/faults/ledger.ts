/** What was asked of the broker and what it acknowledged, transfer by transfer. */
import { createHash } from 'node:crypto';
import type { RecipientStatus, TransferStatus } from '../../src/domain/transfer-status.ts';
import type { ResourceKind } from './resource-kinds.ts';

/** Statuses in which a transfer can be later, and itself. FAILED after PUBLISHED would be lost bytes. */
const LATER: Record<TransferStatus, readonly TransferStatus[]> = {
  INITIALIZED: [
    'INITIALIZED',
    'UPLOAD_STARTED',
    'UPLOAD_PROCESSING',
    'PUBLISHED',
    'ALL_CONFIRMED_DOWNLOADED',
    'CANCELLED',
    'PURGED',
    'FAILED',
  ],
  UPLOAD_STARTED: [
    'UPLOAD_STARTED',
    'UPLOAD_PROCESSING',
    'PUBLISHED',
    'ALL_CONFIRMED_DOWNLOADED',
    'CANCELLED',
    'PURGED',
    'FAILED',
  ],
  UPLOAD_PROCESSING: [
    'UPLOAD_PROCESSING',
    'PUBLISHED',
    'ALL_CONFIRMED_DOWNLOADED',
    'CANCELLED',
    'PURGED',
    'FAILED',
  ],
  PUBLISHED: ['PUBLISHED', 'ALL_CONFIRMED_DOWNLOADED', 'CANCELLED', 'PURGED'],
  ALL_CONFIRMED_DOWNLOADED: ['ALL_CONFIRMED_DOWNLOADED', 'CANCELLED', 'PURGED'],
  CANCELLED: ['CANCELLED'],
  PURGED: ['PURGED'],
  FAILED: ['FAILED'],
};

const RECIPIENT_ORDER: readonly RecipientStatus[] = [
  'INITIALIZED',
  'DOWNLOAD_STARTED',
  'DOWNLOAD_CONFIRMED',
];

/** Whether the contract lets a transfer get from one status to the other, in any number of steps. */
export function canBecome(from: TransferStatus, to: TransferStatus): boolean {
  return LATER[from].includes(to);
}

/** How far a recipient is. */
export function rankOf(status: RecipientStatus): number {
  return RECIPIENT_ORDER.indexOf(status);
}

/** What the broker has said of a transfer: it can only become more. */
export interface Known {
  readonly status: TransferStatus;
  /** The highest offset of its upload. */
  readonly offset: number;
  readonly recipients: ReadonlyMap<string, RecipientStatus>;
  /** Its history, as far as it was seen. */
  readonly eventIds: readonly string[];
}

export interface ExpectedDigest {
  readonly algorithm: 'MD5' | 'SHA256';
  readonly value: string;
}

/** How its sender goes about it. */
export interface UploadPlan {
  way: 'patch' | 'put' | 'tus client';
  /** Says the length with the last piece. */
  defersLength: boolean;
  /** Leaves it there; undefined: sends all. */
  readonly leavesAt: number | undefined;
}

export interface TransferRecord {
  readonly number: number;
  readonly resource: ResourceKind;
  readonly sender: string;
  readonly recipients: readonly string[];
  /** Undefined: a lost answer stays lost. */
  readonly idempotencyKey: string | undefined;
  readonly expectedDigest: ExpectedDigest | undefined;
  /** All that the sender would send. */
  readonly content: Buffer;
  /** The length that it declares. */
  readonly length: number;
  /** Of the content. */
  readonly sha256: string;
  /** The expected digest is another one. */
  readonly isMismatch: boolean;
  /** There is more of it than declared or allowed. */
  readonly isTooLarge: boolean;
  readonly plan: UploadPlan;
  /** Once its initialization was acknowledged. */
  transfer: { readonly id: string; readonly expiresAt: number } | undefined;
  known: Known;
  /** What may have happened, as it was asked for. */
  readonly asked: {
    cancel: boolean;
    readonly downloads: Set<string>;
    /** Recipients that asked to confirm with the right digest, or none. */
    readonly confirmations: Set<string>;
  };
  /** Somebody is at its upload. */
  isBusy: boolean;
  /** The client's idea of its upload; the offset is undefined where it has to ask. */
  readonly upload: {
    isCreated: boolean;
    offset: number | undefined;
    isOver: boolean;
    /** The life in which it last cut a request, which the broker may come to only now. */
    cutInLife: number;
  };
  /** One line per act, for whoever looks for what went wrong. */
  readonly journal: string[];
}

/** As much as is known before anything has happened. */
export function nothingKnown(recipients: readonly string[]): Known {
  return {
    status: 'INITIALIZED',
    offset: 0,
    recipients: new Map(recipients.map((party) => [party, 'INITIALIZED'])),
    eventIds: [],
  };
}

/** The broker has said that the transfer has got this far. Answers what contradicts it. */
export function noteStatus(record: TransferRecord, status: TransferStatus): string | undefined {
  const { known } = record;
  if (canBecome(known.status, status)) record.known = { ...known, status };
  // An answer that comes late tells of a status before.
  else if (!canBecome(status, known.status)) {
    return `It is ${status}, and was known to be ${known.status}.`;
  }
  return undefined;
}

/** The broker has said that it holds this many bytes of the upload. */
export function noteOffset(record: TransferRecord, offset: number): void {
  if (offset > record.known.offset) record.known = { ...record.known, offset };
}

/** The broker has said that the recipient has got this far. */
export function noteRecipient(
  record: TransferRecord,
  party: string,
  status: RecipientStatus,
): void {
  const { known } = record;
  if (rankOf(known.recipients.get(party) ?? 'INITIALIZED') >= rankOf(status)) return;
  record.known = { ...known, recipients: new Map(known.recipients).set(party, status) };
}

/** The broker has shown this much of the history. */
export function noteEvents(record: TransferRecord, eventIds: readonly string[]): void {
  if (eventIds.length > record.known.eventIds.length) record.known = { ...record.known, eventIds };
}

/** Whether its file may be unavailable, for all that was asked and the time that it is. */
export function mayHaveEnded(record: TransferRecord): boolean {
  return record.asked.cancel || mayHaveEndedByItself(record);
}

/** The same where nobody had cancelled it. */
export function mayHaveEndedByItself(record: TransferRecord): boolean {
  const { transfer, isMismatch, isTooLarge } = record;
  const hasExpired = transfer !== undefined && Date.now() >= transfer.expiresAt;
  return isMismatch || isTooLarge || mayBePurgedEarly(record) || hasExpired;
}

/** Whether all may have confirmed, so that it is purged before it expires. */
export function mayBePurgedEarly({ asked, recipients, resource }: TransferRecord): boolean {
  return resource.purges && recipients.every((party) => asked.confirmations.has(party));
}

/** Lower-case hex. */
export function digestOf(algorithm: 'md5' | 'sha256', content: Buffer): string {
  return createHash(algorithm).update(content).digest('hex');
}
