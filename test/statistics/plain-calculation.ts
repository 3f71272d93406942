/**
 * Statistics by plain loops over the raw log, as the contract tells them: slow, and without a line of what the broker counts
 * with. Only the shapes of questions and answers are the broker's.
 */
import type { Database } from '../../src/database/index.ts';
import type { Viewer } from '../../src/domain/caller.ts';
import type { PartyId } from '../../src/domain/party-id.ts';
import type { EventType, TransferStatus } from '../../src/domain/transfer-status.ts';
import type {
  StatisticsDimension,
  StatisticsFilter,
  StatisticsMeasure,
  StatisticsRequest,
  StatisticsRow,
} from '../../src/statistics/index.ts';

export interface LoggedEvent {
  readonly position: number;
  readonly type: EventType;
  readonly time: number;
  readonly transfer_id: string;
  readonly transfer_status: TransferStatus;
  readonly subject_id: PartyId | null;
  readonly actor_vendor: PartyId | null;
  readonly resource_id: string;
  readonly sender_id: PartyId;
  readonly owner_id: PartyId;
}

export interface RawLog {
  /** In order. */
  readonly events: readonly LoggedEvent[];
  readonly recipients: readonly { readonly transfer_id: string; readonly party_id: PartyId }[];
  readonly files: readonly { readonly transfer_id: string; readonly size: number | null }[];
  readonly statuses: readonly { readonly id: string; readonly status: TransferStatus }[];
}

export interface PlainRecipient {
  readonly party: PartyId;
  /** Of its first download. */
  vendor: PartyId | null;
  attempts: number;
  hasConfirmed: boolean;
  confirmedAfterMs: number | null;
  omissions: number;
}

export interface PlainTransfer {
  readonly id: string;
  readonly createdAt: number;
  readonly resourceId: string;
  readonly owner: PartyId;
  readonly sender: PartyId;
  readonly senderVendor: PartyId;
  readonly recipients: readonly PlainRecipient[];
  publishedAt: number | null;
  isUploaded: boolean;
  bytes: number;
  hasFailed: boolean;
  isCancelled: boolean;
  isAllConfirmed: boolean;
  isNeverConfirmed: boolean;
  hasEnded: boolean;
}

/** Everything that the calculation takes from the database. */
export function readRawLog(database: Database): Promise<RawLog> {
  return database.read(async (db) => ({
    events: await db.selectFrom('event').selectAll().orderBy('position').execute(),
    recipients: await db
      .selectFrom('transfer_party')
      .select(['transfer_id', 'party_id'])
      .where('role', '=', 'RECIPIENT')
      .execute(),
    files: await db.selectFrom('file').select(['transfer_id', 'size']).execute(),
    statuses: await db.selectFrom('transfer').select(['id', 'status']).execute(),
  }));
}

/** What became of each transfer. Of a log that is cut off, what was known by then. */
export function tellTransfers({ events, recipients, files, statuses }: RawLog): PlainTransfer[] {
  const transfers = new Map<string, PlainTransfer>();
  for (const event of events) {
    if (event.type !== 'FILE_TRANSFER_INITIALIZED') continue;
    const own = recipients.filter(({ transfer_id }) => transfer_id === event.transfer_id);
    transfers.set(event.transfer_id, {
      id: event.transfer_id,
      createdAt: event.time,
      resourceId: event.resource_id,
      owner: event.owner_id,
      sender: event.sender_id,
      senderVendor: event.actor_vendor ?? event.sender_id,
      recipients: own.map(({ party_id }) => ({
        party: party_id,
        vendor: null,
        attempts: 0,
        hasConfirmed: false,
        confirmedAfterMs: null,
        omissions: 0,
      })),
      publishedAt: null,
      isUploaded: false,
      bytes: 0,
      hasFailed: false,
      isCancelled: false,
      isAllConfirmed: false,
      isNeverConfirmed: false,
      hasEnded: false,
    });
  }
  for (const event of events) {
    const transfer = transfers.get(event.transfer_id);
    if (transfer === undefined) throw new Error(`Event ${event.position} is of no transfer.`);
    const file = files.find(({ transfer_id }) => transfer_id === event.transfer_id);
    tell(transfer, event, file?.size ?? 0);
  }
  // Whose file never came expires in silence.
  for (const { id, status } of statuses) {
    const transfer = transfers.get(id);
    if (transfer !== undefined && status === 'PURGED') transfer.hasEnded = true;
  }
  return [...transfers.values()];
}

const ENDS: readonly TransferStatus[] = ['CANCELLED', 'FAILED', 'PURGED'];

function tell(transfer: PlainTransfer, event: LoggedEvent, size: number): void {
  if (ENDS.includes(event.transfer_status)) transfer.hasEnded = true;
  const recipient = () => {
    const found = transfer.recipients.find(({ party }) => party === event.subject_id);
    if (found === undefined) throw new Error(`Event ${event.position} is of no recipient.`);
    return found;
  };
  switch (event.type) {
    case 'UPLOAD_PROCESSING':
      transfer.isUploaded = true;
      transfer.bytes = size;
      break;
    case 'PUBLISHED':
      transfer.publishedAt = event.time;
      break;
    case 'UPLOAD_FAILED':
      transfer.hasFailed = true;
      break;
    case 'FILE_TRANSFER_CANCELLED':
      transfer.isCancelled = true;
      break;
    case 'ALL_CONFIRMED_DOWNLOADED':
      transfer.isAllConfirmed = true;
      break;
    case 'FILE_NEVER_CONFIRMED_DOWNLOADED':
      transfer.isNeverConfirmed = true;
      recipient().omissions += 1;
      break;
    case 'DOWNLOAD_STARTED': {
      const one = recipient();
      if (one.attempts === 0) one.vendor = event.actor_vendor ?? one.party;
      one.attempts += 1;
      break;
    }
    case 'DOWNLOAD_CONFIRMED': {
      const one = recipient();
      one.hasConfirmed = true;
      one.confirmedAfterMs = event.time - (transfer.publishedAt ?? Number.NaN);
      break;
    }
    default:
      break;
  }
}

/** A transfer that is asked for, and those of its recipients that are counted. */
interface Counted {
  readonly transfer: PlainTransfer;
  /** Null where the viewer does not get to know it. */
  readonly senderVendor: PartyId | null;
  readonly recipients: readonly PlainRecipient[];
}

function findCounted(
  transfers: readonly PlainTransfer[],
  viewer: Viewer,
  { from, to, resourceIds, senders, recipients: wanted }: StatisticsFilter,
): Counted[] {
  const counted: Counted[] = [];
  for (const transfer of transfers) {
    const isSeen =
      (viewer.roles.includes('SERVICE_OWNER') && transfer.owner === viewer.party) ||
      (viewer.roles.includes('SENDER') && transfer.sender === viewer.party) ||
      (viewer.roles.includes('RECIPIENT') &&
        transfer.recipients.some(({ party }) => party === viewer.party));
    const day = Number(toDate(transfer).replaceAll('-', ''));
    const isAskedFor =
      (from == null || day >= from) &&
      (to == null || day < to) &&
      (resourceIds == null || resourceIds.includes(transfer.resourceId)) &&
      (senders == null || senders.includes(transfer.sender));
    const recipients = transfer.recipients.filter(
      ({ party }) => wanted == null || wanted.includes(party),
    );
    if (!isSeen || !isAskedFor || recipients.length === 0) continue;
    const knowsVendors =
      (viewer.roles.includes('SERVICE_OWNER') && transfer.owner === viewer.party) ||
      (viewer.roles.includes('SENDER') && transfer.sender === viewer.party);
    // As of events: a recipient knows its own vendor and no other.
    const known = ({ party, vendor }: PlainRecipient) =>
      knowsVendors || party === viewer.party ? vendor : null;
    counted.push({
      transfer,
      senderVendor: knowsVendors ? transfer.senderVendor : null,
      recipients: recipients.map((recipient) => ({ ...recipient, vendor: known(recipient) })),
    });
  }
  return counted;
}

function toDate({ createdAt }: PlainTransfer): string {
  return new Date(createdAt).toISOString().slice(0, 10);
}

type Keys = Pick<
  StatisticsRow,
  | 'period'
  | 'resourceId'
  | 'ownerId'
  | 'senderId'
  | 'recipientId'
  | 'senderVendor'
  | 'recipientVendor'
>;

const KEY_OF: Record<StatisticsDimension, keyof Keys> = {
  DAY: 'period',
  MONTH: 'period',
  RESOURCE: 'resourceId',
  SERVICE_OWNER: 'ownerId',
  SENDER: 'senderId',
  RECIPIENT: 'recipientId',
  SENDER_VENDOR: 'senderVendor',
  RECIPIENT_VENDOR: 'recipientVendor',
};

/** All rows, by period and then by the dimensions as they were named. Nothing counted is no row. */
export function calculateRows(
  transfers: readonly PlainTransfer[],
  viewer: Viewer,
  { filter, groupBy }: StatisticsRequest,
): StatisticsRow[] {
  const groups = new Map<string, { readonly keys: Keys; readonly counted: Counted[] }>();
  for (const whole of findCounted(transfers, viewer, filter)) {
    for (const [keys, counted] of divide(whole, groupBy)) {
      const name = JSON.stringify(keys);
      const group = groups.get(name) ?? { keys, counted: [] };
      group.counted.push(counted);
      groups.set(name, group);
    }
  }
  const rows = [...groups.values()].map(({ keys, counted }) => ({ ...keys, ...measure(counted) }));
  return rows.sort((a, b) => compareKeys(groupBy, a, b));
}

/** The rows that a transfer is counted in, each with those of its recipients that are counted there. */
function divide(
  { transfer, senderVendor, recipients }: Counted,
  groupBy: readonly StatisticsDimension[],
): (readonly [Keys, Counted])[] {
  const date = toDate(transfer);
  const keys: Keys = {
    period: groupBy.includes('DAY') ? date : groupBy.includes('MONTH') ? date.slice(0, 7) : null,
    resourceId: groupBy.includes('RESOURCE') ? transfer.resourceId : null,
    ownerId: groupBy.includes('SERVICE_OWNER') ? transfer.owner : null,
    senderId: groupBy.includes('SENDER') ? transfer.sender : null,
    senderVendor: groupBy.includes('SENDER_VENDOR') ? senderVendor : null,
    recipientId: null,
    recipientVendor: null,
  };
  const parts: (readonly [Keys, Counted & { recipients: PlainRecipient[] }])[] = [];
  for (const recipient of recipients) {
    const recipientId = groupBy.includes('RECIPIENT') ? recipient.party : null;
    const recipientVendor = groupBy.includes('RECIPIENT_VENDOR') ? recipient.vendor : null;
    const part = parts.find(
      ([own]) => own.recipientId === recipientId && own.recipientVendor === recipientVendor,
    );
    if (part !== undefined) part[1].recipients.push(recipient);
    else {
      parts.push([
        { ...keys, recipientId, recipientVendor },
        { transfer, senderVendor, recipients: [recipient] },
      ]);
    }
  }
  return parts;
}

function measure(counted: readonly Counted[]): Omit<StatisticsRow, keyof Keys> {
  const count = (is: (transfer: PlainTransfer) => boolean) =>
    counted.filter(({ transfer }) => is(transfer)).length;
  const recipients = counted.flatMap((one) => one.recipients);
  let bytesUploaded = 0;
  for (const { transfer } of counted) bytesUploaded += transfer.bytes;
  let downloadAttempts = 0;
  let recipientsNeverConfirmed = 0;
  for (const { attempts, omissions } of recipients) {
    downloadAttempts += attempts;
    recipientsNeverConfirmed += omissions;
  }
  return {
    transfers: counted.length,
    uploaded: count(({ isUploaded }) => isUploaded),
    published: count(({ publishedAt }) => publishedAt !== null),
    failed: count(({ hasFailed }) => hasFailed),
    cancelled: count(({ isCancelled }) => isCancelled),
    allConfirmed: count(({ isAllConfirmed }) => isAllConfirmed),
    neverConfirmed: count(({ isNeverConfirmed }) => isNeverConfirmed),
    open: count(({ hasEnded, isAllConfirmed }) => !hasEnded && !isAllConfirmed),
    anyConfirmed: counted.filter((one) => one.recipients.some(({ hasConfirmed }) => hasConfirmed))
      .length,
    bytesUploaded,
    downloadAttempts,
    downloadsStarted: recipients.filter(({ attempts }) => attempts > 0).length,
    downloadsConfirmed: recipients.filter(({ hasConfirmed }) => hasConfirmed).length,
    recipientsNeverConfirmed,
    medianSecondsToConfirm: findMedianSeconds(recipients),
  };
}

function findMedianSeconds(recipients: readonly PlainRecipient[]): number | null {
  const times = recipients
    .flatMap(({ confirmedAfterMs }) => confirmedAfterMs ?? [])
    .sort((a, b) => a - b);
  const lower = times[Math.floor((times.length - 1) / 2)];
  const upper = times[Math.floor(times.length / 2)];
  return lower === undefined || upper === undefined ? null : (lower + upper) / 2000;
}

/** Null before everything else, and texts as their bytes are. */
function compareKeys(groupBy: readonly StatisticsDimension[], a: Keys, b: Keys): number {
  const period = compareTexts(a.period, b.period);
  if (period !== 0) return period;
  for (const dimension of groupBy) {
    const order = compareTexts(a[KEY_OF[dimension]], b[KEY_OF[dimension]]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareTexts(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}

const MEASURE_OF = {
  TRANSFERS: 'transfers',
  BYTES_UPLOADED: 'bytesUploaded',
  DOWNLOADS_CONFIRMED: 'downloadsConfirmed',
  NEVER_CONFIRMED: 'neverConfirmed',
  MEDIAN_SECONDS_TO_CONFIRM: 'medianSecondsToConfirm',
} as const satisfies Record<StatisticsMeasure, keyof StatisticsRow>;

/** The rows by a measure; what has none comes last, whatever the direction, and equal ones stay as they were. */
export function orderRows(
  rows: readonly StatisticsRow[],
  orderBy: StatisticsMeasure | null,
  order: 'ASC' | 'DESC',
): StatisticsRow[] {
  if (orderBy === null) return [...rows];
  const measure = MEASURE_OF[orderBy];
  return [...rows].sort((a, b) => {
    const [left, right] = [a[measure], b[measure]];
    if (left === right) return 0;
    if (left === null) return 1;
    if (right === null) return -1;
    return order === 'ASC' ? left - right : right - left;
  });
}

/** How long after the publication each confirmation came, in milliseconds. */
export function calculateTimesToConfirm(
  transfers: readonly PlainTransfer[],
  viewer: Viewer,
  filter: StatisticsFilter,
): number[] {
  return findCounted(transfers, viewer, filter)
    .flatMap(({ recipients }) => recipients)
    .flatMap(({ confirmedAfterMs }) => confirmedAfterMs ?? []);
}

export interface Waiting {
  readonly recipient: PartyId;
  readonly publishedAt: number;
}

/** Published files that a recipient has not confirmed, whenever they were sent. */
export function calculateWaiting(
  transfers: readonly PlainTransfer[],
  viewer: Viewer,
  filter: StatisticsFilter,
): Waiting[] {
  const waiting: Waiting[] = [];
  const asked = { ...filter, from: null, to: null };
  for (const { transfer, recipients } of findCounted(transfers, viewer, asked)) {
    const { publishedAt, hasEnded } = transfer;
    if (publishedAt === null || hasEnded) continue;
    for (const { party, hasConfirmed } of recipients) {
      if (!hasConfirmed) waiting.push({ recipient: party, publishedAt });
    }
  }
  return waiting;
}
