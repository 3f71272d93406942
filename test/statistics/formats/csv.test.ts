import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeCsv } from '../../../src/statistics/formats/csv.ts';
import type { ExportColumn, ExportRow } from '../../../src/statistics/formats/export-column.ts';
import { collect, countBatches } from './counted-batches.ts';
import { startPythonReader } from './python-reader.ts';
import { randomExport } from './random-export.ts';

const python = startPythonReader();
afterAll(() => python.stop());

const COLUMNS: readonly ExportColumn[] = [
  { name: 'day', type: 'date' },
  { name: 'party', type: 'text' },
  { name: 'transfers', type: 'integer' },
  { name: 'average', type: 'real' },
];

/** What begins so, a spreadsheet may compute. */
const FORMULA = /^(?:[\t\r]|\s*[=+\-@＝＋－＠])/;

describe('an export as CSV', () => {
  it('is a line of names and a line for each row, each ended by CRLF, without a byte order mark', async () => {
    const bytes = await encode(COLUMNS, [
      [['2026-02-28', 'åse', 12, 0.5]],
      [['1969-12-31', '会社', -1, -2.5e-9]],
    ]);
    expect(bytes.toString()).toBe(
      'day,party,transfers,average\r\n2026-02-28,åse,12,0.5\r\n1969-12-31,会社,-1,-2.5e-9\r\n',
    );
  });

  it('without rows is the line of names', async () => {
    const names = 'day,party,transfers,average\r\n';
    expect((await encode(COLUMNS, [])).toString()).toBe(names);
    expect((await encode(COLUMNS, [[], []])).toString()).toBe(names);
  });

  it('has nothing for null, and two quotes for empty text', async () => {
    const bytes = await encode(COLUMNS, [
      [
        [null, null, null, null],
        [null, '', 0, 0],
      ],
    ]);
    expect(bytes.toString()).toBe('day,party,transfers,average\r\n,,,\r\n,"",0,0\r\n');
  });

  it('has all digits of an integer', async () => {
    const integers = [2 ** 32 + 1, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER];
    const [, ...records] = await readBack(
      COLUMNS,
      integers.map((integer) => [null, null, integer, null]),
    );
    expect(records.map(([, , integer]) => integer)).toEqual([
      '4294967297',
      '9007199254740991',
      '-9007199254740991',
    ]);
  });

  it.each([
    ['a comma', 'Vik, Bergen'],
    ['quotes', 'the "best" party'],
    ['a quote alone', '"'],
    ['a line feed', 'one\ntwo'],
    ['a carriage return', 'one\rtwo'],
    ['both', 'one\r\ntwo\r\n'],
    ['spaces around it', '  Vik  '],
    ['a semicolon', 'Vik; Bergen'],
    ['an apostrophe', "'Vik"],
    ['a sign within it', '1+1=2'],
    ['what no keyboard has', 'Ærøskøbing 会社 👩‍🚒 \u2028'],
  ])('gives back text with %s', async (_, text) => {
    const [, record] = await readBack(COLUMNS, [[null, text, null, null]]);
    expect(record).toEqual(['', text, '', '']);
  });

  it.each([
    ['=', '=1+1'],
    ['+', '+1'],
    ['-', '-1'],
    ['@', '@SUM(A1)'],
    ['a tab', '\t=1'],
    ['a tab before plain text', '\tVik'],
    ['a carriage return', '\r=1'],
    ['a fullwidth =', '＝1+1'],
    ['a fullwidth +', '＋1'],
    ['a fullwidth -', '－1'],
    ['a fullwidth @', '＠SUM(A1)'],
    ['spaces and =', '  =1+1'],
    ['a line break and =', '\r\n=1+1'],
    ['a no-break space and =', '\u00a0=1+1'],
    ['a zero-width space and =', '\u200b=1+1'],
    ['a byte order mark and =', '\ufeff=1+1'],
    ['a control character and =', '\u0001=1+1'],
    ['= and quotes', '=HYPERLINK("https://example.com","a")'],
  ])('puts an apostrophe before text that begins with %s', async (_, text) => {
    const [, record] = await readBack(COLUMNS, [[null, text, null, null]]);
    expect(record).toEqual(['', `'${text}`, '', '']);
  });

  it('leaves the sign of a number alone', async () => {
    const bytes = await encode(COLUMNS, [[[null, null, -7, -0.25]]]);
    expect(bytes.toString()).toContain('\r\n,,-7,-0.25\r\n');
  });

  it('holds what any rows hold, and nothing that a spreadsheet would compute', async () => {
    await fc.assert(
      fc.asyncProperty(randomExport, async ({ columns, batches }) => {
        const rows: readonly ExportRow[] = batches.flat();
        const types = columns.map(({ type }) => type);
        const [names, ...records] = await readCsv(await encode(columns, batches), columns);
        expect(names).toHaveLength(columns.length);
        for (const [i, { name }] of columns.entries()) expectText(names?.[i], name);
        expect(records).toHaveLength(rows.length);
        for (const [r, row] of rows.entries()) {
          expect(records[r]).toHaveLength(row.length);
          for (const [i, value] of row.entries()) {
            const field = records[r]?.[i];
            if (types[i] === 'text' && value !== null) expectText(field, String(value));
            else expect(field).toBe(value === null ? '' : String(value));
          }
        }
      }),
    );
  });
});

function expectText(field: string | undefined, text: string): void {
  expect([text, `'${text}`]).toContain(field);
  expect(field).not.toMatch(FORMULA);
}

function encode(
  columns: readonly ExportColumn[],
  batches: readonly (readonly ExportRow[])[],
): Promise<Buffer> {
  return collect(
    encodeCsv(
      columns,
      countBatches(batches.length, (index) => batches[index] ?? []),
    ),
  );
}

async function readBack(
  columns: readonly ExportColumn[],
  rows: readonly ExportRow[],
): Promise<readonly (readonly string[])[]> {
  return readCsv(await encode(columns, [rows]), columns);
}

async function readCsv(
  bytes: Buffer,
  { length }: readonly ExportColumn[],
): Promise<readonly (readonly string[])[]> {
  const records = await python.read(bytes);
  // Python takes a line without anything in it for no fields, where it is one empty field.
  return records.map((record) => (record.length === 0 && length === 1 ? [''] : record));
}
