/** Flushing beside the writes of a long request. */
import { describe, expect, it } from 'vitest';
import { BackgroundFlush } from '../../../src/transfers/upload/background-flush.ts';

const ENOUGH = 64 * 1024 * 1024;

describe('a flush beside the writes', () => {
  it('begins when enough has been written, and one at a time', async () => {
    let begun = 0;
    let finish = () => {};
    const flushing = new BackgroundFlush(0, () => {
      begun += 1;
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    flushing.advance(ENOUGH - 1);
    expect(begun).toBe(0);
    flushing.advance(ENOUGH);
    flushing.advance(2 * ENOUGH);
    expect(begun).toBe(1);
    finish();
    await flushing.settle();
    flushing.advance(2 * ENOUGH);
    expect(begun).toBe(2);
    finish();
    await flushing.settle();
  });

  it('begins once a minute while bytes come, however few', async () => {
    let now = 0;
    let begun = 0;
    const flush = async () => {
      begun += 1;
    };
    const flushing = new BackgroundFlush(0, flush, () => now);
    for (const [at, offset, flushes] of [
      [59_999, 1, 0],
      [60_000, 2, 1],
      [120_000, 2, 1],
      [120_001, 3, 2],
    ] as const) {
      now = at;
      flushing.advance(offset);
      await flushing.settle();
      expect([at, begun]).toEqual([at, flushes]);
    }
  });

  it('that failed is told when it is settled, since the system tells of lost bytes only once', async () => {
    const flushing = new BackgroundFlush(0, () => Promise.reject(new Error('I/O error')));
    flushing.advance(ENOUGH);
    await expect(flushing.settle()).rejects.toThrow('I/O error');
    expect(() => flushing.advance(2 * ENOUGH)).toThrow('I/O error');
  });
});
