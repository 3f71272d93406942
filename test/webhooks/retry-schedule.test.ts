import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../src/domain/duration.ts';
import { RETRY_PAUSES_MS, retryPauseMs } from '../../src/webhooks/retry-schedule.ts';

describe('the pause before the next attempt', () => {
  it.each(RETRY_PAUSES_MS.map((pause, index) => [index + 1, pause]))(
    'after %i that failed is %i ms, up to a tenth longer by chance',
    (failed, pause) => {
      expect(retryPauseMs(failed, null, 0)).toBe(pause);
      expect(retryPauseMs(failed, null, 1)).toBe(Math.round(pause * 1.1));
    },
  );

  it('is as the contract has it', () => {
    expect(RETRY_PAUSES_MS.map((pause) => pause / SECOND_MS)).toEqual([
      10, 30, 60, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400,
    ]);
  });

  it('is none after the last attempt', () => {
    expect(retryPauseMs(RETRY_PAUSES_MS.length + 1, null, 0)).toBeNull();
    expect(retryPauseMs(RETRY_PAUSES_MS.length + 1, HOUR_MS, 0)).toBeNull();
  });

  it.each([
    ['longer than the schedule', HOUR_MS, HOUR_MS],
    ['shorter than the schedule', 1, 10 * SECOND_MS],
    ['longer than a day', 3 * DAY_MS, DAY_MS],
  ])('obeys an endpoint that asks for %s', (_, wished, pause) => {
    expect(retryPauseMs(1, wished, 0)).toBe(pause);
  });
});
