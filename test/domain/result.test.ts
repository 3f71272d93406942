import { describe, expect, it } from 'vitest';
import { checkFilter } from '../../src/domain/check-filter.ts';
import { InputProblems } from '../../src/domain/input-problems.ts';
import { fail, failWith, isFailure, ok } from '../../src/domain/result.ts';

describe('a failure', () => {
  it('is told from every other value', () => {
    expect(isFailure(fail('TRANSFER_ENDED', 'It has ended.'))).toBe(true);
    const others = [ok(1), undefined, null, 'text', [], { ok: false }, { error: 1 }];
    expect(others.filter(isFailure)).toEqual([]);
  });

  it('of an input has the code, message and field of its first problem, and all of them', () => {
    const problems = new InputProblems();
    expect(problems.toFailure()).toBeUndefined();
    problems.add('recipients.0', 'RECIPIENT_NOT_IN_ACCESS_LIST', 'Not on the list.');
    problems.add('fileName', 'INVALID_INPUT', 'Too long.');
    expect(problems.toFailure()).toEqual({
      ok: false,
      error: {
        code: 'RECIPIENT_NOT_IN_ACCESS_LIST',
        message: 'Not on the list.',
        field: 'recipients.0',
        problems: [
          {
            field: 'recipients.0',
            code: 'RECIPIENT_NOT_IN_ACCESS_LIST',
            message: 'Not on the list.',
          },
          { field: 'fileName', code: 'INVALID_INPUT', message: 'Too long.' },
        ],
      },
    });
  });

  it('names at most 100 problems', () => {
    const many = Array.from({ length: 1000 }, (_, index) => ({
      field: `recipients.${index}`,
      code: 'INVALID_INPUT' as const,
      message: 'No.',
    }));
    expect(failWith(many)?.error.problems).toEqual(many.slice(0, 100));
    expect(failWith([])).toBeUndefined();
  });

  it('of a text names its field and shows it', () => {
    const problems = new InputProblems();
    expect(problems.text('name', 'e\u0301', { min: 1, max: 1 })).toBe('é');
    expect(problems.isEmpty).toBe(true);
    expect(problems.text('name', 'too "long"', { min: 1, max: 1 })).toBe('too "long"');
    expect(problems.toFailure()?.error.message).toBe(
      'name "too \\"long\\"" has 10 characters; it has to have 1 to 1.',
    );
  });
});

describe('the lists of a filter', () => {
  it('filter nothing where they are null or left out', () => {
    expect(checkFilter('filter', null)).toEqual(ok(undefined));
    expect(checkFilter('filter', { types: null, statuses: undefined, role: 'SENDER' })).toEqual(
      ok(undefined),
    );
    expect(checkFilter('filter', { types: ['PUBLISHED'] })).toEqual(ok(undefined));
  });

  it('are refused where they are empty, by their path', () => {
    expect(checkFilter('filter', { types: [], resourceIds: [] })).toMatchObject({
      error: {
        code: 'INVALID_INPUT',
        field: 'filter.types',
        problems: [{ field: 'filter.types' }, { field: 'filter.resourceIds' }],
      },
    });
    expect(checkFilter(null, { parties: [] })).toMatchObject({ error: { field: 'parties' } });
  });

  it('may hold no text that nothing can have, nor may the rest of the filter', () => {
    const properties = [
      { key: 'a', value: 'b' },
      { key: 'a\0', value: '\ud800' },
    ];
    expect(checkFilter('filter', { resourceIds: ['ok', 'a\0'], name: '\0', properties })).toEqual({
      ok: false,
      error: {
        code: 'INVALID_INPUT',
        field: 'filter.resourceIds.1',
        message: 'filter.resourceIds.1 "a\\u0000" has a NUL character.',
        problems: [
          'filter.resourceIds.1',
          'filter.name',
          'filter.properties.1.key',
          'filter.properties.1.value',
        ].map((field) => ({ field, code: 'INVALID_INPUT', message: expect.any(String) })),
      },
    });
  });

  it('are refused where they are too long', () => {
    const list = Array.from({ length: 1000 }, () => 'x');
    expect(checkFilter('filter', { list })).toMatchObject({ ok: true });
    expect(checkFilter('filter', { list: [...list, 'x'] })).toMatchObject({ ok: false });
    expect(checkFilter('filter', { list }, { list: 10 })).toMatchObject({ ok: false });
  });
});
