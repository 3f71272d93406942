import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDateTime, parseDateTime } from '../../src/domain/date-time.ts';

describe('a date and time', () => {
  it.each([
    ['2026-02-28T12:00:00Z', '2026-02-28T12:00:00.000Z'],
    ['2026-02-28t12:00:00z', '2026-02-28T12:00:00.000Z'],
    ['2026-02-28T12:00:00.5Z', '2026-02-28T12:00:00.500Z'],
    ['2026-02-28T12:00:00.123+01:00', '2026-02-28T11:00:00.123Z'],
    ['2026-02-28T23:30:00-01:30', '2026-03-01T01:00:00.000Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
    ['2026-02-28T12:00:00-00:00', '2026-02-28T12:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('%s is %s', (text, utc) => {
    const ms = parseDateTime(text);
    expect(ms).toBe(Date.parse(utc));
    expect(formatDateTime(ms ?? Number.NaN)).toBe(utc);
  });

  it('is read as it was written', () => {
    const year9999 = Date.UTC(9999, 11, 31);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: year9999 }), (ms) => {
        expect(parseDateTime(formatDateTime(ms))).toBe(ms);
      }),
    );
  });

  it.each([
    ['no offset', '2026-02-28T12:00:00'],
    ['no time', '2026-02-28'],
    ['no seconds', '2026-02-28T12:00Z'],
    ['a day that February does not have', '2026-02-30T12:00:00Z'],
    ['29 February of a common year', '2026-02-29T12:00:00Z'],
    ['month 13', '2026-13-01T12:00:00Z'],
    ['hour 24', '2026-02-28T24:00:00Z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['four decimals', '2026-02-28T12:00:00.1234Z'],
    ['a point without decimals', '2026-02-28T12:00:00.Z'],
    ['an offset of a day', '2026-02-28T12:00:00+24:00'],
    ['an offset without minutes', '2026-02-28T12:00:00+01'],
    ['a space for the T', '2026-02-28 12:00:00Z'],
    ['a line break', '2026-02-28T12:00:00Z\n'],
    ['a number alone', '1772280000000'],
    ['nothing', ''],
  ])('with %s is refused', (_, text) => {
    expect(parseDateTime(text)).toBeUndefined();
  });
});
