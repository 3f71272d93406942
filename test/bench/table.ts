/** Tables for a terminal, and the few numbers that stand in them. */

/** Lines of columns under a head; numbers stand to the right, so every column but the first does. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const toLine = (row: readonly string[]) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? '';
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [toLine(head), rule, ...rows.map(toLine)].join('\n');
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = low] =
    sorted.length % 2 === 1 ? [sorted[middle]] : sorted.slice(middle - 1, middle + 1);
  return (low + high) / 2;
}

/** The value that such a share of the values is not above. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** A median and, since a shared machine makes noise, what it is the median of: `612 (540–630)`. */
export function formatSpread(values: readonly number[], digits: number): string {
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)].map(
    (value) => value.toFixed(digits),
  );
  return `${middle} (${least}–${most})`;
}

export function formatMib(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
}

/** Whether a target was reached. */
export interface Target {
  readonly name: string;
  readonly actual: number;
  readonly limit: number;
  /** Whether the limit is the least or the most that is allowed. */
  readonly is: 'atLeast' | 'atMost';
  readonly unit?: string;
}

export function formatTarget({ name, actual, limit, is, unit = '' }: Target): string {
  const isMet = is === 'atLeast' ? actual >= limit : actual <= limit;
  const digits = unit === '' ? 2 : 0;
  const sign = is === 'atLeast' ? '≥' : '≤';
  const verdict = isMet ? 'met' : 'MISSED';
  return `${verdict.padEnd(6)}  ${name}: ${actual.toFixed(digits)}${unit} (${sign} ${limit}${unit})`;
}
