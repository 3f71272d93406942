/** The rows of planned transfers that statistics are counted of, and that a broker answers from. */
import type { PartyId } from '../../src/domain/party-id.ts';
import { eventText, type TransferRole } from '../../src/domain/transfer-status.ts';
import { toFileNameBeginning } from '../../src/transfers/file-name-beginning.ts';
import type { InsertRow, Row } from './insert-rows.ts';
import { createIds, type Ids } from './population-rows.ts';
import {
  ALL_PARTIES,
  BEGINNING,
  OWNERS,
  type PlannedEvent,
  type PlannedTransfer,
  RESOURCES,
  vendorOf,
} from './statistics-population.ts';

const MAX_SIZE = 50_000_000_000;
const FILE_NAME = 'Payroll Q3.pdf';

/** Parties, service owners and their resources. */
export function insertStatisticsConfiguration(insert: InsertRow): void {
  const ids = createIds(-1);
  for (const id of ALL_PARTIES) {
    insert('party', { id, name: `Party ${id}`, updated_at: BEGINNING });
  }
  for (const party of OWNERS) {
    const id = ids.next(BEGINNING);
    insert('service_owner', { id, party_id: party, name: party, created_at: BEGINNING });
  }
  for (const { id, owner, timeToLiveMs, isArchive } of RESOURCES) {
    insert('resource', {
      id,
      owner_id: owner,
      title: null,
      max_transfer_size: MAX_SIZE,
      time_to_live_ms: timeToLiveMs,
      purge_after_all_confirmed: isArchive ? 0 : 1,
      purge_grace_ms: 0,
      expiry_reminder_ms: null,
      virus_scan: 'OPTIONAL',
      compute_md5: 0,
      required_party: null,
      open_to_send: 1,
      open_to_receive: 1,
      created_at: BEGINNING,
    });
  }
}

/** A transfer with its parties and its file; answers its id. */
export function insertStatisticsTransfer(
  insert: InsertRow,
  ids: Ids,
  planned: PlannedTransfer,
): string {
  const transfer = toTransfer(ids.next(planned.createdAt), planned);
  insert('transfer', transfer);
  const parts = [
    [planned.sender, 'SENDER'],
    [planned.resource.owner, 'SERVICE_OWNER'],
    ...planned.recipients.map((party) => [party, 'RECIPIENT'] as const),
  ] as const;
  for (const [index, [party, role]] of parts.entries()) {
    const position = role === 'RECIPIENT' ? index - 2 : 0;
    insert('transfer_party', toPart(ids, transfer, planned, { party, role, position }));
  }
  const isReceived = enteredAt(planned, 'UPLOAD_PROCESSING') !== null;
  insert('file', {
    id: ids.next(planned.createdAt),
    transfer_id: transfer.id,
    storage: 'disk',
    size: isReceived ? planned.sizeBytes : null,
    sha256: null,
    md5: null,
  });
  return transfer.id;
}

function toTransfer(id: string, planned: PlannedTransfer): Row<'transfer'> {
  const { resource, sender, recipients, createdAt, expiresAt, status, events } = planned;
  const count = (type: string) =>
    new Set(events.filter((event) => event.type === type).map(({ subject }) => subject)).size;
  return {
    id,
    resource_id: resource.id,
    owner_id: resource.owner,
    sender_id: sender,
    file_name: FILE_NAME,
    file_name_folded: FILE_NAME.toLowerCase(),
    senders_reference: null,
    status,
    failure: status === 'FAILED' ? 'UPLOAD_FAILED' : null,
    status_changed_at: enteredAt(planned, status) ?? createdAt,
    created_at: createdAt,
    published_at: enteredAt(planned, 'PUBLISHED'),
    expires_at: expiresAt,
    file_deleted_at: events.find(({ type }) => type === 'FILE_DELETED')?.at ?? null,
    expected_algorithm: null,
    expected_value: null,
    max_size: MAX_SIZE,
    purge_after_all_confirmed: resource.isArchive ? 0 : 1,
    purge_grace_ms: 0,
    expiry_reminder_ms: null,
    virus_scan: 'OPTIONAL',
    compute_md5: 0,
    scan_status: 'SKIPPED',
    scanned_at: null,
    scan_finding: null,
    recipients_total: recipients.length,
    recipients_started: count('DOWNLOAD_STARTED'),
    recipients_confirmed: count('DOWNLOAD_CONFIRMED'),
    reminded_at: null,
    purge_begun_at: null,
  };
}

/** When a status began; null where it never did. */
function enteredAt({ events }: PlannedTransfer, status: string): number | null {
  return events.find(({ transferStatus }) => transferStatus === status)?.at ?? null;
}

interface Part {
  readonly party: PartyId;
  readonly role: TransferRole;
  readonly position: number;
}

function toPart(
  ids: Ids,
  transfer: Row<'transfer'>,
  { events }: PlannedTransfer,
  { party, role, position }: Part,
): Row<'transfer_party'> {
  const at = (type: string) =>
    (role === 'RECIPIENT'
      ? events.find((event) => event.type === type && event.subject === party)?.at
      : undefined) ?? null;
  const started = at('DOWNLOAD_STARTED');
  const confirmed = at('DOWNLOAD_CONFIRMED');
  return {
    id: ids.next(transfer.created_at),
    transfer_id: transfer.id,
    party_id: party,
    role,
    position,
    created_at: transfer.created_at,
    status:
      confirmed !== null
        ? 'DOWNLOAD_CONFIRMED'
        : started !== null
          ? 'DOWNLOAD_STARTED'
          : 'INITIALIZED',
    status_changed_at: confirmed ?? started ?? transfer.created_at,
    download_started_at: started,
    confirmed_at: confirmed,
    last_download_event_at: started,
    resource_id: transfer.resource_id,
    transfer_status: transfer.status,
    transfer_status_changed_at: transfer.status_changed_at,
    published_at: transfer.published_at,
    expires_at: transfer.expires_at,
    reference_key: null,
    file_name_beginning: toFileNameBeginning(transfer.file_name_folded),
    recipient_statuses: null,
  };
}

/** An event that has no position yet. */
export function toEventRow(
  transferId: string,
  id: string,
  { resource, sender }: PlannedTransfer,
  { type, at, transferStatus, subject, recipientStatus }: PlannedEvent,
): Omit<Row<'event'>, 'position'> {
  const actor = type === 'FILE_NEVER_CONFIRMED_DOWNLOADED' ? null : subject;
  return {
    id,
    type,
    time: at,
    transfer_id: transferId,
    transfer_status: transferStatus,
    recipient_status: recipientStatus,
    status_text: eventText(type, { failure: 'UPLOAD_FAILED', finding: null }),
    subject_id: subject,
    actor_party: actor,
    actor_vendor: actor === null ? null : vendorOf(actor),
    actor_client_id: actor === null ? null : 'erp',
    actor_system_user_id: null,
    resource_id: resource.id,
    sender_id: sender,
    owner_id: resource.owner,
  };
}
