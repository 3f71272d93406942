import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRange } from '../../src/downloads/byte-range.ts';

const SIZE = 1000;
const part = (start: number, end: number) => ({ kind: 'part', start, end });
const whole = { kind: 'whole' };
const unsatisfiable = { kind: 'unsatisfiable' };

describe('a range', () => {
  it.each([
    ['the first byte', 'bytes=0-0', part(0, 1)],
    ['the last byte', 'bytes=999-999', part(999, 1000)],
    ['a middle part', 'bytes=100-199', part(100, 200)],
    ['all of it', 'bytes=0-999', part(0, 1000)],
    ['from a byte on', 'bytes=100-', part(100, 1000)],
    ['an end beyond the file', 'bytes=900-5000', part(900, 1000)],
    ['an end beyond every number', `bytes=900-${'9'.repeat(40)}`, part(900, 1000)],
    ['the last bytes', 'bytes=-100', part(900, 1000)],
    ['more last bytes than there are', 'bytes=-5000', part(0, 1000)],
    ['zeros in front', 'bytes=000-009', part(0, 10)],
    ['its unit in upper case', 'BYTES=0-9', part(0, 10)],
  ])('of %s is served', (_, header, decision) => {
    expect(decideRange(header, SIZE)).toEqual(decision);
  });

  it.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['another unit', 'items=0-9'],
    ['no equals sign', 'bytes 0-9'],
    ['no range', 'bytes='],
    ['a hyphen alone', 'bytes=-'],
    ['no hyphen', 'bytes=5'],
    ['letters', 'bytes=a-b'],
    ['a sign', 'bytes=+1-2'],
    ['two hyphens', 'bytes=--5'],
    ['hexadecimal digits', 'bytes=0x0-0x9'],
    ['a fraction', 'bytes=0.5-9'],
    ['spaces', 'bytes= 0-9'],
    ['spaces within', 'bytes=0 - 9'],
    ['an end before its start', 'bytes=9-2'],
    ['an end before its start beyond safe numbers', 'bytes=9007199254740993-9007199254740992'],
    ['one of several', 'bytes=0-9,20-29'],
    ['one of several, with spaces', 'bytes=0-9, 20-29'],
    ['a comma and nothing', 'bytes=0-9,'],
  ])('with %s is ignored', (_, header) => {
    expect(decideRange(header, SIZE)).toEqual(whole);
  });

  it.each([
    ['begins behind the end', 'bytes=1000-'],
    ['lies behind the end', 'bytes=1000-1001'],
    ['begins behind every number', `bytes=${'9'.repeat(40)}-`],
    ['is of the last 0 bytes', 'bytes=-0'],
  ])('that %s cannot be satisfied', (_, header) => {
    expect(decideRange(header, SIZE)).toEqual(unsatisfiable);
  });

  it('of a file without bytes cannot be satisfied, but a malformed one is ignored', () => {
    for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-1']) {
      expect(decideRange(header, 0)).toEqual(unsatisfiable);
    }
    expect(decideRange('bytes=1-0', 0)).toEqual(whole);
  });

  it('that is served is within the file, and is what was asked for', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(60), fc.nat(60), (size, first, last) => {
        const decided = decideRange(`bytes=${first}-${last}`, size);
        const asked = Array.from({ length: size }, (_, at) => at).slice(first, last + 1);
        if (last < first) expect(decided).toEqual(whole);
        else if (asked.length === 0) expect(decided).toEqual(unsatisfiable);
        else expect(decided).toEqual(part(first, first + asked.length));
      }),
    );
  });
});
