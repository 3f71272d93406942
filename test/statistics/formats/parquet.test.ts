import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { Compression, ParquetFile, readParquet } from 'parquet-wasm';
import { describe, expect, it } from 'vitest';
import type {
  ExportColumn,
  ExportRow,
  ExportValue,
} from '../../../src/statistics/formats/export-column.ts';
import { encodeParquet, ROW_GROUP_ROWS } from '../../../src/statistics/formats/parquet.ts';
import { collect, countBatches } from './counted-batches.ts';
import { randomExport } from './random-export.ts';

const COLUMNS: readonly ExportColumn[] = [
  { name: 'day', type: 'date' },
  { name: 'party', type: 'text' },
  { name: 'transfers', type: 'integer' },
  { name: 'average', type: 'real' },
];

describe('an export as Parquet', () => {
  it('has a type for each column, and each may be null', async () => {
    const { fields } = readTable(await encode(COLUMNS, [[['2026-02-28', 'åse', 12, 0.5]]]));
    expect(fields).toEqual([
      { name: 'day', type: 'Date32<DAY>', nullable: true },
      { name: 'party', type: 'Utf8', nullable: true },
      { name: 'transfers', type: 'Int64', nullable: true },
      { name: 'average', type: 'Float64', nullable: true },
    ]);
  });

  it('without rows has the columns and no rows', async () => {
    // The last one's column has the name that the footer gives to the writer.
    const named: readonly ExportColumn[] = [{ name: 'hyparquet-writer', type: 'text' }];
    for (const [columns, batches] of [
      [COLUMNS, []],
      [COLUMNS, [[], []]],
      [named, []],
    ] as const) {
      const bytes = await encode(columns, batches);
      const { fields, rows } = readTable(bytes);
      expect(fields.map(({ name }) => name)).toEqual(columns.map(({ name }) => name));
      expect(rows).toEqual([]);
      expect(await readGroups(bytes)).toEqual([]);
    }
  });

  it.each<readonly [string, number, readonly ExportValue[]]>([
    ['days before 1970, and of leap years', 0, ['1969-12-31', '1900-03-01', '2024-02-29']],
    ['the first day and the last', 0, ['0001-01-01', '1970-01-01', '9999-12-31']],
    ['text of all alphabets', 1, ['Ærøskøbing', '会社', '👩‍🚒', 'a\u0000b', 'x'.repeat(5_000)]],
    ['empty text and null', 1, ['', null, '', null]],
    ['text that begins as a formula does', 1, ['=1+1', '-1']],
    ['small integers', 2, [0, -1, 127, 128, null]],
    ['integers above 2^32', 2, [2 ** 32, 2 ** 32 + 1, -(2 ** 32) - 1]],
    ['the integers at 2^53 - 1', 2, [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER]],
    ['real numbers', 3, [0.1, -2.5e-9, 1e300, 5e-324, 3, null]],
    ['nulls alone, of text', 1, [null, null, null]],
    ['nulls alone, of integers', 2, [null]],
  ])('gives back %s', async (_, index, values) => {
    const rows = values.map((value) => COLUMNS.map((_, i) => (i === index ? value : null)));
    expect(readTable(await encode(COLUMNS, [rows])).rows).toEqual(rows);
  });

  it('keeps a byte order mark at the front of a text', async () => {
    const bytes = await encode(COLUMNS, [[[null, '\ufeffVik', null, null]]]);
    expect(bytes.includes('\ufeffVik')).toBe(true);
  });

  it('has an integer above 2^53 as the double that came', async () => {
    const bytes = await encode(COLUMNS, [[[null, null, 2 ** 60, null]]]);
    const column = tableFromIPC(readParquet(bytes).intoIPCStream()).getChild('transfers');
    expect(column?.get(0)).toBe(2n ** 60n);
  });

  it.each([
    ['no whole number', [null, null, 1.5, null]],
    ['above 2^63', [null, null, 2 ** 64, null]],
    ['no date', ['28 February', null, null, null]],
    ['a day that February does not have', ['2026-02-30', null, null, null]],
  ])('fails on a value that is %s, rather than write another', async (_, row) => {
    const batches = countBatches(1, () => [row]);
    await expect(collect(encodeParquet(COLUMNS, batches))).rejects.toThrow();
  });

  it('is written in groups of rows, of one batch or of many, packed with SNAPPY', async () => {
    const count = 2 * ROW_GROUP_ROWS + 1;
    const rows = Array.from({ length: count }, (_, i) => {
      const day = new Date((i - 10_000) * 86_400_000).toISOString().slice(0, 10);
      return [day, i % 3 === 0 ? null : `party ${i % 100}`, i * 2 ** 30, i / 7];
    });
    for (const batchRows of [count, 999]) {
      const batches = Array.from({ length: Math.ceil(count / batchRows) }, (_, i) =>
        rows.slice(i * batchRows, (i + 1) * batchRows),
      );
      const bytes = await encode(COLUMNS, batches);
      expect(readTable(bytes).rows).toEqual(rows);
      expect(await readGroups(bytes)).toEqual([
        { rows: ROW_GROUP_ROWS, compressions: [Compression.SNAPPY] },
        { rows: ROW_GROUP_ROWS, compressions: [Compression.SNAPPY] },
        { rows: 1, compressions: [Compression.SNAPPY] },
      ]);
    }
  });

  it('of as many rows as a group has is one group', async () => {
    const rows = Array.from({ length: ROW_GROUP_ROWS }, (_, i) => [null, null, i, null]);
    const bytes = await encode(COLUMNS, [rows]);
    expect((await readGroups(bytes)).map(({ rows }) => rows)).toEqual([ROW_GROUP_ROWS]);
    expect(readTable(bytes).rows).toEqual(rows);
  });

  it('has groups that can be read without the others', async () => {
    const count = 3 * ROW_GROUP_ROWS;
    const rows = Array.from({ length: count }, (_, i) => [null, `party ${i}`, i, i / 2]);
    const bytes = await encode(COLUMNS, [rows]);
    const expected = rows.slice(ROW_GROUP_ROWS, 2 * ROW_GROUP_ROWS);
    expect(readTable(bytes, { rowGroups: [1] }).rows).toEqual(expected);
  });

  it('holds what any rows hold', async () => {
    await fc.assert(
      fc.asyncProperty(randomExport, async ({ columns, batches }) => {
        const { fields, rows } = readTable(await encode(columns, batches));
        expect(fields.map(({ name }) => name)).toEqual(columns.map(({ name }) => name));
        expect(rows).toEqual(batches.flat().map((row) => row.map(asArrowReads)));
      }),
    );
  });
});

function encode(
  columns: readonly ExportColumn[],
  batches: readonly (readonly ExportRow[])[],
): Promise<Buffer> {
  return collect(
    encodeParquet(
      columns,
      countBatches(batches.length, (index) => batches[index] ?? []),
    ),
  );
}

/** By another's reader, that of Rust: its columns, and its rows as an export has them. */
function readTable(bytes: Buffer, options?: { readonly rowGroups: number[] }) {
  const table = tableFromIPC(readParquet(bytes, options).intoIPCStream());
  const fields = table.schema.fields.map(({ name, type, nullable }) => ({
    name,
    type: String(type),
    nullable,
  }));
  const columns = fields.map(({ type }, i) => {
    const values = [...(table.getChildAt(i) ?? [])] as unknown[];
    return values.map((value) => fromArrow(type, value));
  });
  const rows = Array.from({ length: table.numRows }, (_, row) =>
    columns.map((values) => values[row]),
  );
  return { fields, rows };
}

function fromArrow(type: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  // The reader gives a date as the epoch milliseconds of its midnight.
  if (type === 'Date32<DAY>' && typeof value === 'number') {
    return new Date(value).toISOString().slice(0, 10);
  }
  return value;
}

/** Arrow's decoder takes a byte order mark off the front of any text; that the file has it is tested by its bytes. */
function asArrowReads(value: ExportValue): ExportValue {
  return typeof value === 'string' ? value.replace(/^\ufeff/, '') : value;
}

async function readGroups(bytes: Buffer) {
  const file = await ParquetFile.fromFile(new Blob([Uint8Array.from(bytes)]));
  const metadata = file.metadata();
  return Array.from({ length: metadata.numRowGroups() }, (_, i) => {
    const group = metadata.rowGroup(i);
    const compressions = new Set(group.columns().map((column) => column.compression()));
    return { rows: group.numRows(), compressions: [...compressions] };
  });
}
