/** A sender announces a file. */
import type { Name, NewTransfer } from './commands.ts';
import {
  DAY,
  HOUR,
  type ModelResource,
  type ModelTransfer,
  mayDo,
  TIME_TO_LIVE,
  tell,
  toInputText,
  type World,
} from './world.ts';

/** Answers `ok` with the transfer's number. */
export function initialize(world: World, by: Name, input: NewTransfer, key: string | null): string {
  const resource = world.resources.get(input.resource);
  if (resource === undefined) return 'RESOURCE_NOT_FOUND';
  if ((input.sender ?? by) !== by) return 'NOT_THE_SENDER';
  if (input.fileName === '' || isWrongList(input.recipients)) return 'INVALID_INPUT';
  const known = world.made.get(`${by} ${key}`);
  const made =
    key !== null && known !== undefined && world.now < known.at + DAY ? known : undefined;
  // Whatever became of it, and whatever the resource has come to require: nothing of that is asked again.
  if (made?.input === toInputText(input)) return `ok ${made.transfer}`;
  const missing = findMissing(resource, by, input);
  if (missing !== undefined) return missing;
  if (made !== undefined) return 'IDEMPOTENCY_KEY_REUSED';
  if (!mayDo(world, resource.name, by, 'SEND')) return 'NO_ACCESS_TO_RESOURCE';
  if (!input.recipients.every((party) => mayDo(world, resource.name, party, 'RECEIVE'))) {
    return 'RECIPIENT_NOT_IN_ACCESS_LIST';
  }
  if (resource.settings.virusScan === 'REQUIRED') return 'SCANNER_NOT_AVAILABLE';
  const transfer = insert(world, resource, by, input);
  const at = world.now;
  if (key !== null) {
    world.made.set(`${by} ${key}`, { input: toInputText(input), transfer: transfer.number, at });
  }
  tell(world, transfer, 'FILE_TRANSFER_INITIALIZED', { actor: by });
  return `ok ${transfer.number}`;
}

/** Nobody, or somebody twice. */
function isWrongList(recipients: readonly Name[]): boolean {
  return recipients.length === 0 || new Set(recipients).size < recipients.length;
}

/** What the resource requires and does not get. */
function findMissing(
  { settings: { requiredParty, virusScan } }: ModelResource,
  by: Name,
  { recipients, skipVirusScan }: NewTransfer,
): string | undefined {
  if (requiredParty !== null && requiredParty !== by) {
    if (recipients.length > 1) return 'REQUIRED_PARTY_TOO_MANY_RECIPIENTS';
    if (recipients[0] !== requiredParty) return 'REQUIRED_PARTY_MISSING';
  }
  return skipVirusScan && virusScan === 'REQUIRED' ? 'VIRUS_SCAN_REQUIRED' : undefined;
}

/** It keeps the settings of this moment. */
function insert(
  world: World,
  { name, owner, settings, reminderMs }: ModelResource,
  by: Name,
  { recipients, expected }: NewTransfer,
): ModelTransfer {
  const transfer: ModelTransfer = {
    number: world.transfers.length,
    resource: name,
    owner,
    sender: by,
    recipients: recipients.map((party) => ({
      party,
      status: 'INITIALIZED',
      startedAt: null,
      confirmedAt: null,
      toldAt: null,
    })),
    expected,
    maxSize: settings.maxTransferSize,
    hasMd5: settings.computeMd5 || expected?.algorithm === 'MD5',
    createdAt: world.now,
    expiresAt: world.now + TIME_TO_LIVE[settings.transferTimeToLive],
    reminderMs,
    graceMs: settings.purgeGracePeriod === 'PT1H' ? HOUR : 2 * HOUR,
    status: 'INITIALIZED',
    failure: null,
    changedAt: world.now,
    publishedAt: null,
    deletedAt: null,
    startedAt: null,
    lastByteAt: null,
    offset: 0,
    length: null,
    size: null,
    isToDelete: false,
    isReminded: false,
  };
  world.transfers.push(transfer);
  return transfer;
}
