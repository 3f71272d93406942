import { describe, expect, it } from 'vitest';
import { createSlots } from '../../src/webhooks/slots.ts';

describe('the requests that run at once', () => {
  it('are no more than there are slots', () => {
    const slots = createSlots(2);
    expect([slots.take(false), slots.take(false), slots.take(false)]).toEqual([true, true, false]);
    slots.free(false);
    expect(slots.take(false)).toBe(true);
  });

  it('leave half of them to endpoints that are not slow', () => {
    const slots = createSlots(4);
    expect([1, 2, 3].map(() => slots.take(true))).toEqual([true, true, false]);
    expect([1, 2, 3].map(() => slots.take(false))).toEqual([true, true, false]);
    slots.free(false);
    expect(slots.take(true)).toBe(false);
    slots.free(true);
    expect(slots.take(true)).toBe(true);
  });

  it('are given to who has waited longest, one for each that ends', () => {
    const slots = createSlots(1);
    slots.take(false);
    const told: string[] = [];
    const waitAs = (name: string) =>
      slots.whenFree(false, () => {
        if (slots.take(false)) told.push(name);
      });
    waitAs('first');
    waitAs('second');
    slots.free(false);
    expect(told).toEqual(['first']);
    waitAs('third');
    slots.free(false);
    slots.free(false);
    slots.free(false);
    expect(told).toEqual(['first', 'second', 'third']);
  });

  it('are passed on by who has no use for them any more', () => {
    const slots = createSlots(1);
    slots.take(true);
    const told: string[] = [];
    slots.whenFree(false, () => told.push('gone'));
    slots.whenFree(true, () => told.push('slow'));
    slots.free(true);
    expect(told).toEqual(['gone', 'slow']);
    expect(slots.take(true)).toBe(true);
  });
});
