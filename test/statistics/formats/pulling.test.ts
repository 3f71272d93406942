import { describe, expect, it } from 'vitest';
import { encodeCsv } from '../../../src/statistics/formats/csv.ts';
import type { ExportColumn, ExportRow } from '../../../src/statistics/formats/export-column.ts';
import { encodeJsonLines } from '../../../src/statistics/formats/json-lines.ts';
import { encodeParquet, ROW_GROUP_ROWS } from '../../../src/statistics/formats/parquet.ts';
import { heldBytes } from '../../streams/memory.ts';
import { collect, countBatches } from './counted-batches.ts';

const BATCH_ROWS = 1_000;
const BATCHES = 300;

const COLUMNS: readonly ExportColumn[] = [
  { name: 'day', type: 'date' },
  { name: 'party', type: 'text' },
  { name: 'resource', type: 'text' },
  { name: 'transfers', type: 'integer' },
  { name: 'bytes', type: 'integer' },
  { name: 'average', type: 'real' },
];

/** How many batches each needs for its next bytes. */
const FORMATS = [
  { format: 'CSV', encode: encodeCsv, perChunk: 1 },
  { format: 'JSON Lines', encode: encodeJsonLines, perChunk: 1 },
  { format: 'Parquet', encode: encodeParquet, perChunk: ROW_GROUP_ROWS / BATCH_ROWS },
] as const;

describe.each(FORMATS)('an export as $format', ({ encode, perChunk }) => {
  it('asks for nothing before its reader does', async () => {
    const batches = countBatches(BATCHES, makeBatch);
    const chunks = encode(COLUMNS, batches);
    await new Promise(setImmediate);
    expect(batches.asked).toBe(0);
    await chunks.next();
    await new Promise(setImmediate);
    expect(batches.asked).toBe(perChunk);
    await chunks.return(undefined);
  });

  it('of 300 000 rows holds none that its reader has had, and asks for no batch ahead', async () => {
    const batches = countBatches(BATCHES, makeBatch);
    const held: number[] = [];
    let taken = 0;
    let bytes = 0;
    for await (const chunk of encode(COLUMNS, batches)) {
      taken += 1;
      bytes += chunk.length;
      expect(batches.asked).toBe(Math.min(taken * perChunk, BATCHES));
      if (batches.asked % 50 === 0) held.push(await heldBytes());
    }
    // The first ones also see what is compiled and kept for as long as the process lives.
    const [, early = 0, ...later] = held;
    expect(later.length).toBeGreaterThanOrEqual(4);
    const grownBytes = Math.max(...later) - early;
    expect(bytes).toBeGreaterThan(4 * 1024 * 1024);
    expect(grownBytes).toBeLessThan(2 * 1024 * 1024);
  });

  it('ends the batches when its reader stops', async () => {
    const batches = countBatches(BATCHES, makeBatch);
    for await (const chunk of encode(COLUMNS, batches)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(batches.isEnded).toBe(true);
    expect(batches.asked).toBe(perChunk);
  });

  it('ends the batches when a row cannot be written', async () => {
    const noRows: readonly unknown[] = Array.from({ length: ROW_GROUP_ROWS }, () => null);
    const batches = countBatches(BATCHES, () => noRows as readonly ExportRow[]);
    await expect(collect(encode(COLUMNS, batches))).rejects.toThrow();
    expect(batches.asked).toBe(1);
    expect(batches.isEnded).toBe(true);
  });

  it('fails as the batches fail, after the bytes of those before', async () => {
    const batches = countBatches(BATCHES, (index) => {
      if (index === perChunk) throw new Error('The database has gone.');
      return makeBatch(index);
    });
    const chunks = encode(COLUMNS, batches);
    expect((await chunks.next()).done).toBe(false);
    await expect(chunks.next()).rejects.toThrow('The database has gone.');
    expect((await chunks.next()).done).toBe(true);
  });

  it('has no bytes where the first batch fails', async () => {
    const batches = countBatches(BATCHES, () => {
      throw new Error('The database has gone.');
    });
    await expect(encode(COLUMNS, batches).next()).rejects.toThrow('The database has gone.');
  });
});

/** Rows that repeat little, so that no format makes them vanish. */
function makeBatch(index: number): readonly ExportRow[] {
  return Array.from({ length: BATCH_ROWS }, (_, i) => {
    const row = index * BATCH_ROWS + i;
    const spread = (row * 2_654_435_761) % 2 ** 32;
    return ['2026-02-28', `party-${spread}`, `resource ${row}`, row, spread * 1_000, row / 7];
  });
}
