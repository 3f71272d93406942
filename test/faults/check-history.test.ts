/** The judge of histories has to know a right one, and to see each way in which one can be wrong. */
import { describe, expect, it } from 'vitest';
import type {
  EventType,
  RecipientStatus,
  TransferStatus,
} from '../../src/domain/transfer-status.ts';
import { agrees, followHistory } from './check-history.ts';
import type { SeenEvent } from './documents.ts';

const SENDER = '0192:100000001';
const [ANNA, BO] = ['0192:200000001', '0192:200000002'];
const facts = {
  sender: SENDER,
  recipients: [ANNA, BO],
  expiresAt: 1000,
  reminderMs: 500,
  purges: true,
  graceMs: 100,
  hasBytes: true,
};

function event(
  type: EventType,
  at: number,
  transferStatus: TransferStatus,
  party: string | null = SENDER,
  recipientStatus: RecipientStatus | null = null,
): SeenEvent {
  return {
    id: `${type} ${party} ${at}`,
    type,
    time: new Date(at).toISOString(),
    transferId: 'transfer',
    transferStatus,
    recipientStatus,
    subject: party === null ? null : { id: party },
  };
}

const published = [
  event('FILE_TRANSFER_INITIALIZED', 0, 'INITIALIZED'),
  event('UPLOAD_STARTED', 10, 'UPLOAD_STARTED'),
  event('UPLOAD_PROCESSING', 20, 'UPLOAD_PROCESSING'),
  event('PUBLISHED', 20, 'PUBLISHED', null),
];
const annaConfirmed = [
  event('DOWNLOAD_STARTED', 30, 'PUBLISHED', ANNA, 'DOWNLOAD_STARTED'),
  event('DOWNLOAD_CONFIRMED', 40, 'PUBLISHED', ANNA, 'DOWNLOAD_CONFIRMED'),
];
const boConfirmed = [
  event('DOWNLOAD_STARTED', 50, 'PUBLISHED', BO, 'DOWNLOAD_STARTED'),
  event('DOWNLOAD_CONFIRMED', 60, 'PUBLISHED', BO, 'DOWNLOAD_CONFIRMED'),
  event('ALL_CONFIRMED_DOWNLOADED', 60, 'ALL_CONFIRMED_DOWNLOADED', null),
];
const boReminded = event('FILE_EXPIRING', 500, 'PUBLISHED', BO, 'INITIALIZED');
const deleted = (at: number, status: TransferStatus = 'PURGED') =>
  event('FILE_DELETED', at, status, null);
const boOmitted = event('FILE_NEVER_CONFIRMED_DOWNLOADED', 1000, 'PURGED', BO, 'INITIALIZED');
const expired = [...published, ...annaConfirmed, boReminded, deleted(1000), boOmitted];

describe('the judge of histories', () => {
  it.each([
    ['nothing but its beginning', published.slice(0, 1), 'INITIALIZED'],
    [
      'an end by all confirmations',
      [...published, ...annaConfirmed, ...boConfirmed, deleted(160)],
      'PURGED',
    ],
    ['an expiry with a reminder', expired, 'PURGED'],
    [
      'a cancel and the deletion after it',
      [...published, event('FILE_TRANSFER_CANCELLED', 30, 'CANCELLED'), deleted(31, 'CANCELLED')],
      'CANCELLED',
    ],
  ] as const)('finds no fault with %s', (_, events, status) => {
    const history = followHistory(events, facts);
    expect(history.faults).toEqual([]);
    expect(agrees(status, history)).toBe(true);
  });

  it.each([
    ['a doubled publication', [...published, published[3]], /PUBLISHED .* comes when/],
    ['a missing UPLOAD_PROCESSING', [...published.slice(0, 2), published[3]], /PUBLISHED/],
    ['a missing beginning', published.slice(1), /UPLOAD_STARTED .* comes first/],
    [
      'a confirmation before a download',
      [...published, annaConfirmed[1]],
      /recipient is INITIALIZED/,
    ],
    [
      'a doubled confirmation',
      [...published, ...annaConfirmed, annaConfirmed[1]],
      /DOWNLOAD_CONFIRMED/,
    ],
    [
      'two downloads told within 5 minutes',
      [...published, annaConfirmed[0], annaConfirmed[0]],
      /twice/,
    ],
    [
      'a missing ALL_CONFIRMED_DOWNLOADED',
      [...published, ...annaConfirmed, ...boConfirmed.slice(0, 2)],
      /ALL_CONFIRMED_DOWNLOADED is missing/,
    ],
    [
      'a reminder of one who has confirmed',
      [
        ...published,
        ...annaConfirmed,
        event('FILE_EXPIRING', 500, 'PUBLISHED', ANNA, 'DOWNLOAD_CONFIRMED'),
      ],
      /FILE_EXPIRING/,
    ],
    ['a doubled reminder', [...published, ...annaConfirmed, boReminded, boReminded], /twice/],
    [
      'a reminder of only some',
      [...published, boReminded],
      new RegExp(`FILE_EXPIRING ${ANNA} is missing`),
    ],
    [
      'a purge before its time',
      [...published, ...annaConfirmed, ...boConfirmed, deleted(159)],
      /comes before/,
    ],
    ['an omission that is not told', expired.slice(0, -1), new RegExp(`${BO} is missing`)],
    ['an omission told twice', [...expired, boOmitted], /is of none/],
    ['a doubled deletion', [...expired, deleted(1000)], /FILE_DELETED .* twice/],
    ['an expiry without the deletion', expired.toSpliced(-2, 1), /FILE_DELETED is missing/],
    [
      'a cancel after the end',
      [...expired, event('FILE_TRANSFER_CANCELLED', 1001, 'CANCELLED')],
      /comes after PURGED/,
    ],
    [
      'a download after the end',
      [...expired, event('DOWNLOAD_STARTED', 1001, 'PURGED', BO, 'DOWNLOAD_STARTED')],
      /transfer is PURGED/,
    ],
  ])('sees %s', (_, events, fault) => {
    const { faults } = followHistory(events as SeenEvent[], facts);
    expect(faults.join('\n')).toMatch(fault);
  });

  it('sees a status that the events do not lead to', () => {
    expect(agrees('PUBLISHED', followHistory(published.slice(0, 3), facts))).toBe(false);
    expect(agrees('PURGED', followHistory(published, facts))).toBe(false);
    expect(agrees('PURGED', followHistory(published.slice(0, 1), facts))).toBe(false);
    // An upload that brought nothing leaves nothing to tell of.
    const empty = followHistory(published.slice(0, 2), { ...facts, hasBytes: false });
    expect(agrees('PURGED', empty)).toBe(true);
  });
});
