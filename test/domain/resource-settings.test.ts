import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../src/domain/duration.ts';
import type { PartyId } from '../../src/domain/party-id.ts';
import {
  changeSettings,
  DEFAULT_RESOURCE_SETTINGS,
  isResourceId,
  type ResourceSettings,
  type ResourceSettingsChange,
} from '../../src/domain/resource-settings.ts';
import { ok } from '../../src/domain/result.ts';

const defaults = DEFAULT_RESOURCE_SETTINGS;

function changed(change: ResourceSettingsChange, from = defaults): ResourceSettings {
  const result = changeSettings(from, change);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function problemsOf(change: ResourceSettingsChange, from = defaults) {
  const result = changeSettings(from, change);
  if (result.ok) throw new Error('The change was accepted.');
  return (result.error.problems ?? []).map(({ field, code }) => `${field} ${code}`);
}

describe('the settings of a resource', () => {
  it('begin as the contract says', () => {
    expect(defaults).toEqual({
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
    });
  });

  it('stay where they are left out', () => {
    expect(changeSettings(defaults, {})).toEqual(ok(defaults));
  });

  it('change where they are given, each by itself', () => {
    const requiredParty = '0192:111111111' as PartyId;
    const all = changed({
      title: 'Tax',
      maxTransferSize: 1,
      transferTimeToLive: DAY_MS,
      purgeAfterAllConfirmed: false,
      purgeGracePeriod: 0,
      expiryReminder: HOUR_MS,
      virusScan: 'DISABLED',
      computeMd5: true,
      requiredParty,
      openTo: ['SEND'],
    });
    expect(all).toEqual({
      title: 'Tax',
      maxTransferSize: 1,
      timeToLiveMs: DAY_MS,
      purgeAfterAllConfirmed: false,
      purgeGraceMs: 0,
      expiryReminderMs: HOUR_MS,
      virusScan: 'DISABLED',
      computeMd5: true,
      requiredParty,
      openTo: ['SEND'],
    });
    expect(changed({ title: 'Other' }, all)).toEqual({ ...all, title: 'Other' });
    expect(changed({ openTo: [] }, all)).toEqual({ ...all, openTo: [] });
  });

  it('are cleared by null where they can be', () => {
    const from = changed({ title: 'Tax', requiredParty: '0192:111111111' as PartyId });
    const cleared = changed({ title: null, expiryReminder: null, requiredParty: null }, from);
    expect(cleared).toEqual({ ...defaults, title: null, expiryReminderMs: null });
  });

  it.each([
    'maxTransferSize',
    'transferTimeToLive',
    'purgeAfterAllConfirmed',
    'purgeGracePeriod',
    'virusScan',
    'computeMd5',
    'openTo',
  ] as const)('refuse null for %s', (field) => {
    expect(problemsOf({ [field]: null })).toEqual([`${field} INVALID_INPUT`]);
  });

  it.each([
    ['maxTransferSize', 0, 'INVALID_MAX_TRANSFER_SIZE'],
    ['maxTransferSize', 1_677_721_600_001, 'INVALID_MAX_TRANSFER_SIZE'],
    ['transferTimeToLive', 0, 'INVALID_TIME_TO_LIVE'],
    ['transferTimeToLive', 365 * DAY_MS + 1, 'INVALID_TIME_TO_LIVE'],
    ['purgeGracePeriod', DAY_MS + 1, 'INVALID_GRACE_PERIOD'],
    ['expiryReminder', 0, 'INVALID_EXPIRY_REMINDER'],
    ['title', '', 'INVALID_INPUT'],
    ['title', '\ud800', 'INVALID_INPUT'],
  ])('refuse %s of %j', (field, value, code) => {
    expect(problemsOf({ [field]: value })).toEqual([`${field} ${code}`]);
  });

  it.each([
    ['maxTransferSize', 1],
    ['maxTransferSize', 1_677_721_600_000],
    ['transferTimeToLive', 1],
    ['transferTimeToLive', 365 * DAY_MS],
    ['purgeGracePeriod', 0],
    ['purgeGracePeriod', DAY_MS],
  ])('take %s of %d', (field, value) => {
    expect(changeSettings(defaults, { [field]: value })).toMatchObject({ ok: true });
  });

  it('tell of everything that is wrong at once, in the order of the input', () => {
    expect(
      problemsOf({
        openTo: null,
        computeMd5: null,
        virusScan: null,
        expiryReminder: 400 * DAY_MS,
        purgeGracePeriod: 2 * DAY_MS,
        purgeAfterAllConfirmed: null,
        transferTimeToLive: 366 * DAY_MS,
        maxTransferSize: 0,
        title: '',
      }),
    ).toEqual([
      'title INVALID_INPUT',
      'maxTransferSize INVALID_MAX_TRANSFER_SIZE',
      'transferTimeToLive INVALID_TIME_TO_LIVE',
      'purgeAfterAllConfirmed INVALID_INPUT',
      'purgeGracePeriod INVALID_GRACE_PERIOD',
      'expiryReminder INVALID_EXPIRY_REMINDER',
      'virusScan INVALID_INPUT',
      'computeMd5 INVALID_INPUT',
      'openTo INVALID_INPUT',
    ]);
  });

  it('answer with the code of the first problem in the order of the input', () => {
    const result = changeSettings(defaults, { transferTimeToLive: 0, computeMd5: null });
    expect(result).toMatchObject({
      error: { code: 'INVALID_TIME_TO_LIVE', field: 'transferTimeToLive' },
    });
  });
});

describe('the reminder before expiry', () => {
  it('may be half the time to live, and no more', () => {
    expect(changed({ expiryReminder: 15 * DAY_MS }).expiryReminderMs).toBe(15 * DAY_MS);
    expect(problemsOf({ expiryReminder: 15 * DAY_MS + 1 })).toEqual([
      'expiryReminder INVALID_EXPIRY_REMINDER',
    ]);
  });

  it('is judged by the time to live that comes with it', () => {
    const change = { transferTimeToLive: 2 * DAY_MS, expiryReminder: DAY_MS };
    expect(changed(change).expiryReminderMs).toBe(DAY_MS);
    expect(problemsOf({ ...change, expiryReminder: DAY_MS + 1 })).toEqual([
      'expiryReminder INVALID_EXPIRY_REMINDER',
    ]);
  });

  it('of a new resource is shortened to half a shorter time to live', () => {
    expect(changed({ transferTimeToLive: DAY_MS }).expiryReminderMs).toBe(12 * HOUR_MS);
    expect(changed({ transferTimeToLive: 6 * DAY_MS }).expiryReminderMs).toBe(3 * DAY_MS);
  });

  it('is shortened by a later, shorter time to live, and stays so', () => {
    const from = changed({ expiryReminder: 10 * DAY_MS });
    const shorter = changed({ transferTimeToLive: 4 * DAY_MS }, from);
    expect(shorter.expiryReminderMs).toBe(2 * DAY_MS);
    expect(changed({ transferTimeToLive: 30 * DAY_MS }, shorter).expiryReminderMs).toBe(2 * DAY_MS);
  });

  it('that was switched off stays off', () => {
    const off = changed({ expiryReminder: null });
    expect(changed({ transferTimeToLive: DAY_MS }, off).expiryReminderMs).toBeNull();
    expect(changed({ expiryReminder: DAY_MS }, off).expiryReminderMs).toBe(DAY_MS);
  });
});

describe('the id of a resource', () => {
  it.each(['tax-files', 'a_b-1', '0000', 'x'.repeat(255)])('may be %s', (id) => {
    expect(isResourceId(id)).toBe(true);
  });

  it.each([
    ['three characters', 'abc'],
    ['256 characters', 'x'.repeat(256)],
    ['upper case', 'Tax-files'],
    ['a space', 'tax files'],
    ['a dot', 'tax.files'],
    ['a letter beyond ASCII', 'skattæ'],
    ['a line break', 'tax-files\n'],
    ['the shape of a UUID', '01890000-0000-7000-8000-000000000001'],
    ['nothing', ''],
  ])('with %s is refused', (_, id) => {
    expect(isResourceId(id)).toBe(false);
  });
});
