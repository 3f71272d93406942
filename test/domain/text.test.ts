import { describe, expect, it } from 'vitest';
import { countCodePoints, foldCase, parseText, quote } from '../../src/domain/text.ts';

const rule = { min: 1, max: 3 };

describe('a text', () => {
  it('is taken in NFC', () => {
    expect(parseText('e\u0301', rule)).toEqual({ text: '\u00e9' });
  });

  it('is counted in code points after NFC, not in units of UTF-16', () => {
    expect(parseText('😀😀😀', rule)).toEqual({ text: '😀😀😀' });
    expect(parseText('e\u0301e\u0301e\u0301', rule)).toEqual({ text: 'ééé' });
    expect(parseText('😀😀😀😀', rule)).toEqual({
      wrong: 'has 4 characters; it has to have 1 to 3',
    });
    // NFC can also make a text longer.
    expect(parseText('\ufb2c\ufb2c', rule)).toEqual({
      wrong: 'has 6 characters; it has to have 1 to 3',
    });
    expect(countCodePoints('a😀é')).toBe(3);
  });

  it('shorter than its rule has it is refused', () => {
    expect(parseText('', rule)).toEqual({ wrong: 'has 0 characters; it has to have 1 to 3' });
    expect(parseText('', { min: 0, max: 3 })).toEqual({ text: '' });
  });

  it.each([
    ['a lone high surrogate', 'a\ud83d'],
    ['a lone low surrogate', '\ude00a'],
    ['a NUL', 'a\0'],
  ])('with %s is refused', (_, text) => {
    expect(parseText(text, rule)).toHaveProperty('wrong');
  });

  it('is shown in messages on one line, shortened, and well-formed', () => {
    expect(quote('a "b"\nc')).toBe('"a \\"b\\"\\nc"');
    expect(quote('x'.repeat(81))).toBe(`"${'x'.repeat(80)}…"`);
    expect(quote('x'.repeat(80))).toBe(`"${'x'.repeat(80)}"`);
    // Cut in the middle of an emoji.
    expect(quote(`${'x'.repeat(79)}😀`).isWellFormed()).toBe(true);
    expect(quote('\ud83d').isWellFormed()).toBe(true);
  });
});

describe('folding case', () => {
  it.each([
    ['ÅRSRAPPORT', 'årsrapport'],
    ['E\u0301', 'é'],
    ['İ', 'i\u0307'],
    ['Straße', 'straße'],
  ])('makes %s %s', (text, folded) => {
    expect(foldCase(text)).toBe(folded);
  });

  it('keeps the beginning of a text its beginning, also where a letter looks else at the end', () => {
    expect(foldCase('ΟΔΟΣΑ.txt').startsWith(foldCase('ΟΔΟΣ'))).toBe(true);
    expect(foldCase('οδος.txt')).toBe(foldCase('ΟΔΟΣ.TXT'));
  });
});
