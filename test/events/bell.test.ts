import { expect, it } from 'vitest';
import { createBell } from '../../src/events/index.ts';

it('a ring wakes everybody who waits, once', async () => {
  const bell = createBell();
  const { signal } = new AbortController();
  const waits = [bell.wait(signal), bell.wait(signal)];
  expect(bell.waiting).toBe(2);
  bell.ring();
  expect(bell.waiting).toBe(0);
  await Promise.all(waits);
  bell.ring();
  expect(bell.waiting).toBe(0);
});

it('one that begins to wait while a ring wakes others waits for the next', async () => {
  const bell = createBell();
  const { signal } = new AbortController();
  let again: Promise<void> | undefined;
  const first = bell.wait(signal).then(() => {
    again = bell.wait(signal);
  });
  bell.ring();
  await first;
  expect(bell.waiting).toBe(1);
  bell.ring();
  await again;
  expect(bell.waiting).toBe(0);
});

it('an aborted signal ends the waiting, and one that was aborted before never begins it', async () => {
  const bell = createBell();
  const abort = new AbortController();
  const wait = bell.wait(abort.signal);
  abort.abort();
  expect(bell.waiting).toBe(0);
  await wait;
  await bell.wait(abort.signal);
  expect(bell.waiting).toBe(0);
});
