import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { scheduleStreamEnd } from '../../src/graphql/stream-end.ts';

const OPENED = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

beforeEach(() => vi.useFakeTimers({ now: OPENED }));
afterEach(() => vi.useRealTimers());

function schedule(tokenExpiresAt: number, onEnd: () => void) {
  const clock = { now: () => Date.now() };
  return scheduleStreamEnd(
    { clock, openedAt: OPENED, tokenExpiresAt, tokenGraceMs: 30 * MINUTE },
    onEnd,
  );
}

test.each([
  ['a token of two minutes', 2 * MINUTE, 30 * MINUTE],
  ['a token that has expired', -MINUTE, 30 * MINUTE],
  ['a token of an hour', 60 * MINUTE, 60 * MINUTE],
  // Longer than a timer can wait.
  ['a token of sixty days', 60 * DAY, 60 * DAY],
])('%s', (_, lifetime, end) => {
  const onEnd = vi.fn();
  schedule(OPENED + lifetime, onEnd);
  vi.advanceTimersByTime(end - 1);
  expect(onEnd).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onEnd).toHaveBeenCalledOnce();
});

test('an end that is called off does not come', () => {
  const onEnd = vi.fn();
  schedule(OPENED, onEnd)();
  vi.advanceTimersByTime(DAY);
  expect(onEnd).not.toHaveBeenCalled();
});
