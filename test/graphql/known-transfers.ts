/**
 * Transfers whose story the test knows, because it told it: made by chance that is the same in each run, and listed in
 * memory as the contract says.
 */
import { DAY_MS } from '../../src/domain/duration.ts';
import type { PartyId } from '../../src/domain/party-id.ts';
import type {
  RecipientStatus,
  TransferRole,
  TransferStatus,
} from '../../src/domain/transfer-status.ts';
import { makeResource, makeTransfer, openRoom, party, type Room } from '../support/graphql-room.ts';

export const OWNERS = [party(1), party(2)] as const;
/** The second owner sends and receives as well. */
export const PARTIES = [OWNERS[1], party(3), party(4), party(5), party(6)] as const;
export const STRANGER = party(9);
/** More recipients than have the statuses of all beside them. */
const MANY = Array.from({ length: 20 }, (_, n) => party(100 + n));
export const RESOURCES = [
  { id: 'of-one', owner: OWNERS[0], days: 30 },
  { id: 'of-one-too', owner: OWNERS[0], days: 1 },
  { id: 'of-two', owner: OWNERS[1], days: 10 },
] as const;
const NAMES = [
  'Report.pdf',
  'report final.pdf',
  'ÅRSRAPPORT.pdf',
  'årsrapport 2.pdf',
  'ΣΊΣΥΦΟΣ.txt',
  'data_100%.csv',
  'data-1.csv',
  '😀.txt',
  // The same for longer than what stands beside the parties.
  'Månedsrapport 😀 fra Statens vegvesen.pdf',
  'månedsrapport 😀 fra statens kartverk.pdf',
] as const;
const REFERENCES = [null, 'ref-1', 'ref-2', 'REF-1', 'r'.repeat(4096), `${'r'.repeat(4095)}s`];
export const PROPERTIES = [
  [],
  [{ key: 'kind', value: 'tax' }],
  [
    { key: 'kind', value: 'tax' },
    { key: 'year', value: '2025' },
  ],
  [
    { key: 'year', value: '2026' },
    { key: 'kind', value: 'Tax' },
  ],
  [{ key: '2026', value: 'year' }],
] as const;
/** A transfer as the test knows it, from what it did. */
export interface Known {
  readonly id: string;
  readonly resource: (typeof RESOURCES)[number];
  readonly sender: PartyId;
  readonly recipients: Map<PartyId, RecipientStatus>;
  readonly fileName: string;
  readonly reference: string | null;
  readonly properties: readonly { readonly key: string; readonly value: string }[];
  status: TransferStatus;
  statusChangedAt: number;
  readonly createdAt: number;
  publishedAt: number | null;
}

const CONFIRM =
  'mutation ($id: ID!) { confirmDownload(transferId: $id) { ... on Transfer { id } } }';
const CANCEL = 'mutation ($id: ID!) { cancelTransfer(id: $id) { ... on Transfer { id } } }';

/** Makes transfers and takes them further, and knows what has become of them. */
function createWorld(room: Room, random: (below: number) => number) {
  const known: Known[] = [];
  const one = <T>(list: readonly T[]): T => {
    const value = list[random(list.length)];
    if (value === undefined) throw new Error('There is nothing to choose from.');
    return value;
  };
  function change(transfer: Known, status: TransferStatus): void {
    transfer.status = status;
    transfer.statusChangedAt = room.clock.time;
  }
  async function make(expectsDigest = false): Promise<Known> {
    const resource = one(RESOURCES);
    const sender = one(PARTIES);
    const recipients = PARTIES.filter(() => random(3) === 0);
    if (recipients.length === 0) recipients.push(one(PARTIES));
    if (random(8) === 0) recipients.push(...MANY);
    const more = {
      resourceId: resource.id,
      fileName: one(NAMES),
      sendersReference: one(REFERENCES),
      properties: one(PROPERTIES),
      ...(expectsDigest && { expectedDigest: { algorithm: 'MD5', value: '0'.repeat(32) } }),
    };
    const transfer: Known = {
      id: await makeTransfer(room.as(sender), recipients, more),
      resource,
      sender,
      recipients: new Map(recipients.map((recipient) => [recipient, 'INITIALIZED'])),
      fileName: more.fileName,
      reference: more.sendersReference,
      properties: more.properties,
      status: 'INITIALIZED',
      statusChangedAt: room.clock.time,
      createdAt: room.clock.time,
      publishedAt: null,
    };
    known.push(transfer);
    return transfer;
  }
  async function begin(transfer: Known): Promise<void> {
    await room.upload(room.as(transfer.sender), transfer.id, 'he', 5);
    change(transfer, 'UPLOAD_STARTED');
  }
  async function publish(transfer: Known): Promise<void> {
    await room.upload(room.as(transfer.sender), transfer.id, 'hello');
    change(transfer, 'PUBLISHED');
    transfer.publishedAt = room.clock.time;
  }
  async function fail(): Promise<void> {
    const transfer = await make(true);
    await room.upload(room.as(transfer.sender), transfer.id, 'hello');
    change(transfer, 'FAILED');
  }
  async function download(transfer: Known, recipients: readonly PartyId[]): Promise<void> {
    for (const recipient of recipients) {
      await room.download(room.as(recipient), transfer.id);
      transfer.recipients.set(recipient, 'DOWNLOAD_STARTED');
    }
  }
  async function confirm(transfer: Known, recipients: readonly PartyId[]): Promise<void> {
    await download(transfer, recipients);
    for (const recipient of recipients) {
      await room.as(recipient).ask(CONFIRM, { id: transfer.id });
      transfer.recipients.set(recipient, 'DOWNLOAD_CONFIRMED');
    }
    const all = [...transfer.recipients.values()].every((s) => s === 'DOWNLOAD_CONFIRMED');
    if (all) change(transfer, 'ALL_CONFIRMED_DOWNLOADED');
  }
  async function cancel(transfer: Known): Promise<void> {
    await room.as(transfer.sender).ask(CANCEL, { id: transfer.id });
    change(transfer, 'CANCELLED');
  }
  /** A new transfer that comes as far as chance has it. */
  async function live(): Promise<void> {
    const fate = random(8);
    if (fate === 0) return fail();
    const transfer = await make();
    const recipients = [...transfer.recipients.keys()];
    const pass = () => {
      room.clock.time += random(3) * 500;
    };
    pass();
    if (fate === 1) return;
    if (fate === 2) return begin(transfer);
    await publish(transfer);
    pass();
    if (fate === 4) await cancel(transfer);
    if (fate === 5) await download(transfer, recipients.slice(0, 1));
    if (fate === 6) await confirm(transfer, recipients.slice(0, 1));
    if (fate === 7) await confirm(transfer, recipients);
  }
  return { known, make, publish, cancel, live };
}

/** Numbers that are the same in each run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export interface Filter {
  resourceIds?: readonly string[];
  role?: TransferRole;
  statuses?: readonly TransferStatus[];
  viewerRecipientStatuses?: readonly RecipientStatus[];
  recipientStatuses?: readonly RecipientStatus[];
  sender?: PartyId;
  recipient?: PartyId;
  sendersReference?: string;
  fileNameStartsWith?: string;
  createdFrom?: string;
  createdTo?: string;
  statusChangedFrom?: string;
  statusChangedTo?: string;
  expiresFrom?: string;
  expiresTo?: string;
  properties?: readonly { readonly key: string; readonly value: string }[];
}
export type Order = 'CREATED_AT' | 'PUBLISHED_AT' | 'STATUS_CHANGED_AT';
export type Direction = 'ASC' | 'DESC';
export interface Asked {
  readonly viewer: PartyId;
  /** With the scope altinn:serviceowner alone. */
  readonly isOwnerOnly?: boolean;
  readonly filter?: Filter;
  readonly orderBy?: Order;
  readonly order?: Direction;
}

/** The contract in plain words: what the list holds, in its order. */
export function expectedList(known: readonly Known[], asked: Asked): string[] {
  const { viewer, isOwnerOnly = false, filter = {}, orderBy = 'CREATED_AT', order } = asked;
  const fold = (text: string) => text.toLowerCase().replaceAll('ς', 'σ');
  const within = (time: number, from: string | undefined, to: string | undefined) =>
    (from === undefined || time >= Date.parse(from)) && (to === undefined || time < Date.parse(to));
  const keyOf = ({ createdAt, publishedAt, statusChangedAt }: Known) =>
    ({ CREATED_AT: createdAt, PUBLISHED_AT: publishedAt, STATUS_CHANGED_AT: statusChangedAt })[
      orderBy
    ];
  const listed = known.filter((t) => {
    const roles: TransferRole[] = [];
    if (!isOwnerOnly && t.sender === viewer) roles.push('SENDER');
    if (!isOwnerOnly && t.recipients.has(viewer)) roles.push('RECIPIENT');
    if (t.resource.owner === viewer) roles.push('SERVICE_OWNER');
    const own = roles.includes('RECIPIENT') ? t.recipients.get(viewer) : undefined;
    const asked = filter.recipient === undefined ? [...t.recipients.keys()] : [filter.recipient];
    const recipientStatuses = asked.map((p) => t.recipients.get(p));
    return (
      keyOf(t) !== null &&
      roles.some((role) => filter.role === undefined || role === filter.role) &&
      (filter.viewerRecipientStatuses === undefined ||
        ((filter.role === undefined || filter.role === 'RECIPIENT') &&
          own !== undefined &&
          filter.viewerRecipientStatuses.includes(own))) &&
      (filter.resourceIds?.includes(t.resource.id) ?? true) &&
      (filter.statuses?.includes(t.status) ?? true) &&
      recipientStatuses.some(
        (s) => s !== undefined && (filter.recipientStatuses?.includes(s) ?? true),
      ) &&
      (filter.sender === undefined || t.sender === filter.sender) &&
      (filter.sendersReference === undefined || t.reference === filter.sendersReference) &&
      fold(t.fileName).startsWith(fold(filter.fileNameStartsWith ?? '')) &&
      within(t.createdAt, filter.createdFrom, filter.createdTo) &&
      within(t.statusChangedAt, filter.statusChangedFrom, filter.statusChangedTo) &&
      within(t.createdAt + t.resource.days * DAY_MS, filter.expiresFrom, filter.expiresTo) &&
      (filter.properties ?? []).every(({ key, value }) =>
        t.properties.some((p) => p.key === key && p.value === value),
      )
    );
  });
  listed.sort((a, b) => (keyOf(a) ?? 0) - (keyOf(b) ?? 0) || (a.id < b.id ? -1 : 1));
  if (order !== 'ASC') listed.reverse();
  return listed.map(({ id }) => id);
}

/** A room with the resources and nothing else, to be filled from this seed. */
export async function openWorld(seed: number) {
  const room = await openRoom();
  for (const { id, owner, days } of RESOURCES) {
    const settings = { id, transferTimeToLive: `P${days}D`, expiryReminder: null };
    await makeResource(room.as(owner), settings);
  }
  return { room, world: createWorld(room, createRandom(seed)) };
}
