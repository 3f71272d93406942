/** The settings of a resource: their defaults, limits and how a change of some of them is judged. */

import { isUuid } from './clock.ts';
import { DAY_MS, formatDuration, HOUR_MS } from './duration.ts';
import { InputProblems } from './input-problems.ts';
import type { PartyId } from './party-id.ts';
import { ok, type Result } from './result.ts';

export const RESOURCE_ACTIONS = ['SEND', 'RECEIVE'] as const;
export type ResourceAction = (typeof RESOURCE_ACTIONS)[number];

export const VIRUS_SCAN_POLICIES = ['REQUIRED', 'OPTIONAL', 'DISABLED'] as const;
export type VirusScanPolicy = (typeof VIRUS_SCAN_POLICIES)[number];

/** 50 000 blocks of 32 MiB, as in Altinn 3 Broker. */
export const MAX_TRANSFER_SIZE = 1_677_721_600_000;
const MAX_TIME_TO_LIVE_MS = 365 * DAY_MS;
const MAX_GRACE_MS = 24 * HOUR_MS;

export interface ResourceSettings {
  readonly title: string | null;
  readonly maxTransferSize: number;
  readonly timeToLiveMs: number;
  readonly purgeAfterAllConfirmed: boolean;
  readonly purgeGraceMs: number;
  readonly expiryReminderMs: number | null;
  readonly virusScan: VirusScanPolicy;
  readonly computeMd5: boolean;
  readonly requiredParty: PartyId | null;
  readonly openTo: readonly ResourceAction[];
}

export const DEFAULT_RESOURCE_SETTINGS: ResourceSettings = {
  title: null,
  maxTransferSize: 50_000_000_000,
  timeToLiveMs: 30 * DAY_MS,
  purgeAfterAllConfirmed: true,
  purgeGraceMs: 2 * HOUR_MS,
  expiryReminderMs: 3 * DAY_MS,
  virusScan: 'OPTIONAL',
  computeMd5: false,
  requiredParty: null,
  openTo: [],
};

/** A change as a caller gives it: left out is unchanged; null clears where the contract lets it. */
export interface ResourceSettingsChange {
  readonly title?: string | null | undefined;
  readonly maxTransferSize?: number | null | undefined;
  readonly transferTimeToLive?: number | null | undefined;
  readonly purgeAfterAllConfirmed?: boolean | null | undefined;
  readonly purgeGracePeriod?: number | null | undefined;
  readonly expiryReminder?: number | null | undefined;
  readonly virusScan?: VirusScanPolicy | null | undefined;
  readonly computeMd5?: boolean | null | undefined;
  readonly requiredParty?: PartyId | null | undefined;
  readonly openTo?: readonly ResourceAction[] | null | undefined;
}

/** 4 to 255 of a-z, 0-9, - and _; never shaped like a UUID, so that ids stay unique across types. */
export function isResourceId(id: string): boolean {
  return /^[a-z0-9_-]{4,255}$/.test(id) && !isUuid(id);
}

/** The settings with the change applied, or everything that is wrong with it, in the order of the input. */
export function changeSettings(
  current: ResourceSettings,
  change: ResourceSettingsChange,
): Result<ResourceSettings> {
  const problems = new InputProblems();
  /** What is given for a setting that cannot be cleared. */
  function given<T>(field: string, value: T | null | undefined, fallback: T): T {
    if (value === null) {
      problems.add(field, 'INVALID_INPUT', `${field} is null; leave it out to keep it as it is.`);
    }
    return value ?? fallback;
  }

  const title =
    change.title == null
      ? change.title
      : problems.text('title', change.title, { min: 1, max: 255 });
  const maxTransferSize = given('maxTransferSize', change.maxTransferSize, current.maxTransferSize);
  if (maxTransferSize < 1 || maxTransferSize > MAX_TRANSFER_SIZE) {
    problems.add(
      'maxTransferSize',
      'INVALID_MAX_TRANSFER_SIZE',
      `maxTransferSize is ${maxTransferSize}; it has to be from 1 to ${MAX_TRANSFER_SIZE} bytes.`,
    );
  }
  const timeToLiveMs = given('transferTimeToLive', change.transferTimeToLive, current.timeToLiveMs);
  if (timeToLiveMs <= 0 || timeToLiveMs > MAX_TIME_TO_LIVE_MS) {
    problems.add(
      'transferTimeToLive',
      'INVALID_TIME_TO_LIVE',
      `transferTimeToLive is ${formatDuration(timeToLiveMs)}; it has to be more than nothing and at most P365D.`,
    );
  }
  const purgeAfterAllConfirmed = given(
    'purgeAfterAllConfirmed',
    change.purgeAfterAllConfirmed,
    current.purgeAfterAllConfirmed,
  );
  const purgeGraceMs = given('purgeGracePeriod', change.purgeGracePeriod, current.purgeGraceMs);
  if (purgeGraceMs > MAX_GRACE_MS) {
    problems.add(
      'purgeGracePeriod',
      'INVALID_GRACE_PERIOD',
      `purgeGracePeriod is ${formatDuration(purgeGraceMs)}; it has to be at most PT24H.`,
    );
  }
  const expiryReminderMs = decideReminder(current, change.expiryReminder, timeToLiveMs, problems);
  const virusScan = given('virusScan', change.virusScan, current.virusScan);
  const computeMd5 = given('computeMd5', change.computeMd5, current.computeMd5);
  const openTo = given('openTo', change.openTo, current.openTo);
  return (
    problems.toFailure() ??
    ok({
      title: title === undefined ? current.title : title,
      maxTransferSize,
      timeToLiveMs,
      purgeAfterAllConfirmed,
      purgeGraceMs,
      expiryReminderMs,
      virusScan,
      computeMd5,
      requiredParty:
        change.requiredParty === undefined ? current.requiredParty : change.requiredParty,
      openTo,
    })
  );
}

/** An explicit reminder longer than half the time to live is refused; one that was there already is shortened to it. */
function decideReminder(
  current: ResourceSettings,
  change: number | null | undefined,
  timeToLiveMs: number,
  problems: InputProblems,
): number | null {
  const half = Math.floor(timeToLiveMs / 2);
  if (change === null) return null;
  if (change === undefined) {
    return current.expiryReminderMs === null ? null : Math.min(current.expiryReminderMs, half);
  }
  if (change <= 0 || change > half) {
    problems.add(
      'expiryReminder',
      'INVALID_EXPIRY_REMINDER',
      `expiryReminder is ${formatDuration(change)}; it has to be more than nothing and at most half the time to live (${formatDuration(half)}).`,
    );
  }
  return change;
}
