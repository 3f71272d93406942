import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFileName } from '../../src/domain/file-name.ts';

/** Any character but a lone surrogate. */
const codePoint = fc
  .oneof(fc.nat(0xff), fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((code) => String.fromCodePoint(code));

describe('a file name', () => {
  it.each([
    ['tax.zip'],
    ['årsrapport 2026.pdf'],
    ['報告書.pdf'],
    ['😀.txt'],
    ['.gitignore'],
    ['no-extension'],
    // Characters that some file systems replace are still a name: nothing of it becomes a path here.
    ['Report: "final"? <2>|*.pdf'],
    ['console.log'],
    [' '],
    // Marks of direction are ordinary in Arabic and Hebrew names; overrides are not.
    ['a\u200fb'],
  ])('may be %s', (name) => {
    expect(parseFileName(name)).toEqual({ text: name });
  });

  it('is taken in NFC', () => {
    expect(parseFileName('a\u030arsrapport.pdf')).toEqual({ text: 'årsrapport.pdf' });
  });

  it('has 1 to 255 characters, counted in code points after NFC', () => {
    expect(parseFileName('x')).toEqual({ text: 'x' });
    expect(parseFileName('😀'.repeat(255))).toEqual({ text: '😀'.repeat(255) });
    expect(parseFileName('e\u0301'.repeat(255))).toEqual({ text: 'é'.repeat(255) });
    expect(parseFileName('')).toHaveProperty('wrong');
    expect(parseFileName('x'.repeat(256))).toHaveProperty('wrong');
  });

  it.each([
    ['a slash', 'a/b.txt'],
    ['a backslash', 'a\\b.txt'],
    ['the folder itself', '.'],
    ['the folder above', '..'],
    ['a NUL', 'a\0.txt'],
    ['a line break', 'a\n.txt'],
    ['a tab', 'a\t.txt'],
    ['a delete character', 'a\u007f.txt'],
    ['a control character beyond ASCII', 'a\u0085.txt'],
    ['an override of its direction', 'a\u202egpj.exe'],
    ['a lone surrogate', 'a\ud83d.txt'],
    ['a dot at its end', 'report.'],
    ['the name of a device', 'con'],
    ['the name of a device before its extension', 'AUX.txt'],
  ])('with %s is refused', (_, name) => {
    const parsed = parseFileName(name);
    // The end of a sentence that begins with the name.
    expect(parsed).toEqual({ wrong: expect.stringMatching(/^(?:has|is|ends) .*[^.]$/) });
  });

  it('that is taken has no way out of a folder, and is taken again as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint, minLength: 1, maxLength: 40 }), (name) => {
        const parsed = parseFileName(name);
        if ('wrong' in parsed) return;
        expect(parsed.text).not.toMatch(/[/\\\0\r\n]/);
        expect(['.', '..']).not.toContain(parsed.text);
        expect(parseFileName(parsed.text)).toEqual(parsed);
      }),
    );
  });
});
