/** Exports as Parquet, which readers of columns (DuckDB, pandas, Spark) load with its types. */
import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { DAY_MS } from '../../domain/duration.ts';
import type { ExportColumn, ExportRow, ExportValue } from './export-column.ts';

/**
 * Rows that are gathered before they are written. A group of 25 columns holds the event loop for about 0.1 seconds, and leaves
 * 26 kB behind that the footer says about it, so that ten million rows hold 26 MB.
 */
export const ROW_GROUP_ROWS = 10_000;

/** What the footer names as the writer of the file. */
const CREATED_BY = 'hyparquet-writer';

/**
 * The rows in groups, with a footer that tells where they are; without rows the footer alone. All columns may hold null. Text
 * is UTF8, integers are INT64, reals DOUBLE, and dates DATE; SNAPPY packs them. Holds the rows of one group, and asks for the
 * next batch when the bytes of the last group have been taken; who stops early ends the batches too. Throws on a value that
 * its column's type can't hold.
 */
export async function* encodeParquet(
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly ExportRow[]>,
): AsyncGenerator<Uint8Array> {
  const bytes = new HandoverWriter();
  const parquet = new ParquetWriter({
    writer: bytes,
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(toSchemaElement)],
    createdBy: CREATED_BY,
  });
  let group: ExportRow[] = [];
  for await (const batch of batches) {
    for (const row of batch) {
      group.push(row);
      if (group.length < ROW_GROUP_ROWS) continue;
      await writeGroup(parquet, columns, group);
      group = [];
      yield bytes.take();
    }
  }
  await writeGroup(parquet, columns, group);
  await parquet.finish();
  const rest = bytes.take();
  if (parquet.num_rows === 0n) mendEmptyList(rest);
  yield rest;
}

async function writeGroup(
  parquet: ParquetWriter,
  columns: readonly ExportColumn[],
  rows: readonly ExportRow[],
): Promise<void> {
  const columnData = columns.map(({ name, type }, i): ColumnSource => {
    const convert = CONVERSIONS[type];
    const data = rows.map((row) => {
      const value = row[i] ?? null;
      return value === null ? null : convert(value);
    });
    return { name, data };
  });
  await parquet.write({ columnData, rowGroupSize: ROW_GROUP_ROWS });
}

const CONVERSIONS = {
  text: asItIs,
  integer: (value) => BigInt(value),
  real: asItIs,
  date: toEpochDay,
} satisfies Record<ExportColumn['type'], (value: NonNullable<ExportValue>) => unknown>;

function asItIs(value: NonNullable<ExportValue>): NonNullable<ExportValue> {
  return value;
}

/** Throws on what is no calendar day YYYY-MM-DD. */
function toEpochDay(day: NonNullable<ExportValue>): number {
  const time = new Date(`${day}T00:00:00Z`);
  // JavaScript reads other forms too, and takes 30 February for 1 or 2 March.
  if (time.toISOString().slice(0, 10) !== day) throw new RangeError(`${day} is no day YYYY-MM-DD.`);
  return time.getTime() / DAY_MS;
}

/** With the converted type for old readers, and the logical type that replaced it. */
function toSchemaElement({ name, type }: ExportColumn): SchemaElement {
  const element = { name, repetition_type: 'OPTIONAL' } as const;
  switch (type) {
    case 'text':
      return {
        ...element,
        type: 'BYTE_ARRAY',
        converted_type: 'UTF8',
        logical_type: { type: 'STRING' },
      };
    case 'integer':
      return { ...element, type: 'INT64' };
    case 'real':
      return { ...element, type: 'DOUBLE' };
    case 'date':
      return { ...element, type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } };
  }
}

/** An empty list of structs in Thrift's compact protocol: its length in the upper four bits, its elements' type in the lower. */
const NO_STRUCTS = 0x0c;

/**
 * The library writes an empty list of row groups without its elements' type, which other readers refuse, Rust's among them. In
 * the footer the byte of that list is followed by two, a field and a length, and by the name of the writer.
 */
function mendEmptyList(file: Buffer): void {
  file[file.lastIndexOf(CREATED_BY) - 3] = NO_STRUCTS;
}

/**
 * Holds the bytes that have not been taken. The footer's offsets still count from the start of the file, for `offset` goes on
 * where `index` begins again.
 */
class HandoverWriter extends ByteWriter {
  take(): Buffer {
    const taken = Buffer.from(this.getBytes());
    this.index = 0;
    return taken;
  }
}
