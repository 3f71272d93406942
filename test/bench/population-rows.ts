/** The rows that a broker leaves of planned transfers and of what they go through. */
import { createHash } from 'node:crypto';
import type { PartyId } from '../../src/domain/party-id.ts';
import { foldCase } from '../../src/domain/text.ts';
import {
  eventText,
  type TransferRole,
  type TransferStatus,
} from '../../src/domain/transfer-status.ts';
import { toFileNameBeginning } from '../../src/transfers/file-name-beginning.ts';
import { hasStatusBits, recipientStatusBits } from '../../src/transfers/recipient-statuses.ts';
import { toReferenceKey } from '../../src/transfers/reference-key.ts';
import type { InsertRow, Row } from './insert-rows.ts';
import {
  BEGINNING,
  createRandom,
  DAY_MS,
  OWNERS,
  PARTIES,
  type PlannedEvent,
  type PlannedTransfer,
  RESOURCES,
  TIME_TO_LIVE_MS,
} from './population.ts';

const MAX_SIZE = 50_000_000_000;
const GRACE_MS = 2 * 60 * 60 * 1000;

/** Parties, service owners and their resources. */
export function insertConfiguration(insert: InsertRow): void {
  const ids = createIds(-1);
  for (const id of PARTIES) insert('party', { id, name: `Party ${id}`, updated_at: BEGINNING });
  for (const party of OWNERS) {
    const id = ids.next(BEGINNING);
    insert('service_owner', { id, party_id: party, name: party, created_at: BEGINNING });
  }
  for (const { id, owner } of RESOURCES) {
    insert('resource', {
      id,
      owner_id: owner,
      title: null,
      max_transfer_size: MAX_SIZE,
      time_to_live_ms: TIME_TO_LIVE_MS,
      purge_after_all_confirmed: 1,
      purge_grace_ms: GRACE_MS,
      expiry_reminder_ms: 3 * DAY_MS,
      virus_scan: 'OPTIONAL',
      compute_md5: 0,
      required_party: null,
      open_to_send: 1,
      open_to_receive: 1,
      created_at: BEGINNING,
    });
  }
}

/** A transfer with all that belongs to it, after the last event so far; answers the position of its own last one. */
export function insertTransfer(
  insert: InsertRow,
  ids: Ids,
  id: string,
  planned: PlannedTransfer,
  logEnd: number,
): number {
  const transfer = toTransfer(id, planned);
  insert('transfer', transfer);
  for (const [position, { key, value }] of planned.properties.entries()) {
    insert('transfer_property', { transfer_id: id, position, key, value });
  }
  insertPart(insert, ids, transfer, planned, { party: planned.sender, role: 'SENDER' });
  insertPart(insert, ids, transfer, planned, { party: planned.owner, role: 'SERVICE_OWNER' });
  for (const { party } of planned.recipients) {
    insertPart(insert, ids, transfer, planned, { party, role: 'RECIPIENT' });
  }
  insertFile(insert, ids, transfer, planned);
  let position = logEnd;
  for (const event of planned.events) {
    position += 1;
    insertEvent(insert, ids, transfer, event, position);
    for (const [party, role] of concerned(planned, event)) {
      insert('event_party', { party_id: party, position, role });
    }
  }
  return position;
}

function toTransfer(id: string, planned: PlannedTransfer): Row<'transfer'> {
  const status = planned.events.at(-1)?.transferStatus ?? 'INITIALIZED';
  const count = (...statuses: string[]) =>
    planned.recipients.filter((recipient) => statuses.includes(recipient.status)).length;
  return {
    id,
    resource_id: planned.resource,
    owner_id: planned.owner,
    sender_id: planned.sender,
    file_name: planned.fileName,
    file_name_folded: foldCase(planned.fileName),
    senders_reference: planned.reference,
    status,
    failure: status === 'FAILED' ? 'UPLOAD_FAILED' : null,
    status_changed_at: enteredAt(planned, status) ?? planned.createdAt,
    created_at: planned.createdAt,
    published_at: enteredAt(planned, 'PUBLISHED'),
    expires_at: planned.createdAt + TIME_TO_LIVE_MS,
    file_deleted_at: planned.events.find(({ type }) => type === 'FILE_DELETED')?.at ?? null,
    expected_algorithm: null,
    expected_value: null,
    max_size: MAX_SIZE,
    purge_after_all_confirmed: 1,
    purge_grace_ms: GRACE_MS,
    expiry_reminder_ms: 3 * DAY_MS,
    virus_scan: 'OPTIONAL',
    compute_md5: 0,
    scan_status: 'SKIPPED',
    scanned_at: null,
    scan_finding: null,
    recipients_total: planned.recipients.length,
    recipients_started: count('DOWNLOAD_STARTED', 'DOWNLOAD_CONFIRMED'),
    recipients_confirmed: count('DOWNLOAD_CONFIRMED'),
    reminded_at: null,
    purge_begun_at: null,
  };
}

/** When a status began; null where it never did. */
function enteredAt({ events }: PlannedTransfer, status: TransferStatus): number | null {
  return events.find(({ transferStatus }) => transferStatus === status)?.at ?? null;
}

function insertPart(
  insert: InsertRow,
  ids: Ids,
  transfer: Row<'transfer'>,
  { recipients, events }: PlannedTransfer,
  { party, role }: { readonly party: PartyId; readonly role: TransferRole },
): void {
  const position = role === 'RECIPIENT' ? recipients.findIndex((r) => r.party === party) : 0;
  const own = role === 'RECIPIENT' ? events.filter(({ subject }) => subject === party) : [];
  const at = (type: string) => own.find((event) => event.type === type)?.at ?? null;
  const started = at('DOWNLOAD_STARTED');
  const confirmed = at('DOWNLOAD_CONFIRMED');
  const reference = transfer.senders_reference;
  insert('transfer_party', {
    id: ids.next(transfer.created_at),
    transfer_id: transfer.id,
    party_id: party,
    role,
    position,
    created_at: transfer.created_at,
    status: (role === 'RECIPIENT' ? recipients[position]?.status : undefined) ?? 'INITIALIZED',
    status_changed_at: confirmed ?? started ?? transfer.created_at,
    download_started_at: started,
    confirmed_at: confirmed,
    last_download_event_at: started,
    resource_id: transfer.resource_id,
    transfer_status: transfer.status,
    transfer_status_changed_at: transfer.status_changed_at,
    published_at: transfer.published_at,
    expires_at: transfer.expires_at,
    reference_key: reference === null ? null : toReferenceKey(reference),
    file_name_beginning: toFileNameBeginning(transfer.file_name_folded),
    recipient_statuses: hasStatusBits(role, transfer) ? recipientStatusBits(transfer) : null,
  });
}

function insertFile(
  insert: InsertRow,
  ids: Ids,
  { id, created_at }: Row<'transfer'>,
  planned: PlannedTransfer,
): void {
  const receivedAt = enteredAt(planned, 'UPLOAD_PROCESSING');
  const size = receivedAt === null ? null : 1000 + (created_at % 1_000_000);
  const fileId = ids.next(created_at);
  insert('file', {
    id: fileId,
    transfer_id: id,
    storage: 'disk',
    size,
    sha256: size === null ? null : createHash('sha256').update(id).digest('hex'),
    md5: null,
  });
  insert('upload', {
    id: ids.next(created_at),
    transfer_id: id,
    file_id: fileId,
    length: size,
    metadata: null,
    offset_flushed: size ?? 0,
    pending_from: null,
    started_at: enteredAt(planned, 'UPLOAD_STARTED'),
    last_byte_at: receivedAt,
    finished_at: receivedAt ?? enteredAt(planned, 'CANCELLED'),
  });
}

function insertEvent(
  insert: InsertRow,
  ids: Ids,
  transfer: Row<'transfer'>,
  event: PlannedEvent,
  position: number,
): void {
  insert('event', {
    position,
    id: ids.next(event.at),
    type: event.type,
    time: event.at,
    transfer_id: transfer.id,
    transfer_status: event.transferStatus,
    recipient_status: event.recipientStatus,
    status_text: eventText(event.type, { failure: transfer.failure, finding: null }),
    subject_id: event.subject,
    actor_party: event.type === 'FILE_NEVER_CONFIRMED_DOWNLOADED' ? null : event.subject,
    actor_vendor: null,
    actor_client_id: event.subject === null ? null : 'erp',
    actor_system_user_id: null,
    resource_id: transfer.resource_id,
    sender_id: transfer.sender_id,
    owner_id: transfer.owner_id,
  });
}

/** Whose part in the log an event is. */
function concerned(
  { sender, owner, recipients }: PlannedTransfer,
  { type, subject }: PlannedEvent,
): readonly (readonly [PartyId, TransferRole])[] {
  const isForAll = ['PUBLISHED', 'FILE_DELETED', 'FILE_TRANSFER_CANCELLED'].includes(type);
  return [
    [sender, 'SENDER'],
    [owner, 'SERVICE_OWNER'],
    ...recipients
      .filter(({ party }) => isForAll || party === subject)
      .map(({ party }) => [party, 'RECIPIENT'] as const),
  ];
}

export interface Ids {
  /** An id that was made then. */
  next(time: number): string;
}

/** UUIDs of version 7, of which those of a later transfer are greater where it was created in the same millisecond. */
export function createIds(n: number): Ids {
  const random = createRandom(n);
  let made = 0;
  return {
    next(time) {
      const hex = (value: number, digits: number) =>
        value.toString(16).padStart(digits, '0').slice(-digits);
      made += 1;
      const sequence = hex((n + 1) * 64 + made, 11);
      const tail = hex(Math.floor(random() * 2 ** 28), 7);
      const [high, low] = [hex(Math.floor(time / 2 ** 16), 8), hex(time % 2 ** 16, 4)];
      const middle = `${sequence.slice(0, 3)}-8${sequence.slice(3, 6)}`;
      return `${high}-${low}-7${middle}-${sequence.slice(6)}${tail}`;
    },
  };
}
