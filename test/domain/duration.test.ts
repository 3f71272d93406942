import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DAY_MS,
  formatDuration,
  HOUR_MS,
  MINUTE_MS,
  parseDuration,
  SECOND_MS,
} from '../../src/domain/duration.ts';

describe('a duration', () => {
  it.each([
    ['P30D', 30 * DAY_MS, 'P30D'],
    ['PT2H', 2 * HOUR_MS, 'PT2H'],
    ['P2W', 14 * DAY_MS, 'P14D'],
    ['P1W1DT1H1M1S', 8 * DAY_MS + HOUR_MS + MINUTE_MS + SECOND_MS, 'P8DT1H1M1S'],
    ['PT36H', 36 * HOUR_MS, 'P1DT12H'],
    ['PT90M', 90 * MINUTE_MS, 'PT1H30M'],
    ['PT0.5S', 500, 'PT0.5S'],
    ['PT0,05S', 50, 'PT0.05S'],
    ['PT1.001S', 1001, 'PT1.001S'],
    ['PT0S', 0, 'PT0S'],
    ['P0D', 0, 'PT0S'],
    ['P007D', 7 * DAY_MS, 'P7D'],
  ])('%s is %d ms and is written %s', (text, ms, written) => {
    expect(parseDuration(text)).toBe(ms);
    expect(formatDuration(ms)).toBe(written);
  });

  it('is read as it was written, however long', () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['no amount', 'P'],
    ['no amount of time', 'PT'],
    ['a T that nothing follows', 'P1DT'],
    ['years', 'P1Y'],
    ['months', 'P1M'],
    ['a sign', '-P1D'],
    ['a sign inside', 'P-1D'],
    ['lower case', 'p1d'],
    ['a fraction of a day', 'P1.5D'],
    ['a fraction of an hour', 'PT1.5H'],
    ['four decimals', 'PT0.1234S'],
    ['a fraction without a whole', 'PT.5S'],
    ['a fraction without decimals', 'PT1.S'],
    ['units out of order', 'P1D2W'],
    ['hours before the T', 'P1H'],
    ['no P', '30D'],
    ['a space', ' P1D'],
    ['a line break', 'P1D\n'],
    ['digits of another script', 'P١D'],
    ['more digits than anything lasts', 'P1234567890D'],
  ])('with %s is refused', (_, text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});
