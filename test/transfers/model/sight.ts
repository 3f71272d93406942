/** What each party sees of the world, in the shape in which `broker.ts` reads it from the broker. */
import { type Name, RESOURCES, type ResourceName } from './commands.ts';
import { md5Of, sha256Of } from './step.ts';
import {
  hasEnded,
  type ModelEvent,
  type ModelTransfer,
  mayDo,
  type Role,
  rolesOf,
  uploadExpiresAt,
  type World,
} from './world.ts';

export interface Viewer {
  readonly party: Name;
  /** With the scope altinn:serviceowner alone one sees only the resources that one owns and what goes through them. */
  readonly onlyAsOwner: boolean;
}

const FOR_ALL_RECIPIENTS = ['PUBLISHED', 'FILE_DELETED', 'FILE_TRANSFER_CANCELLED'];

export function seeEverything(world: World, viewer: Viewer) {
  const seen = world.transfers.filter((transfer) => seenRoles(transfer, viewer).length > 0);
  return {
    transfers: world.transfers.map((transfer) => seeTransfer(world, viewer, transfer)),
    listed: seen.map(({ number }) => number),
    ALL: seeEvents(world, viewer, 'ALL'),
    MINE: seeEvents(world, viewer, 'MINE'),
    resources: RESOURCES.map((name) => seeResource(world, viewer, name)),
  };
}

function seenRoles(transfer: ModelTransfer, { party, onlyAsOwner }: Viewer): Role[] {
  return rolesOf(transfer, party).filter((role) => !onlyAsOwner || role === 'SERVICE_OWNER');
}

export function seeTransfer(world: World, viewer: Viewer, transfer: ModelTransfer) {
  const roles = seenRoles(transfer, viewer);
  if (roles.length === 0) return null;
  const { size } = transfer;
  const isBegun = transfer.startedAt !== null;
  const hasUpload = roles.includes('SENDER') && size === null && !hasEnded(transfer);
  const count = (status: string) => transfer.recipients.filter((r) => r.status === status).length;
  const mine = transfer.recipients.find(({ party }) => party === viewer.party);
  return {
    resource: transfer.resource,
    sender: transfer.sender,
    status: transfer.status,
    failure: transfer.failure,
    statusChangedAt: toText(transfer.changedAt),
    createdAt: toText(transfer.createdAt),
    publishedAt: toText(transfer.publishedAt),
    expiresAt: toText(transfer.expiresAt),
    fileDeletedAt: toText(transfer.deletedAt),
    size,
    sha256: size === null ? null : sha256Of(size),
    md5: size === null || !transfer.hasMd5 ? null : md5Of(size),
    upload: hasUpload
      ? {
          offset: transfer.offset,
          length: isBegun ? transfer.length : null,
          expiresAt: toText(uploadExpiresAt(transfer)),
        }
      : null,
    viewerRoles: roles.toSorted(),
    viewerRecipient:
      roles.includes('RECIPIENT') && mine !== undefined
        ? { party: mine.party, status: mine.status }
        : null,
    recipients: transfer.recipients.map(({ party, status, startedAt, confirmedAt }) => ({
      party,
      status,
      downloadStartedAt: toText(startedAt),
      confirmedAt: toText(confirmedAt),
    })),
    recipientCounts: {
      total: transfer.recipients.length,
      initialized: count('INITIALIZED'),
      downloadStarted: count('DOWNLOAD_STARTED'),
      confirmed: count('DOWNLOAD_CONFIRMED'),
    },
    history: world.log.filter((event) => event.transfer === transfer.number).map((e) => e.type),
  };
}

function seeEvents(world: World, viewer: Viewer, audience: 'ALL' | 'MINE') {
  return world.log.flatMap((event) => {
    const transfer = world.transfers[event.transfer];
    const roles = transfer === undefined ? [] : seenRoles(transfer, viewer);
    if (roles.length === 0) return [];
    if (audience === 'MINE' && !concerns(event, roles, viewer.party)) return [];
    const seesActor = roles.includes('SENDER') || roles.includes('SERVICE_OWNER');
    const { actor, time, ...rest } = event;
    const seenActor = seesActor ? actor : null;
    const vendor = seenActor === 'both' ? 'vendor' : null;
    return [{ ...rest, time: toText(time), actor: seenActor, vendor }];
  });
}

function concerns(event: ModelEvent, roles: readonly Role[], party: Name): boolean {
  if (roles.includes('SENDER') || roles.includes('SERVICE_OWNER')) return true;
  return FOR_ALL_RECIPIENTS.includes(event.type) || event.subject === party;
}

function seeResource(world: World, { party, onlyAsOwner }: Viewer, name: ResourceName) {
  const resource = world.resources.get(name);
  if (resource === undefined) return null;
  const owns = resource.owner === party;
  const viewerActions = (['SEND', 'RECEIVE'] as const).filter((a) => mayDo(world, name, party, a));
  if (!owns && (onlyAsOwner || viewerActions.length === 0)) return null;
  const { requiredParty, maxTransferSize, virusScan, openTo, computeMd5 } = resource.settings;
  return {
    requiredParty,
    maxTransferSize,
    virusScan,
    computeMd5,
    openTo: openTo.toSorted(),
    viewerActions: viewerActions.toSorted(),
    accessList: owns
      ? Object.fromEntries(
          [...resource.access].map(([listed, actions]) => [listed, [...actions].toSorted()]),
        )
      : null,
  };
}

function toText(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
