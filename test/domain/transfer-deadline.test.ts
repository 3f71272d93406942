/** When the broker acts on a transfer by itself, case by case. */
import { describe, expect, it } from 'vitest';
import {
  type DeadlineFacts,
  type DueAct,
  findDueAct,
  nextDeadline,
  purgedAt,
  uploadGivenUpAt,
} from '../../src/domain/transfer-deadline.ts';
import { TRANSFER_STATUSES, type TransferStatus } from '../../src/domain/transfer-status.ts';

const HOUR = 3_600_000;
const EXPIRY = 1000 * HOUR;

function facts(status: TransferStatus, more: Partial<DeadlineFacts> = {}): DeadlineFacts {
  return {
    status,
    statusChangedAt: 100 * HOUR,
    expiresAt: EXPIRY,
    lastSignOfUploadAt: status === 'INITIALIZED' ? null : 90 * HOUR,
    purgeAfterAllConfirmed: true,
    purgeGraceMs: 2 * HOUR,
    expiryReminderMs: 72 * HOUR,
    isReminded: false,
    ...more,
  };
}

const CASES: readonly [string, DeadlineFacts, number, DueAct][] = [
  ['a transfer without an upload expires', facts('INITIALIZED'), EXPIRY, 'expire'],
  [
    'an upload is given up a day after its last byte',
    facts('UPLOAD_STARTED'),
    114 * HOUR,
    'abandon',
  ],
  [
    'an upload that expires sooner expires',
    facts('UPLOAD_STARTED', { expiresAt: 114 * HOUR }),
    114 * HOUR,
    'expire',
  ],
  ['a file in processing expires', facts('UPLOAD_PROCESSING'), EXPIRY, 'expire'],
  ['recipients are reminded', facts('PUBLISHED'), EXPIRY - 72 * HOUR, 'remind'],
  ['once', facts('PUBLISHED', { isReminded: true }), EXPIRY, 'expire'],
  ['or never', facts('PUBLISHED', { expiryReminderMs: null }), EXPIRY, 'expire'],
  ['the grace period ends', facts('ALL_CONFIRMED_DOWNLOADED'), 102 * HOUR, 'purge'],
  [
    'but not after the expiry',
    facts('ALL_CONFIRMED_DOWNLOADED', { expiresAt: 101 * HOUR }),
    101 * HOUR,
    'expire',
  ],
  [
    'where the resource does not purge, only the expiry does',
    facts('ALL_CONFIRMED_DOWNLOADED', { purgeAfterAllConfirmed: false }),
    EXPIRY,
    'expire',
  ],
];

describe('a deadline', () => {
  it.each(CASES)('%s', (_, about, deadline, act) => {
    expect(nextDeadline(about)).toBe(deadline);
    expect(findDueAct(about, deadline - 1)).toBeNull();
    expect(findDueAct(about, deadline)).toBe(act);
  });

  it('that was missed as well as a later one comes to the later one', () => {
    expect(findDueAct(facts('PUBLISHED'), EXPIRY)).toBe('expire');
    expect(findDueAct(facts('UPLOAD_STARTED'), EXPIRY)).toBe('expire');
  });

  it('is none of a transfer that has ended, and some of every other', () => {
    for (const status of TRANSFER_STATUSES) {
      const hasEnded = ['CANCELLED', 'PURGED', 'FAILED'].includes(status);
      expect(nextDeadline(facts(status)) === null).toBe(hasEnded);
      if (hasEnded) expect(findDueAct(facts(status), 2 * EXPIRY)).toBeNull();
    }
  });

  it('of the purge is known before it comes, of an upload only once it has begun', () => {
    expect(purgedAt(facts('PUBLISHED'))).toBe(EXPIRY);
    expect(purgedAt(facts('ALL_CONFIRMED_DOWNLOADED'))).toBe(102 * HOUR);
    expect(uploadGivenUpAt(facts('INITIALIZED'))).toBeNull();
    expect(uploadGivenUpAt(facts('UPLOAD_STARTED'))).toBe(114 * HOUR);
  });
});
