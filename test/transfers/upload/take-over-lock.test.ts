import { describe, expect, it } from 'vitest';
import {
  createTakeOverLock,
  type Holder,
  type TakeOverLock,
} from '../../../src/transfers/upload/take-over-lock.ts';

interface TestHolder extends Holder {
  readonly interrupts: number;
}

function createHolder(): TestHolder {
  let interrupts = 0;
  return {
    interrupt() {
      interrupts += 1;
    },
    get interrupts() {
      return interrupts;
    },
  };
}

const LONG = { timeoutMs: 60_000 };

async function held(lock: TakeOverLock): Promise<TestHolder> {
  const holder = createHolder();
  expect(await lock.acquire(holder, LONG)).toBe(true);
  return holder;
}

describe('a lock that can be taken over', () => {
  it('is had at once where nobody has it', async () => {
    const lock = createTakeOverLock();
    expect(lock.isHeld).toBe(false);
    const holder = await held(lock);
    expect(lock.isHeld).toBe(true);
    lock.release(holder);
    expect(lock.isHeld).toBe(false);
    expect(holder.interrupts).toBe(0);
  });

  it('asks who has it to end, and goes over when that one lets go', async () => {
    const lock = createTakeOverLock();
    const first = await held(lock);
    const second = createHolder();
    const order: string[] = [];
    const acquired = lock.acquire(second, LONG).then((has) => {
      order.push('acquired');
      return has;
    });
    expect(first.interrupts).toBe(1);
    await new Promise(setImmediate);
    order.push('released');
    lock.release(first);
    expect(await acquired).toBe(true);
    expect(order).toEqual(['released', 'acquired']);
    expect(lock.isHeld).toBe(true);
    expect(second.interrupts).toBe(0);
    lock.release(second);
    expect(lock.isHeld).toBe(false);
  });

  it('goes over in the order of asking, and asks each in between to be quick', async () => {
    const lock = createTakeOverLock();
    const first = await held(lock);
    const [second, third] = [createHolder(), createHolder()];
    const order: string[] = [];
    const ask = (name: string, holder: Holder) =>
      lock.acquire(holder, LONG).then(() => order.push(name));
    const both = [ask('second', second), ask('third', third)];
    lock.release(first);
    await both[0];
    // Somebody waits behind it already.
    expect(second.interrupts).toBe(1);
    expect(order).toEqual(['second']);
    lock.release(second);
    await both[1];
    expect(order).toEqual(['second', 'third']);
    expect(third.interrupts).toBe(0);
  });

  it('is not had where its holder does not let go in time, and stays whose it was', async () => {
    const lock = createTakeOverLock();
    const first = await held(lock);
    expect(await lock.acquire(createHolder(), { timeoutMs: 10 })).toBe(false);
    expect(lock.isHeld).toBe(true);
    lock.release(first);
    // Who gave up is not given it later.
    expect(lock.isHeld).toBe(false);
  });

  it('is not had by who goes away while waiting', async () => {
    const lock = createTakeOverLock();
    const first = await held(lock);
    const abort = new AbortController();
    const gone = lock.acquire(createHolder(), { ...LONG, signal: abort.signal });
    const third = createHolder();
    const next = lock.acquire(third, LONG);
    abort.abort();
    expect(await gone).toBe(false);
    lock.release(first);
    expect(await next).toBe(true);
    lock.release(third);
    expect(lock.isHeld).toBe(false);
  });

  it('is not asked for by who had gone away before', async () => {
    const lock = createTakeOverLock();
    const first = await held(lock);
    const options = { ...LONG, signal: AbortSignal.abort() };
    expect(await lock.acquire(createHolder(), options)).toBe(false);
    expect(first.interrupts).toBe(0);
    lock.release(first);
    expect(await lock.acquire(createHolder(), options)).toBe(false);
    expect(lock.isHeld).toBe(false);
  });

  it('is let go of by its holder alone, and once', async () => {
    const lock = createTakeOverLock();
    const first = await held(lock);
    lock.release(createHolder());
    expect(lock.isHeld).toBe(true);
    const second = createHolder();
    const acquired = lock.acquire(second, LONG);
    lock.release(first);
    await acquired;
    lock.release(first);
    expect(lock.isHeld).toBe(true);
  });

  it('asks its holder to end also where nobody wants it', async () => {
    const lock = createTakeOverLock();
    lock.interrupt();
    const first = await held(lock);
    expect(first.interrupts).toBe(0);
    lock.interrupt();
    expect(first.interrupts).toBe(1);
  });

  it('tells when it is free, after all who waited for it', async () => {
    const lock = createTakeOverLock();
    await lock.whenFree();
    const first = await held(lock);
    const second = createHolder();
    const acquired = lock.acquire(second, LONG);
    let isFree = false;
    const free = lock.whenFree().then(() => {
      isFree = true;
    });
    lock.release(first);
    await acquired;
    await new Promise(setImmediate);
    expect(isFree).toBe(false);
    lock.release(second);
    await free;
  });
});
