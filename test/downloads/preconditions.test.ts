import { describe, expect, it } from 'vitest';
import { allowsRange, decidePreconditions } from '../../src/downloads/preconditions.ts';

const ETAG = '"abc"';
const decide = (headers: Record<string, string>) => decidePreconditions(headers, ETAG);

describe('If-None-Match', () => {
  it.each([
    ['the tag', '"abc"'],
    ['the tag among others', '"x", "abc", "y"'],
    ['the tag as a weak one, which is enough here', 'W/"abc"'],
    ['whatever there is', '*'],
    ['whatever there is, with spaces', ' * '],
  ])('of %s says that nothing has changed', (_, value) => {
    expect(decide({ 'if-none-match': value })).toBe('notModified');
  });

  it.each([
    ['another tag', '"abd"'],
    ['a tag that begins like it', '"abcd"'],
    ['the tag in upper case', '"ABC"'],
    ['the tag without its quotes', 'abc'],
    ['a star in quotes', '"*"'],
    ['nothing', ''],
  ])('of %s lets the request proceed', (_, value) => {
    expect(decide({ 'if-none-match': value })).toBe('proceed');
  });
});

describe('If-Match', () => {
  it.each([
    ['the tag', '"abc"'],
    ['the tag among others', '"x","abc"'],
    ['whatever there is', '*'],
  ])('of %s lets the request proceed', (_, value) => {
    expect(decide({ 'if-match': value })).toBe('proceed');
  });

  it.each([
    ['another tag', '"abd"'],
    ['the tag as a weak one, which is not enough here', 'W/"abc"'],
    ['the tag without its quotes', 'abc'],
    ['nothing', ''],
  ])('of %s fails', (_, value) => {
    expect(decide({ 'if-match': value })).toBe('failed');
  });

  it('comes before If-None-Match', () => {
    expect(decide({ 'if-match': '"x"', 'if-none-match': '"abc"' })).toBe('failed');
    expect(decide({ 'if-match': '"abc"', 'if-none-match': '"abc"' })).toBe('notModified');
    expect(decide({ 'if-match': '"abc"', 'if-none-match': '"x"' })).toBe('proceed');
  });
});

describe('without conditions, and with those on dates,', () => {
  it('a request proceeds', () => {
    expect(decide({})).toBe('proceed');
    const future = 'Fri, 31 Dec 9999 23:59:59 GMT';
    const past = 'Thu, 01 Jan 1970 00:00:00 GMT';
    expect(decide({ 'if-modified-since': future, 'if-unmodified-since': past })).toBe('proceed');
  });
});

describe('If-Range', () => {
  it('lets a range be served with the very tag, or where it is not there', () => {
    expect(allowsRange({}, ETAG)).toBe(true);
    expect(allowsRange({ 'if-range': '"abc"' }, ETAG)).toBe(true);
  });

  it.each([
    ['another tag', '"abd"'],
    ['the tag as a weak one', 'W/"abc"'],
    ['a date', 'Fri, 31 Dec 9999 23:59:59 GMT'],
    ['a list', '"abc", "x"'],
    ['a star', '*'],
    ['nothing', ''],
  ])('of %s gives the whole file', (_, value) => {
    expect(allowsRange({ 'if-range': value }, ETAG)).toBe(false);
  });
});
