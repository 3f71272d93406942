/** Service owners, the settings of their resources, and who may use them. */
import type { Action, Name, ResourceName, Settings } from './commands.ts';
import { DEFAULT_REMINDER, shortenReminder } from './rules-of-deadlines.ts';
import { DAY, MINUTE, NEW_RESOURCE, TIME_TO_LIVE, type World } from './world.ts';

export function register(world: World, by: Name): string {
  if (world.serviceOwners.has(by)) return 'SERVICE_OWNER_ALREADY_REGISTERED';
  world.serviceOwners.add(by);
  return 'ok';
}

export function configure(world: World, by: Name, name: ResourceName, change: Settings): string {
  if (!world.serviceOwners.has(by)) return 'SERVICE_OWNER_NOT_REGISTERED';
  const existing = world.resources.get(name);
  if (existing !== undefined && existing.owner !== by) return 'NOT_RESOURCE_OWNER';
  const settings = { ...(existing?.settings ?? NEW_RESOURCE), ...change };
  if (settings.maxTransferSize < 1) return 'INVALID_MAX_TRANSFER_SIZE';
  const timeToLive = TIME_TO_LIVE[settings.transferTimeToLive];
  if (timeToLive > 365 * DAY) return 'INVALID_TIME_TO_LIVE';
  if (change.purgeGracePeriod === 'PT25H') return 'INVALID_GRACE_PERIOD';
  const asked = { PT30M: 30 * MINUTE, P10D: 10 * DAY, null: null }[
    `${change.expiryReminder ?? null}`
  ];
  if (asked !== null && asked > timeToLive / 2) return 'INVALID_EXPIRY_REMINDER';
  const before = existing === undefined ? DEFAULT_REMINDER : existing.reminderMs;
  const reminderMs =
    change.expiryReminder === undefined ? shortenReminder(before, timeToLive) : asked;
  if (existing === undefined) {
    world.resources.set(name, { name, owner: by, settings, reminderMs, access: new Map() });
  } else {
    existing.settings = settings;
    existing.reminderMs = reminderMs;
  }
  return 'ok';
}

export function changeAccess(
  world: World,
  by: Name,
  change: {
    readonly does: 'grant' | 'revoke';
    readonly resource: ResourceName;
    readonly parties: readonly Name[];
    readonly actions: readonly Action[];
  },
): string {
  const resource = world.resources.get(change.resource);
  if (resource === undefined) return 'RESOURCE_NOT_FOUND';
  if (resource.owner !== by) return 'NOT_RESOURCE_OWNER';
  if (change.parties.length === 0 || change.actions.length === 0) return 'INVALID_INPUT';
  for (const party of change.parties) {
    const rights = resource.access.get(party) ?? new Set();
    for (const action of change.actions) {
      if (change.does === 'grant') rights.add(action);
      else rights.delete(action);
    }
    if (rights.size > 0) resource.access.set(party, rights);
    else resource.access.delete(party);
  }
  return 'ok';
}
