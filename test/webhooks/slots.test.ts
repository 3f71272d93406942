import { describe, expect, it } from 'vitest';
import { createSlots } from '../../src/webhooks/slots.ts';

describe('the requests that run at once', () => {
  it('are no more than there are slots', () => {
    const slots = createSlots(2);
    expect([slots.take(false), slots.take(false), slots.take(false)]).toEqual([true, true, false]);
    slots.free(false);
    expect(slots.take(false)).toBe(true);
  });

  it('leave half of the slots to endpoints that do not fail', () => {
    const slots = createSlots(4);
    expect([1, 2, 3].map(() => slots.take(true))).toEqual([true, true, false]);
    expect([1, 2, 3].map(() => slots.take(false))).toEqual([true, true, false]);
    slots.free(false);
    expect(slots.take(true)).toBe(false);
    slots.free(true);
    expect(slots.take(true)).toBe(true);
  });

  it('tell once whoever waits when one ends', () => {
    const slots = createSlots(1);
    slots.take(false);
    const told: string[] = [];
    slots.whenFree(() => told.push('first'));
    slots.whenFree(() => told.push('second'));
    slots.free(false);
    expect(told).toEqual(['first', 'second']);
    slots.take(false);
    slots.free(false);
    expect(told).toEqual(['first', 'second']);
  });
});
