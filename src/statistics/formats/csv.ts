/** Exports as CSV (RFC 4180), which also those may open who count with a spreadsheet. */
import { type Options, stringify } from 'csv-stringify/sync';
import type { ExportColumn, ExportRow, ExportValue } from './export-column.ts';

/**
 * Where a cell begins so, a spreadsheet may compute it; some take the fullwidth forms for the others. They pass over white space
 * in front of it, and over what can't be seen.
 */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@\t\r＝＋－＠]/u;

const OPTIONS: Options = {
  record_delimiter: '\r\n',
  // A line feed or carriage return alone ends a record for many readers.
  quote_record_delimiter: true,
  // Null is a field without anything in it, so that empty text can be told from it.
  quoted_match: /^$/,
  // The option escape_formulas looks at the first character alone.
  cast: { string: toHarmless },
};

/**
 * The rows below a line of column names, in UTF-8 without a byte order mark. Null is an empty field and empty text is `""`. Text
 * that a spreadsheet would take for a formula is preceded by an apostrophe; numbers are written as they are. Holds one batch
 * at a time, and asks for the next one when the bytes of the last have been taken; who stops early ends the batches too.
 */
export async function* encodeCsv(
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly ExportRow[]>,
): AsyncGenerator<Uint8Array> {
  // The names go out with the first rows, so that a failure of the first batch is met before any bytes are.
  let head = toRecords([columns.map(({ name }) => name)]);
  for await (const batch of batches) {
    const text = head + toRecords(batch);
    head = '';
    if (text !== '') yield Buffer.from(text);
  }
  if (head !== '') yield Buffer.from(head);
}

function toRecords(rows: readonly (readonly ExportValue[])[]): string {
  return stringify([...rows], OPTIONS);
}

function toHarmless(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}
