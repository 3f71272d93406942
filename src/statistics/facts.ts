/** What statistics know of one transfer, and what one event adds to it. */
import type { Selectable } from 'kysely';
import type {
  EventTable,
  StatisticsRecipientTable,
  StatisticsTransferTable,
} from '../database/index.ts';
import type { PartyId } from '../domain/party-id.ts';
import { hasEnded } from '../domain/transfer-status.ts';
import { findSpanColumn } from './confirmation-spans.ts';
import { createSums, SUM_INDEX, type SumColumn, type Sums } from './sum-columns.ts';

export type TransferFact = Selectable<StatisticsTransferTable>;
export type RecipientFact = Selectable<StatisticsRecipientTable>;
/** What is read of an event. */
export type CountedEvent = Pick<
  Selectable<EventTable>,
  'type' | 'time' | 'transfer_status' | 'subject_id' | 'actor_vendor' | 'sender_id'
>;

/** A transfer and its recipients, as far as the log has been counted. */
export interface Facts {
  readonly transfer: TransferFact;
  readonly recipients: ReadonlyMap<PartyId, RecipientFact>;
}

/** Takes an event in. `size` is that of the file, for the event that tells of its last byte. */
export function countEvent(facts: Facts, event: CountedEvent, size: number): void {
  const { transfer, recipients } = facts;
  const subject = event.subject_id === null ? undefined : recipients.get(event.subject_id);
  switch (event.type) {
    case 'FILE_TRANSFER_INITIALIZED': {
      const vendor = event.actor_vendor ?? event.sender_id;
      transfer.sender_vendor = vendor;
      for (const recipient of recipients.values()) recipient.sender_vendor = vendor;
      break;
    }
    case 'UPLOAD_PROCESSING':
      transfer.uploaded = 1;
      transfer.bytes_uploaded = size;
      break;
    case 'PUBLISHED':
      transfer.published = 1;
      transfer.published_at = event.time;
      for (const recipient of recipients.values()) recipient.waiting_since = event.time;
      break;
    case 'UPLOAD_FAILED':
      transfer.failed = 1;
      break;
    case 'FILE_TRANSFER_CANCELLED':
      transfer.cancelled = 1;
      break;
    case 'DOWNLOAD_STARTED':
      if (subject !== undefined) startDownload(subject, event);
      break;
    case 'DOWNLOAD_CONFIRMED':
      if (subject !== undefined) confirm(subject, event.time, transfer.published_at);
      break;
    case 'ALL_CONFIRMED_DOWNLOADED':
      transfer.all_confirmed = 1;
      transfer.still_open = 0;
      break;
    case 'FILE_NEVER_CONFIRMED_DOWNLOADED':
      transfer.never_confirmed = 1;
      if (subject !== undefined) subject.never_confirmed = 1;
      break;
    case 'UPLOAD_STARTED':
    case 'FILE_DELETED':
    case 'FILE_EXPIRING':
      break;
  }
  if (hasEnded(event.transfer_status)) end(facts);
}

function startDownload(recipient: RecipientFact, event: CountedEvent): void {
  recipient.download_attempts += 1;
  if (recipient.started === 1) return;
  recipient.started = 1;
  recipient.recipient_vendor = event.actor_vendor ?? recipient.recipient_id;
}

function confirm(recipient: RecipientFact, time: number, publishedAt: number | null): void {
  recipient.confirmed = 1;
  recipient.waiting_since = null;
  // Brokers whose clocks differ may date a confirmation before the publication.
  recipient.confirmed_after_ms = Math.max(0, time - (publishedAt ?? time));
}

/** Nothing is expected of the transfer any more. */
export function end({ transfer, recipients }: Facts): void {
  transfer.still_open = 0;
  for (const recipient of recipients.values()) recipient.waiting_since = null;
}

/** What the transfer adds to sums in which it counts once. */
export function sumUp({ transfer, recipients }: Facts): Sums {
  const sums = sumUpTransfer(transfer);
  for (const recipient of recipients.values()) {
    addRecipient(sums, recipient);
    if (recipient.confirmed === 1) put(sums, 'any_confirmed', 1);
  }
  return sums;
}

/** What the transfer adds to sums in which it counts once for each recipient. */
export function sumUpFor(transfer: TransferFact, recipient: RecipientFact): Sums {
  const sums = sumUpTransfer(transfer);
  addRecipient(sums, recipient);
  put(sums, 'any_confirmed', recipient.confirmed);
  return sums;
}

function sumUpTransfer(transfer: TransferFact): Sums {
  const sums = createSums();
  put(sums, 'transfers', 1);
  for (const column of [
    'uploaded',
    'published',
    'failed',
    'cancelled',
    'all_confirmed',
    'never_confirmed',
    'still_open',
    'bytes_uploaded',
  ] as const) {
    put(sums, column, transfer[column]);
  }
  return sums;
}

function addRecipient(sums: Sums, recipient: RecipientFact): void {
  add(sums, 'download_attempts', recipient.download_attempts);
  add(sums, 'downloads_started', recipient.started);
  add(sums, 'downloads_confirmed', recipient.confirmed);
  add(sums, 'recipients_never_confirmed', recipient.never_confirmed);
  if (recipient.confirmed_after_ms !== null) {
    add(sums, findSpanColumn(recipient.confirmed_after_ms), 1);
  }
}

function put(sums: Sums, column: SumColumn, value: number): void {
  sums[SUM_INDEX[column]] = value;
}

function add(sums: Sums, column: SumColumn, value: number): void {
  sums[SUM_INDEX[column]] = (sums[SUM_INDEX[column]] ?? 0) + value;
}
