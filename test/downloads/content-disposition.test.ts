import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attachment } from '../../src/downloads/content-disposition.ts';

/** Reads the header as RFC 6266 has it: the quoted string for old clients, and the extended value for all others. */
function read(header: string): { filename: string; extended: string } {
  const match = /^attachment; filename="([^"\\]*)"; filename\*=UTF-8''([\w!#$&+.^`|~%-]*)$/.exec(
    header,
  );
  if (match === null) throw new Error(`No RFC 6266: ${header}`);
  const [, filename = '', extended = ''] = match;
  return { filename, extended: decodeURIComponent(extended) };
}

describe('the name of a download', () => {
  it.each([
    ['plain ASCII', 'report.pdf', 'report.pdf'],
    ['spaces', 'my report.pdf', 'my report.pdf'],
    ['accents', 'Café.pdf', 'Cafe.pdf'],
    ['Norwegian letters', 'blåbærsyltetøy.pdf', 'blab_rsyltet_y.pdf'],
    ['another script', '報告.pdf', '__.pdf'],
    ['an emoji', '😀.txt', '_.txt'],
    ['a ligature', 'ﬁle.txt', 'file.txt'],
    ['quotes', 'the "final" one.pdf', 'the _final_ one.pdf'],
    ['apostrophes, stars and brackets', "it's (a) *.txt", "it's (a) _.txt"],
    ['what looks encoded', '100%25.txt', '100_25.txt'],
    ['a semicolon', 'a; filename=b.txt', 'a; filename=b.txt'],
    ['nothing that ASCII has', 'æ', '_'],
    ['nothing but an accent', '\u0301', '_'],
  ])('with %s comes in both forms', (_, name, ascii) => {
    expect(read(attachment(name))).toEqual({ filename: ascii, extended: name });
  });

  it('encodes what an extended value may not hold', () => {
    expect(attachment("a'(b)*c å.txt")).toContain("filename*=UTF-8''a%27%28b%29%2Ac%20%C3%A5.txt");
  });

  it.each([
    ['fullwidth slashes', '..／..／etc／passwd'],
    ['fullwidth backslashes', '..＼..＼boot.ini'],
    ['signs that fold to a slash', '℀℅'],
    ['fullwidth quotes', 'a＂; x=＂b'],
  ])('leads nowhere and ends nothing, also with %s', (_, name) => {
    const { filename, extended } = read(attachment(name));
    expect(filename).not.toMatch(/[/\\"]/);
    expect(extended).toBe(name);
  });

  it('is one line of ASCII that gives the name back, whatever it is', () => {
    const codePoint = fc
      .oneof(fc.nat(0xff), fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff }))
      .map((code) => String.fromCodePoint(code));
    fc.assert(
      fc.property(fc.string({ unit: codePoint, maxLength: 40 }), (name) => {
        const header = attachment(name);
        expect(header).toMatch(/^[\x20-\x7e]+$/);
        const { filename, extended } = read(header);
        expect(extended).toBe(name);
        expect(filename).not.toMatch(/[/\\%]/);
        expect(filename).not.toBe('');
      }),
    );
  });
});
