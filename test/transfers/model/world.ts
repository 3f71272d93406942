/**
 * The broker as small as its contract lets it be: what there is, and what happened. It is written from `states.md` and
 * `schema.graphql` alone and shares no line with the broker, so that a rule has to be misread twice to go wrong unseen.
 */
import type {
  Action,
  Expected,
  Initialize,
  Name,
  NewTransfer,
  ResourceName,
  Settings,
} from './commands.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export type Role = 'SENDER' | 'RECIPIENT' | 'SERVICE_OWNER';
export type Status =
  | 'INITIALIZED'
  | 'UPLOAD_STARTED'
  | 'UPLOAD_PROCESSING'
  | 'PUBLISHED'
  | 'ALL_CONFIRMED_DOWNLOADED'
  | 'CANCELLED'
  | 'PURGED'
  | 'FAILED';
export type RecipientStatus = 'INITIALIZED' | 'DOWNLOAD_STARTED' | 'DOWNLOAD_CONFIRMED';

export interface ModelResource {
  readonly name: ResourceName;
  readonly owner: Name;
  settings: Required<Settings>;
  /** How long before expiry; null for never. */
  reminderMs: number | null;
  readonly access: Map<Name, Set<Action>>;
}

export interface ModelRecipient {
  readonly party: Name;
  status: RecipientStatus;
  startedAt: number | null;
  confirmedAt: number | null;
  /** When its last DOWNLOAD_STARTED was told. */
  toldAt: number | null;
}

export interface ModelTransfer {
  readonly number: number;
  readonly resource: ResourceName;
  readonly owner: Name;
  readonly sender: Name;
  readonly recipients: readonly ModelRecipient[];
  readonly expected: Expected | null;
  readonly maxSize: number;
  readonly hasMd5: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** How long before expiry; null for never. */
  readonly reminderMs: number | null;
  /** How long the file stays after the last confirmation. */
  readonly graceMs: number;
  status: Status;
  failure: string | null;
  changedAt: number;
  publishedAt: number | null;
  deletedAt: number | null;
  /** Null until it begins. */
  startedAt: number | null;
  lastByteAt: number | null;
  /** Bytes received. */
  offset: number;
  /** What was declared. */
  length: number | null;
  /** Null until the whole file has been received. */
  size: number | null;
  /** Its bytes have to go, once the broker gets round to it. */
  isToDelete: boolean;
  /** Its recipients were told that it expires soon. */
  isReminded: boolean;
}

export interface ModelEvent {
  readonly transfer: number;
  readonly type: string;
  readonly time: number;
  readonly status: Status;
  readonly subject: Name | null;
  readonly recipientStatus: RecipientStatus | null;
  readonly actor: Name | null;
}

export interface ModelLink {
  readonly transfer: number;
  readonly party: Name;
  readonly expiresAt: number;
}

interface Made {
  readonly input: string;
  readonly transfer: number;
  readonly at: number;
}

export interface World {
  now: number;
  readonly serviceOwners: Set<Name>;
  readonly resources: Map<ResourceName, ModelResource>;
  readonly transfers: ModelTransfer[];
  readonly log: ModelEvent[];
  readonly links: ModelLink[];
  /** What idempotency keys made, by sender and key. */
  readonly made: Map<string, Made>;
  /** What was asked with a key last. */
  keyed: Initialize | undefined;
}

export function createWorld(now: number): World {
  return {
    now,
    serviceOwners: new Set(),
    resources: new Map(),
    transfers: [],
    log: [],
    links: [],
    made: new Map(),
    keyed: undefined,
  };
}

export const NEW_RESOURCE: Required<Settings> = {
  maxTransferSize: 50_000_000_000,
  transferTimeToLive: 'P30D',
  purgeGracePeriod: 'PT2H',
  expiryReminder: null,
  virusScan: 'OPTIONAL',
  computeMd5: false,
  requiredParty: null,
  openTo: [],
};

export const TIME_TO_LIVE = { PT1H: HOUR, P2D: 2 * DAY, P30D: 30 * DAY, P400D: 400 * DAY };

export function mayDo(world: World, name: ResourceName, party: Name, action: Action): boolean {
  const resource = world.resources.get(name);
  if (resource === undefined) return false;
  return (
    resource.owner === party ||
    resource.settings.openTo.includes(action) ||
    resource.access.get(party)?.has(action) === true
  );
}

export function rolesOf(transfer: ModelTransfer, party: Name): Role[] {
  const roles: Role[] = [];
  if (transfer.recipients.some((recipient) => recipient.party === party)) roles.push('RECIPIENT');
  if (transfer.sender === party) roles.push('SENDER');
  if (transfer.owner === party) roles.push('SERVICE_OWNER');
  return roles;
}

export function hasEnded({ status }: ModelTransfer): boolean {
  return status === 'CANCELLED' || status === 'PURGED' || status === 'FAILED';
}

/** The earlier of a day without a byte and the end of the transfer; null before the upload began. */
export function uploadExpiresAt(transfer: ModelTransfer): number | null {
  if (transfer.startedAt === null) return null;
  const lastSign = transfer.lastByteAt ?? transfer.startedAt;
  return Math.min(lastSign + DAY, transfer.expiresAt);
}

/** When the broker purges it: at its expiry, or sooner after all have confirmed. */
export function purgeDueAt({ status, changedAt, graceMs, expiresAt }: ModelTransfer): number {
  return status === 'ALL_CONFIRMED_DOWNLOADED'
    ? Math.min(changedAt + graceMs, expiresAt)
    : expiresAt;
}

export function setStatus(world: World, transfer: ModelTransfer, status: Status): void {
  transfer.status = status;
  transfer.changedAt = world.now;
}

type EventType =
  | 'FILE_TRANSFER_INITIALIZED'
  | 'UPLOAD_STARTED'
  | 'UPLOAD_PROCESSING'
  | 'UPLOAD_FAILED'
  | 'FILE_TRANSFER_CANCELLED'
  | 'DOWNLOAD_STARTED'
  | 'DOWNLOAD_CONFIRMED'
  | 'PUBLISHED'
  | 'ALL_CONFIRMED_DOWNLOADED'
  | 'FILE_DELETED'
  | 'FILE_EXPIRING'
  | 'FILE_NEVER_CONFIRMED_DOWNLOADED';

/** Tells what happened, with the statuses that hold when it is told. */
export function tell(
  world: World,
  transfer: ModelTransfer,
  type: EventType,
  { actor = null, recipient }: { actor?: Name | null; recipient?: ModelRecipient } = {},
): void {
  const isOfNobody =
    type === 'PUBLISHED' || type === 'ALL_CONFIRMED_DOWNLOADED' || type === 'FILE_DELETED';
  world.log.push({
    transfer: transfer.number,
    type,
    time: world.now,
    status: transfer.status,
    subject: recipient?.party ?? (isOfNobody ? null : transfer.sender),
    recipientStatus: recipient?.status ?? null,
    actor,
  });
}

/** What has to be the same for a key to be used again. A key is the sender’s own, whether the input names it or leaves it out. */
export function toInputText({ sender: _sender, ...input }: NewTransfer): string {
  return JSON.stringify(input);
}
