import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExportColumn, ExportRow } from '../../../src/statistics/formats/export-column.ts';
import { encodeJsonLines } from '../../../src/statistics/formats/json-lines.ts';
import { collect, countBatches } from './counted-batches.ts';
import { randomExport } from './random-export.ts';

const COLUMNS: readonly ExportColumn[] = [
  { name: 'day', type: 'date' },
  { name: 'party', type: 'text' },
  { name: 'transfers', type: 'integer' },
  { name: 'average', type: 'real' },
];

describe('an export as JSON Lines', () => {
  it('is one object for each row, its keys in the order of the columns', async () => {
    const text = await encode(COLUMNS, [
      [['2026-02-28', 'åse', 12, 0.5]],
      [['1969-12-31', 'a "b"\n\u2028', -1, 1e-9]],
    ]);
    expect(text).toBe(
      '{"day":"2026-02-28","party":"åse","transfers":12,"average":0.5}\n' +
        '{"day":"1969-12-31","party":"a \\"b\\"\\n\u2028","transfers":-1,"average":1e-9}\n',
    );
  });

  it('keeps the order of names that look like numbers, and a name that objects give a meaning', async () => {
    const columns = ['b', '2', '1', '__proto__'].map((name) => ({ name, type: 'text' as const }));
    expect(await encode(columns, [[['w', 'x', 'y', 'z']]])).toBe(
      '{"b":"w","2":"x","1":"y","__proto__":"z"}\n',
    );
  });

  it('has null for null, and tells it from empty text', async () => {
    expect(await encode(COLUMNS, [[[null, '', null, null]]])).toBe(
      '{"day":null,"party":"","transfers":null,"average":null}\n',
    );
  });

  it('has all digits of an integer', async () => {
    const text = await encode(COLUMNS, [
      [
        [null, null, 2 ** 32 + 1, null],
        [null, null, Number.MAX_SAFE_INTEGER, null],
      ],
    ]);
    expect(text).toContain('"transfers":4294967297,');
    expect(text).toContain('"transfers":9007199254740991,');
  });

  it('has no formulas to fear, so that text stays as it is', async () => {
    expect(await encode(COLUMNS, [[[null, '=1+1', null, null]]])).toContain('"party":"=1+1"');
  });

  it('without rows has no bytes', async () => {
    expect(await encode(COLUMNS, [])).toBe('');
    expect(await encode(COLUMNS, [[], []])).toBe('');
  });

  it('holds what any rows hold', async () => {
    await fc.assert(
      fc.asyncProperty(randomExport, async ({ columns, batches }) => {
        const lines = (await encode(columns, batches)).split('\n');
        expect(lines.pop()).toBe('');
        const entries = lines.map((line) => Object.entries(JSON.parse(line) as object).sort());
        const expected = batches.flat().map((row) => {
          return columns.map(({ name }, i) => [name, row[i]]).sort();
        });
        expect(entries).toEqual(expected);
      }),
    );
  });
});

async function encode(
  columns: readonly ExportColumn[],
  batches: readonly (readonly ExportRow[])[],
): Promise<string> {
  const bytes = await collect(
    encodeJsonLines(
      columns,
      countBatches(batches.length, (index) => batches[index] ?? []),
    ),
  );
  return bytes.toString();
}
