/**
 * Two years of transfers for statistics, decided by numbers alone. Who sends and who receives is skewed, as it is among
 * organisations; hardly any two transfers of a day have the same parties, so that sums are as many as they can be.
 */
import { type PartyId, parsePartyId } from '../../src/domain/party-id.ts';
import type {
  EventType,
  RecipientStatus,
  TransferStatus,
} from '../../src/domain/transfer-status.ts';
import { createRandom, DAY_MS } from './population.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;

/** Transfers are spread over this time, however many there are; nothing happens after it. */
export const BEGINNING = Date.UTC(2024, 0, 1);
const END = Date.UTC(2026, 0, 1);
/** What `planTransfer` makes on average. */
export const EVENTS_PER_TRANSFER = 6.29;

/** It owns a quarter of the resources, which half of all transfers go through. It sends and receives nothing itself. */
export const VIEWER = toParty(0);
export const OWNERS = Array.from({ length: 40 }, (_, n) => toParty(n));
const VENDORS = Array.from({ length: 12 }, (_, n) => toParty(100 + n));
/** The first ones send most. */
const SENDERS = Array.from({ length: 2000 }, (_, n) => toParty(1000 + n));
/** The same parties, of which others receive most. */
const RECIPIENTS = SENDERS.map((_, n) => at(SENDERS, (n * 1103) % SENDERS.length));

export { SENDERS as SENDING_PARTIES };
export const ALL_PARTIES = [...OWNERS, ...VENDORS, ...SENDERS];

interface PlannedResource {
  readonly id: string;
  readonly owner: PartyId;
  /** Its files stay, whether or not they are downloaded. */
  readonly isArchive: boolean;
  readonly timeToLiveMs: number;
}

export const RESOURCES: readonly PlannedResource[] = Array.from({ length: 200 }, (_, n) => {
  const isArchive = n % 4 !== 3;
  return {
    id: `service-${String(n).padStart(3, '0')}`,
    owner: n < 50 ? VIEWER : at(OWNERS, 1 + (n % (OWNERS.length - 1))),
    isArchive,
    timeToLiveMs: (isArchive ? 3650 : 30) * DAY_MS,
  };
});
export const VIEWERS_RESOURCES = RESOURCES.filter(({ owner }) => owner === VIEWER);
const OTHER_RESOURCES = RESOURCES.filter(({ owner }) => owner !== VIEWER);

export interface PlannedEvent {
  readonly type: EventType;
  readonly at: number;
  readonly transferStatus: TransferStatus;
  readonly subject: PartyId | null;
  readonly recipientStatus: RecipientStatus | null;
}

export interface PlannedTransfer {
  readonly resource: PlannedResource;
  readonly sender: PartyId;
  readonly recipients: readonly PartyId[];
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Of its file. */
  readonly sizeBytes: number;
  /** In the end. */
  readonly status: TransferStatus;
  /** Oldest first. */
  readonly events: readonly PlannedEvent[];
}

/** Whose software a party uses; null for its own. */
export function vendorOf(party: PartyId): PartyId | null {
  const n = Number(party.slice(-4));
  return n % 3 === 0 ? at(VENDORS, (n / 3) % VENDORS.length) : null;
}

/** The n-th of `count` transfers, in the order of their creation. */
export function planTransfer(n: number, count: number): PlannedTransfer {
  const random = createRandom(n);
  const resource = pick(random() < 0.5 ? VIEWERS_RESOURCES : OTHER_RESOURCES, random());
  const sender = pick(SENDERS, random() ** 3);
  const recipients = new Set<PartyId>();
  const many = random() < 0.9 ? 1 : 2 + Math.floor(19 * Math.min(random(), random()));
  while (recipients.size < many) {
    const recipient = pick(RECIPIENTS, random() ** 3);
    if (recipient !== sender) recipients.add(recipient);
  }
  const createdAt = BEGINNING + Math.floor((n * (END - BEGINNING)) / count);
  const planned = {
    resource,
    sender,
    recipients: [...recipients],
    createdAt,
    expiresAt: createdAt + resource.timeToLiveMs,
    sizeBytes: Math.floor(1000 * 10 ** (5 * random())),
  };
  const events = planEvents(random, planned).filter((event) => event.at < END);
  const last = events.at(-1)?.transferStatus ?? 'INITIALIZED';
  // What expires before it is published leaves no event. All that can has long since: a broker that starts on this purges it.
  const isForgotten = last === 'INITIALIZED' && !resource.isArchive;
  return { ...planned, status: isForgotten ? 'PURGED' : last, events };
}

/** Everything that will happen. */
function planEvents(
  random: () => number,
  {
    resource,
    sender,
    recipients,
    createdAt,
    expiresAt,
  }: Omit<PlannedTransfer, 'events' | 'status'>,
): PlannedEvent[] {
  const events: PlannedEvent[] = [];
  let at = createdAt;
  const add = (
    type: EventType,
    transferStatus: TransferStatus,
    subject: PartyId | null = null,
    recipientStatus: RecipientStatus | null = null,
  ) => events.push({ type, at: Math.floor(at), transferStatus, subject, recipientStatus });

  add('FILE_TRANSFER_INITIALIZED', 'INITIALIZED', sender);
  const fate = random();
  if (fate < 0.08) return events;
  at += random() * MINUTE_MS;
  add('UPLOAD_STARTED', 'UPLOAD_STARTED', sender);
  at += random() * 10 * MINUTE_MS;
  if (fate < 0.11) {
    add('UPLOAD_FAILED', 'FAILED', sender);
    return events;
  }
  if (fate < 0.14) {
    add('FILE_TRANSFER_CANCELLED', 'CANCELLED', sender);
    return events;
  }
  add('UPLOAD_PROCESSING', 'UPLOAD_PROCESSING', sender);
  at += random() * 5 * SECOND_MS;
  add('PUBLISHED', 'PUBLISHED');
  const publishedAt = at;

  const isAwaited = random() < 0.4;
  const unconfirmed: (readonly [PartyId, RecipientStatus])[] = [];
  let lastConfirmedAt = publishedAt;
  for (const party of recipients) {
    const zeal = isAwaited ? 1 : random();
    // Most come within hours, the last ones after days.
    at = publishedAt + random() ** 4 * 10 * DAY_MS;
    if (zeal > 0.6) add('DOWNLOAD_STARTED', 'PUBLISHED', party, 'DOWNLOAD_STARTED');
    at += random() * HOUR_MS;
    if (zeal > 0.7) {
      add('DOWNLOAD_CONFIRMED', 'PUBLISHED', party, 'DOWNLOAD_CONFIRMED');
      lastConfirmedAt = Math.max(lastConfirmedAt, at);
    } else {
      unconfirmed.push([party, zeal > 0.6 ? 'DOWNLOAD_STARTED' : 'INITIALIZED']);
    }
  }
  at = lastConfirmedAt;
  if (unconfirmed.length === 0) add('ALL_CONFIRMED_DOWNLOADED', 'ALL_CONFIRMED_DOWNLOADED');
  events.sort((a, b) => a.at - b.at);
  at = unconfirmed.length === 0 && !resource.isArchive ? lastConfirmedAt + 2 * HOUR_MS : expiresAt;
  add('FILE_DELETED', 'PURGED');
  for (const [party, status] of unconfirmed) {
    add('FILE_NEVER_CONFIRMED_DOWNLOADED', 'PURGED', party, status);
  }
  return events;
}

/** The one at such a share of a list, from 0 to 1. */
function pick<T>(list: readonly T[], share: number): T {
  return at(list, Math.floor(share * list.length));
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`There is no ${index}-th of ${list.length}.`);
  return found;
}

function toParty(n: number): PartyId {
  const party = parsePartyId(`0192:${920_000_000 + n}`);
  if (party === undefined) throw new Error(`The ${n}-th party has no id.`);
  return party;
}
