/**
 * Who and what there is in a large broker, decided by numbers alone: the n-th of so many transfers is always the same.
 * Every single filter of a list has a value here that lets through one or two percent, all over the time that there is.
 */
import { type PartyId, parsePartyId } from '../../src/domain/party-id.ts';
import type {
  EventType,
  RecipientStatus,
  TransferStatus,
} from '../../src/domain/transfer-status.ts';

const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;
/** Transfers are spread over this time, however many there are. */
export const BEGINNING = Date.UTC(2025, 0, 1);
export const END = BEGINNING + 400 * DAY_MS;
export const TIME_TO_LIVE_MS = 30 * DAY_MS;

/** Owns nine of ten resources, sends all that goes through the others, and some of its own: it sees everything. */
export const VIEWER = toParty(0);
const OTHER_OWNER = toParty(1);
export const OWNERS = [VIEWER, OTHER_OWNER] as const;
const SENDERS = Array.from({ length: 60 }, (_, n) => toParty(100 + n));
const RECIPIENTS = Array.from({ length: 180 }, (_, n) => toParty(200 + n));
const RESOURCES = Array.from({ length: 60 }, (_, n) => ({
  id: `channel-${String(n).padStart(2, '0')}`,
  owner: n % 10 === 9 ? OTHER_OWNER : VIEWER,
}));
export const PARTIES = [...OWNERS, ...SENDERS, ...RECIPIENTS] as const;
export { RESOURCES };

const DEPARTMENTS = ['finance', 'health', 'schools', 'roads', 'water', 'culture'];
const SUBJECTS = ['Report', 'Invoice', 'Minutes', 'Payroll', 'Census', 'Forecast'];
/** One transfer in sixty bears it; the others' references are their own. */
const SHARED_REFERENCE = 'monthly statement';

/** Values that let through one or two percent of what the viewer sees. */
export const RARE = {
  resource: RESOURCES[7]?.id ?? '',
  status: 'CANCELLED',
  ownStatus: 'DOWNLOAD_CONFIRMED',
  recipientStatus: 'DOWNLOAD_STARTED',
  sender: SENDERS[11] ?? VIEWER,
  recipient: RECIPIENTS[33] ?? VIEWER,
  reference: SHARED_REFERENCE,
  /** In another case than the names have. */
  fileNamePrefix: 'PAYROLL Q3 1',
  property: { key: 'department', value: 'roads' },
} as const;

export interface PlannedEvent {
  readonly type: EventType;
  readonly at: number;
  readonly transferStatus: TransferStatus;
  readonly subject: PartyId | null;
  readonly recipientStatus: RecipientStatus | null;
}

export interface PlannedTransfer {
  readonly resource: string;
  readonly owner: PartyId;
  readonly sender: PartyId;
  readonly fileName: string;
  readonly reference: string | null;
  readonly properties: readonly { readonly key: string; readonly value: string }[];
  readonly createdAt: number;
  readonly recipients: readonly { readonly party: PartyId; readonly status: RecipientStatus }[];
  /** Oldest first; the last one leaves the transfer in the status that it has. */
  readonly events: readonly PlannedEvent[];
}

/** The n-th of `count` transfers, in the order of their creation. */
export function planTransfer(n: number, count: number): PlannedTransfer {
  const random = createRandom(n);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const { id: resource, owner } = pick(RESOURCES);
  const sender = owner !== VIEWER || random() < 0.05 ? VIEWER : pick(SENDERS);
  const createdAt = BEGINNING + Math.floor((n * (END - BEGINNING)) / count);
  const first = Math.floor(random() * RECIPIENTS.length);
  const parties = [0, 61, 122].map(
    (step) => RECIPIENTS[(first + step) % RECIPIENTS.length] ?? VIEWER,
  );
  if (random() < 0.06) parties[0] = VIEWER;
  const { events, statuses } = planHistory(random, sender, parties, createdAt);
  return {
    resource,
    owner,
    sender,
    fileName: `${pick(SUBJECTS)} Q${1 + Math.floor(random() * 4)} ${10 + Math.floor(random() * 30)}-${n}.pdf`,
    reference: random() < 1 / 60 ? SHARED_REFERENCE : random() < 0.75 ? `order ${n}` : null,
    properties: random() < 0.1 ? [{ key: 'department', value: pick(DEPARTMENTS) }] : [],
    createdAt,
    recipients: parties.map((party, at) => ({ party, status: statuses[at] ?? 'INITIALIZED' })),
    events,
  };
}

/** What happened to a transfer, some eight events of it, and how far its recipients came. */
function planHistory(
  random: () => number,
  sender: PartyId,
  recipients: readonly PartyId[],
  createdAt: number,
) {
  const events: PlannedEvent[] = [];
  const statuses: RecipientStatus[] = recipients.map(() => 'INITIALIZED');
  let at = createdAt;
  let transferStatus: TransferStatus = 'INITIALIZED';
  const add = (
    type: EventType,
    subject: PartyId | null,
    recipientStatus: RecipientStatus | null = null,
  ) => {
    events.push({ type, at, transferStatus, subject, recipientStatus });
    at += Math.ceil(random() * MINUTE_MS);
  };
  const enter = (status: TransferStatus, type: EventType, subject: PartyId | null = null) => {
    transferStatus = status;
    add(type, subject);
  };
  const download = (index: number, confirms: boolean) => {
    const party = recipients[index] ?? null;
    add('DOWNLOAD_STARTED', party, 'DOWNLOAD_STARTED');
    if (confirms) add('DOWNLOAD_CONFIRMED', party, 'DOWNLOAD_CONFIRMED');
    statuses[index] = confirms ? 'DOWNLOAD_CONFIRMED' : 'DOWNLOAD_STARTED';
  };

  const fate = random();
  add('FILE_TRANSFER_INITIALIZED', sender);
  if (fate < 0.015) return { events, statuses };
  enter('UPLOAD_STARTED', 'UPLOAD_STARTED', sender);
  if (fate < 0.0151) return { events, statuses };
  if (fate < 0.018) {
    enter('CANCELLED', 'FILE_TRANSFER_CANCELLED', sender);
    return { events, statuses };
  }
  enter('UPLOAD_PROCESSING', 'UPLOAD_PROCESSING', sender);
  if (fate > 0.03 && fate < 0.045) {
    enter('FAILED', 'UPLOAD_FAILED', sender);
    return { events, statuses };
  }
  enter('PUBLISHED', 'PUBLISHED');
  if (fate < 0.03) {
    enter('CANCELLED', 'FILE_TRANSFER_CANCELLED', sender);
    add('FILE_DELETED', null);
    return { events, statuses };
  }
  const isPublished = fate < 0.35;
  const isConfirmed = !isPublished && fate < 0.45;
  const confirming = isConfirmed ? 3 : isPublished ? 2 : random() < 0.8 ? 0 : 2;
  for (let index = 0; index < confirming; index += 1) download(index, true);
  if (isPublished && random() < 0.05) download(2, false);
  if (isConfirmed) enter('ALL_CONFIRMED_DOWNLOADED', 'ALL_CONFIRMED_DOWNLOADED');
  if (isPublished || isConfirmed) return { events, statuses };
  at = createdAt + TIME_TO_LIVE_MS;
  // What has not expired by the end is still there.
  if (at > END) return { events, statuses };
  for (const party of recipients.slice(confirming)) {
    add('FILE_NEVER_CONFIRMED_DOWNLOADED', party, 'INITIALIZED');
  }
  enter('PURGED', 'FILE_DELETED');
  return { events, statuses };
}

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
export function createRandom(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function toParty(n: number): PartyId {
  const party = parsePartyId(`0192:${910_000_000 + n}`);
  if (party === undefined) throw new Error(`The ${n}-th party has no id.`);
  return party;
}
