import { expect, it } from 'vitest';
import { createBell } from '../../src/events/index.ts';

it('a ring wakes the one that it is for, once', async () => {
  const bell = createBell();
  const { signal } = new AbortController();
  const [anna, bo] = [{}, {}];
  const wait = bell.wait(anna, signal);
  const other = bell.wait(bo, signal);
  expect(bell.waiting).toBe(2);
  bell.ring(anna);
  await wait;
  expect(bell.waiting).toBe(1);
  bell.ring(anna);
  expect(bell.waiting).toBe(1);
  bell.ringAll();
  await other;
  expect(bell.waiting).toBe(0);
});

it('one that begins to wait while a ring wakes others waits for the next', async () => {
  const bell = createBell();
  const { signal } = new AbortController();
  const sleeper = {};
  let again: Promise<void> | undefined;
  const first = bell.wait(sleeper, signal).then(() => {
    again = bell.wait(sleeper, signal);
  });
  bell.ringAll();
  await first;
  expect(bell.waiting).toBe(1);
  bell.ringAll();
  await again;
  expect(bell.waiting).toBe(0);
});

it('an aborted signal ends the waiting, and one that was aborted before never begins it', async () => {
  const bell = createBell();
  const abort = new AbortController();
  const wait = bell.wait({}, abort.signal);
  abort.abort();
  expect(bell.waiting).toBe(0);
  await wait;
  await bell.wait({}, abort.signal);
  expect(bell.waiting).toBe(0);
});
