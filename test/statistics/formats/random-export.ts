/** Exports of any columns and values, and of texts that are hard on a format. */
import fc from 'fast-check';
import type {
  ExportColumn,
  ExportRow,
  ExportValue,
} from '../../../src/statistics/formats/export-column.ts';

export interface RandomExport {
  readonly columns: readonly ExportColumn[];
  readonly batches: readonly (readonly ExportRow[])[];
}

/** Half of it is what formats and spreadsheets see a meaning in. */
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'=+-@\'",;\t\r\n 0a＝＋－＠\u200b\ufeff\\{}') }),
  // Before version 3.11 Python's reader of CSV refuses NUL.
  fc.string({ unit: 'binary' }).map((characters) => characters.replaceAll('\0', '')),
);

const VALUES: Record<ExportColumn['type'], fc.Arbitrary<ExportValue>> = {
  text,
  integer: fc.maxSafeInteger(),
  // No format promises to keep the sign of zero.
  real: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  date: fc
    .date({
      min: new Date('0001-01-01'),
      max: new Date('9999-12-31'),
      noInvalidDate: true,
    })
    .map((date) => date.toISOString().slice(0, 10)),
};

const column: fc.Arbitrary<ExportColumn> = fc.record({
  name: fc.string({ unit: 'grapheme', minLength: 1 }),
  type: fc.constantFrom('text', 'integer', 'real', 'date'),
});

/** Between no batch and some, any of which may be empty; each value may be null. */
export const randomExport: fc.Arbitrary<RandomExport> = fc
  .uniqueArray(column, { selector: ({ name }) => name, minLength: 1, maxLength: 6 })
  .chain((columns) => {
    const row = fc.tuple(...columns.map(({ type }) => fc.option(VALUES[type])));
    return fc.record({ columns: fc.constant(columns), batches: fc.array(fc.array(row)) });
  });
