/** Whether a transfer's events are a history that states.md allows: in order, none doubled, none missing. */
import {
  type EventType,
  hasEnded,
  isAvailable,
  type RecipientStatus,
  type TransferStatus,
} from '../../src/domain/transfer-status.ts';
import type { SeenEvent } from './documents.ts';

/** What is known of the transfer beside its events. */
export interface HistoryFacts {
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly expiresAt: number;
  /** Null for never. */
  readonly reminderMs: number | null;
  readonly purges: boolean;
  readonly graceMs: number;
  /** Bytes were acknowledged to be stored. */
  readonly hasBytes: boolean;
}

/** Where a history has led. */
export interface History {
  readonly faults: readonly string[];
  readonly status: TransferStatus;
  readonly recipients: ReadonlyMap<string, RecipientStatus>;
  readonly wasDeleted: boolean;
  readonly publishedAt: number | null;
  readonly isReminded: boolean;
  /** When it was no longer PUBLISHED; null where it never was, or still is. */
  readonly leftPublishedAt: number | null;
  /** Whether its file was stored: what was received whole is one, also an empty one. Undefined where nobody can tell. */
  readonly hasFile: boolean | undefined;
}

interface State extends HistoryFacts {
  status: TransferStatus;
  changedAt: number;
  readonly parties: Map<string, RecipientStatus>;
  readonly downloadsToldAt: Map<string, number>;
  wasReceived: boolean;
  wasDeleted: boolean;
  publishedAt: number | null;
  leftPublishedAt: number | null;
  isReminded: boolean;
  /** What has to follow at once, being of the same commit, by `toKey`. */
  owed: Set<string>;
}

/** At most one DOWNLOAD_STARTED per recipient in this time. */
const DOWNLOAD_EVENT_INTERVAL_MS = 5 * 60_000;

/** Answers why an event may not be there; undefined where it may, and then the state has moved on. */
type Rule = (state: State, event: SeenEvent, at: number) => string | undefined;

const RULES: Record<EventType, Rule> = {
  FILE_TRANSFER_INITIALIZED: () => 'comes twice',
  UPLOAD_STARTED: (state, _, at) => move(state, ['INITIALIZED'], 'UPLOAD_STARTED', at),
  UPLOAD_PROCESSING(state, _, at) {
    state.wasReceived = true;
    return move(state, ['UPLOAD_STARTED'], 'UPLOAD_PROCESSING', at);
  },
  PUBLISHED(state, _, at) {
    state.publishedAt = at;
    return move(state, ['UPLOAD_PROCESSING'], 'PUBLISHED', at);
  },
  UPLOAD_FAILED: (state, _, at) =>
    move(state, ['UPLOAD_STARTED', 'UPLOAD_PROCESSING'], 'FAILED', at),
  FILE_TRANSFER_CANCELLED(state, _, at) {
    return hasEnded(state.status)
      ? `comes after ${state.status}`
      : move(state, [state.status], 'CANCELLED', at);
  },
  DOWNLOAD_STARTED(state, event, at) {
    const party = event.subject?.id ?? '';
    const status = state.parties.get(party);
    const toldAt = state.downloadsToldAt.get(party);
    state.downloadsToldAt.set(party, at);
    if (status === undefined) return 'is of no recipient';
    if (!isAvailable(state.status)) return `comes when the transfer is ${state.status}`;
    if (at >= availableUntil(state)) return 'comes after the file was to be purged';
    if (status === 'INITIALIZED') state.parties.set(party, 'DOWNLOAD_STARTED');
    const isEarly = toldAt !== undefined && at - toldAt < DOWNLOAD_EVENT_INTERVAL_MS;
    return isEarly ? 'comes twice within 5 minutes' : undefined;
  },
  DOWNLOAD_CONFIRMED(state, event) {
    const party = event.subject?.id ?? '';
    if (state.parties.get(party) !== 'DOWNLOAD_STARTED') {
      return `comes when the recipient is ${state.parties.get(party)}`;
    }
    if (state.status !== 'PUBLISHED') return `comes when the transfer is ${state.status}`;
    state.parties.set(party, 'DOWNLOAD_CONFIRMED');
    if (unconfirmed(state).length === 0) state.owed = new Set(['ALL_CONFIRMED_DOWNLOADED']);
    return undefined;
  },
  ALL_CONFIRMED_DOWNLOADED(state, _, at) {
    const left = unconfirmed(state);
    if (left.length > 0) return `comes when ${left} has not confirmed`;
    return move(state, ['PUBLISHED'], 'ALL_CONFIRMED_DOWNLOADED', at);
  },
  FILE_EXPIRING(state, event, at) {
    const { reminderMs, expiresAt, status, isReminded } = state;
    if (status !== 'PUBLISHED') return `comes when the transfer is ${status}`;
    if (reminderMs === null) return 'comes where nobody is reminded';
    if (at < expiresAt - reminderMs) return 'comes too early';
    if (state.owed.has(toKey(event))) return undefined;
    if (isReminded) return 'comes twice, or apart from the others';
    state.isReminded = true;
    state.owed = new Set(unconfirmed(state).map((party) => `FILE_EXPIRING ${party}`));
    return state.owed.has(toKey(event)) ? undefined : 'is of none that has to be reminded';
  },
  FILE_DELETED(state, event, at) {
    if (state.wasDeleted) return 'comes twice';
    state.wasDeleted = true;
    if (state.status === 'INITIALIZED') return 'comes when there was no upload';
    // In one commit with the purge, which has no event of its own.
    if (event.transferStatus === 'PURGED' && !hasEnded(state.status)) return purge(state, at);
    return hasEnded(state.status) ? undefined : `comes when the transfer is ${state.status}`;
  },
  FILE_NEVER_CONFIRMED_DOWNLOADED(state, event, at) {
    const fault = hasEnded(state.status) ? undefined : purge(state, at);
    return fault ?? (state.owed.has(toKey(event)) ? undefined : 'is of none that omitted anything');
  },
};

/** Follows the events from the first on. */
export function followHistory(events: readonly SeenEvent[], facts: HistoryFacts): History {
  const state: State = {
    ...facts,
    status: 'INITIALIZED',
    changedAt: 0,
    parties: new Map(facts.recipients.map((party) => [party, 'INITIALIZED'])),
    downloadsToldAt: new Map(),
    wasReceived: false,
    wasDeleted: false,
    publishedAt: null,
    leftPublishedAt: null,
    isReminded: false,
    owed: new Set(),
  };
  const faults: string[] = [];
  for (const [index, event] of events.entries()) {
    const fault = index === 0 ? begin(state, event) : judge(state, event);
    if (fault !== undefined) faults.push(`${event.type} (event ${index + 1}) ${fault}`);
  }
  if (events.length === 0) faults.push('FILE_TRANSFER_INITIALIZED is missing');
  // A commit is seen whole or not at all.
  if (state.owed.size > 0) faults.push(`${[...state.owed].join(', ')} is missing`);
  return {
    faults,
    status: state.status,
    recipients: state.parties,
    wasDeleted: state.wasDeleted,
    publishedAt: state.publishedAt,
    isReminded: state.isReminded,
    leftPublishedAt: state.leftPublishedAt,
    hasFile: state.wasReceived || facts.hasBytes || (state.changedAt === 0 ? false : undefined),
  };
}

/** Whether a transfer of this status can have this history. A purge without a file leaves no event. */
export function agrees(status: TransferStatus, history: History): boolean {
  if (status === history.status) return true;
  const isSilent = history.status !== 'PUBLISHED' && history.hasFile !== true;
  return status === 'PURGED' && isSilent && !hasEnded(history.status);
}

function begin(state: State, event: SeenEvent): string | undefined {
  if (event.type !== 'FILE_TRANSFER_INITIALIZED') return 'comes first';
  return judgeTelling(state, event);
}

function judge(state: State, event: SeenEvent): string | undefined {
  const { owed } = state;
  const key = toKey(event);
  const isLate = owed.size > 0 && !owed.has(key);
  const fault = RULES[event.type](state, event, Date.parse(event.time));
  state.owed.delete(key);
  if (isLate) return `comes before ${[...owed].join(', ')}`;
  return fault ?? judgeTelling(state, event);
}

/** What the event says beside its type. */
function judgeTelling(state: State, event: SeenEvent): string | undefined {
  const { type, transferStatus, recipientStatus } = event;
  const subject = event.subject?.id ?? null;
  if (transferStatus !== state.status) return `says ${transferStatus}, not ${state.status}`;
  switch (type) {
    case 'DOWNLOAD_STARTED':
    case 'DOWNLOAD_CONFIRMED':
    case 'FILE_EXPIRING':
    case 'FILE_NEVER_CONFIRMED_DOWNLOADED': {
      const status = state.parties.get(subject ?? '');
      return recipientStatus === status ? undefined : `says ${recipientStatus}, not ${status}`;
    }
    case 'PUBLISHED':
    case 'ALL_CONFIRMED_DOWNLOADED':
    case 'FILE_DELETED':
      return subject === null ? undefined : `is of ${subject}`;
    default:
      return subject === state.sender ? undefined : `is of ${subject}`;
  }
}

function move(
  state: State,
  from: readonly TransferStatus[],
  to: TransferStatus,
  at: number,
): string | undefined {
  const before = state.status;
  if (before === 'PUBLISHED') state.leftPublishedAt = at;
  state.status = to;
  state.changedAt = at;
  return from.includes(before) ? undefined : `comes when the transfer is ${before}`;
}

/** The purge of a file, or of a published transfer: each that never confirmed is told of in the same commit. */
function purge(state: State, at: number): string | undefined {
  const before = state.status;
  const isEarly = at < availableUntil(state);
  state.owed = new Set(
    before === 'PUBLISHED'
      ? [
          'FILE_DELETED',
          ...unconfirmed(state).map((party) => `FILE_NEVER_CONFIRMED_DOWNLOADED ${party}`),
        ]
      : ['FILE_DELETED'],
  );
  move(state, [before], 'PURGED', at);
  return isEarly ? `comes before the ${before} transfer is over` : undefined;
}

/** When the file goes. */
function availableUntil({ status, changedAt, graceMs, purges, expiresAt }: State): number {
  const isPurgedEarly = status === 'ALL_CONFIRMED_DOWNLOADED' && purges;
  return isPurgedEarly ? Math.min(changedAt + graceMs, expiresAt) : expiresAt;
}

function unconfirmed({ parties }: State): string[] {
  return [...parties].filter(([, status]) => status !== 'DOWNLOAD_CONFIRMED').map(([id]) => id);
}

/** An event by its type and, where that is a recipient, its subject. */
function toKey({ type, subject }: SeenEvent): string {
  return subject === null || !RECIPIENT_EVENTS.has(type) ? type : `${type} ${subject.id}`;
}

const RECIPIENT_EVENTS: ReadonlySet<EventType> = new Set<EventType>([
  'FILE_EXPIRING',
  'FILE_NEVER_CONFIRMED_DOWNLOADED',
]);
