import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../../src/domain/keyset-cursor.ts';
import { ok } from '../../src/domain/result.ts';

const LIST = 'transfers:CREATED_AT:DESC';
const shape = ['number', 'string'] as const;
const decode = (text: string) => decodeCursor<readonly [number, string]>(LIST, text, shape);
const encodeJson = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Any character but NUL and a lone surrogate. */
const codePoint = fc
  .oneof(
    fc.integer({ min: 1, max: 0xff }),
    fc.integer({ min: 1, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0x10ffff }),
  )
  .map((code) => String.fromCodePoint(code));

describe('a cursor', () => {
  it('gives back the keys that it was made of', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.string({ unit: codePoint }), (time, id) => {
        expect(decode(encodeCursor(LIST, [time, id]))).toEqual(ok([time, id]));
      }),
    );
  });

  it('goes into a URL as it is', () => {
    expect(encodeCursor(LIST, [1, '~ÿ?>'])).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  const good = encodeCursor(LIST, [1, 'a']);
  it.each([
    ['is empty', ''],
    ['is garbage', 'garbage'],
    ['is of another list', encodeCursor('resources', [1, 'a'])],
    ['is of another order', encodeCursor('transfers:CREATED_AT:ASC', [1, 'a'])],
    ['has too few keys', encodeCursor(LIST, [1])],
    ['has too many keys', encodeCursor(LIST, [1, 'a', 'b'])],
    ['has no keys', encodeCursor(LIST, [])],
    ['has keys of other types', encodeCursor(LIST, ['1', 'a'])],
    ['has keys in another order', encodeCursor(LIST, ['a', 1])],
    ['has a fraction', encodeJson([LIST, 1.5, 'a'])],
    ['has a number that JavaScript cannot hold', encodeJson([LIST, 2 ** 60, 'a'])],
    ['has a NUL in a key', encodeCursor(LIST, [1, 'a\0'])],
    ['has a lone surrogate in a key', encodeCursor(LIST, [1, '\ud800'])],
    ['has null for a key', encodeJson([LIST, null, 'a'])],
    ['has a list for a key', encodeJson([LIST, [1], 'a'])],
    ['is an object', encodeJson({ list: LIST })],
    ['is null', encodeJson(null)],
    ['is padded', `${good}=`],
    ['has a space', `${good} `],
    ['lost its end', good.slice(0, -1)],
    ['is JSON itself', JSON.stringify([LIST, 1, 'a'])],
    ['has spaces within', Buffer.from(`["${LIST}", 1, "a"]`).toString('base64url')],
    ['is nested deeply', Buffer.from('['.repeat(1e5) + ']'.repeat(1e5)).toString('base64url')],
  ])('that %s is refused', (_, text) => {
    const decoded = decode(text);
    expect(decoded).toMatchObject({ ok: false, error: { code: 'INVALID_CURSOR' } });
    if (!decoded.ok) expect(decoded.error.message.length).toBeLessThan(300);
  });

  it('of whatever text never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json().map(encodeBase64)), (text) => {
        expect(decode(text)).toHaveProperty('ok');
      }),
    );
  });
});

const encodeBase64 = (text: string) => Buffer.from(text).toString('base64url');
