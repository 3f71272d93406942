/** Exports as JSON Lines: one object for each row. */
import type { ExportColumn, ExportRow } from './export-column.ts';

/**
 * A line for each row, its keys in the order of the columns; nothing where there are no rows. Holds one batch at a time, and
 * asks for the next one when the bytes of the last have been taken; who stops early ends the batches too.
 */
export async function* encodeJsonLines(
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly ExportRow[]>,
): AsyncGenerator<Uint8Array> {
  // An object would put keys that look like numbers before all others.
  const keys = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  for await (const batch of batches) {
    const lines = batch.map((row) => {
      const fields = keys.map((key, i) => key + JSON.stringify(row[i] ?? null));
      return `{${fields.join(',')}}\n`;
    });
    if (lines.length > 0) yield Buffer.from(lines.join(''));
  }
}
