import { describe, expect, it } from 'vitest';
import { type PageRequest, parsePageRequest, toPage } from '../../src/domain/page.ts';
import { ok } from '../../src/domain/result.ts';

describe('a page', () => {
  it.each([
    ['nothing', {}, { size: 50, backwards: false }],
    ['nulls', { first: null, last: null }, { size: 50, backwards: false }],
    ['first: 1', { first: 1 }, { size: 1, backwards: false }],
    ['first: 100', { first: 100 }, { size: 100, backwards: false }],
    ['last: 1', { last: 1 }, { size: 1, backwards: true }],
    ['last: 100', { last: 100 }, { size: 100, backwards: true }],
    ['last beside a first of null', { first: null, last: 7 }, { size: 7, backwards: true }],
  ])('asked for with %s is found', (_, given, asked) => {
    expect(parsePageRequest(given)).toEqual(ok({ ...asked, after: null, before: null }));
  });

  it('begins after and ends before the cursors that are given', () => {
    expect(parsePageRequest({ first: 2, after: 'a', before: 'b' })).toEqual(
      ok({ size: 2, backwards: false, after: 'a', before: 'b' }),
    );
  });

  it('may be longer where its list says so', () => {
    expect(parsePageRequest({ first: 10_000 }, 10_000)).toMatchObject({ ok: true });
    expect(parsePageRequest({ first: 10_001 }, 10_000)).toMatchObject({ ok: false });
  });

  it.each([
    ['first: 0', { first: 0 }, 'first is 0'],
    ['first: 101', { first: 101 }, 'first is 101'],
    ['first: -1', { first: -1 }, 'first is -1'],
    ['last: 0', { last: 0 }, 'last is 0'],
    ['last: 101', { last: 101 }, 'last is 101'],
    ['both ends', { first: 1, last: 2 }, 'first (1) or last (2)'],
  ])('asked for with %s is refused, and the message says it', (_, given, says) => {
    expect(parsePageRequest(given)).toMatchObject({
      ok: false,
      error: { code: 'INVALID_INPUT', message: expect.stringContaining(says) },
    });
  });

  const request = (more: Partial<PageRequest>): PageRequest => ({
    size: 2,
    backwards: false,
    after: null,
    before: null,
    ...more,
  });
  const cursorOf = (row: string) => `cursor of ${row}`;

  it('has a next one where a row more was found', () => {
    expect(toPage(request({}), ['a', 'b', 'c'], cursorOf)).toEqual({
      edges: [
        { cursor: 'cursor of a', node: 'a' },
        { cursor: 'cursor of b', node: 'b' },
      ],
      hasNextPage: true,
      hasPreviousPage: false,
    });
    expect(toPage(request({}), ['a', 'b'], cursorOf)).toMatchObject({ hasNextPage: false });
  });

  it('has a previous one where it begins after a cursor', () => {
    expect(toPage(request({ after: 'x' }), ['a'], cursorOf)).toMatchObject({
      hasNextPage: false,
      hasPreviousPage: true,
    });
  });

  it('read backwards is in order, without the row that was one too many', () => {
    const page = toPage(request({ backwards: true }), ['c', 'b', 'a'], cursorOf);
    expect(page.edges.map(({ node }) => node)).toEqual(['b', 'c']);
    expect(page).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect(toPage(request({ backwards: true, before: 'x' }), ['a'], cursorOf)).toMatchObject({
      hasNextPage: true,
      hasPreviousPage: false,
    });
  });

  it('may be empty', () => {
    expect(toPage(request({}), [], cursorOf)).toEqual({
      edges: [],
      hasNextPage: false,
      hasPreviousPage: false,
    });
  });
});
