/** Rows and columns of an export, as all of its formats take them. */

/**
 * A column of an export: its name and what its values are. An integer may lie above 2^53 as the double next to it; a date is
 * the text YYYY-MM-DD.
 */
export interface ExportColumn {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'real' | 'date';
}

/** A value of a row. Each may be null, whatever its column's type. */
export type ExportValue = string | number | null;

/** The values of a row, in the order of the columns. */
export type ExportRow = readonly ExportValue[];
