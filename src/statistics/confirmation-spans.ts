/** The spans after a publication that confirmations are counted in. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../domain/duration.ts';
import type { SumColumn } from './sum-columns.ts';

interface Span {
  /** Milliseconds after the publication. */
  readonly from: number;
  /** Exclusive; null for no end. */
  readonly to: number | null;
  /** Where the confirmations within it are summed up. */
  readonly column: SumColumn;
}

/** In order and without gaps. What was counted was counted by these: another division takes a migration and a rebuild. */
export const CONFIRMATION_SPANS: readonly Span[] = [
  { from: 0, to: MINUTE_MS, column: 'confirmed_in_0' },
  { from: MINUTE_MS, to: 10 * MINUTE_MS, column: 'confirmed_in_1' },
  { from: 10 * MINUTE_MS, to: HOUR_MS, column: 'confirmed_in_2' },
  { from: HOUR_MS, to: 6 * HOUR_MS, column: 'confirmed_in_3' },
  { from: 6 * HOUR_MS, to: DAY_MS, column: 'confirmed_in_4' },
  { from: DAY_MS, to: 3 * DAY_MS, column: 'confirmed_in_5' },
  { from: 3 * DAY_MS, to: 7 * DAY_MS, column: 'confirmed_in_6' },
  { from: 7 * DAY_MS, to: 14 * DAY_MS, column: 'confirmed_in_7' },
  { from: 14 * DAY_MS, to: 30 * DAY_MS, column: 'confirmed_in_8' },
  { from: 30 * DAY_MS, to: null, column: 'confirmed_in_9' },
];

/** Where a confirmation so many milliseconds after the publication is summed up. */
export function findSpanColumn(afterMs: number): SumColumn {
  const span = CONFIRMATION_SPANS.find(({ to }) => to === null || afterMs < to);
  if (span === undefined) throw new Error(`${afterMs} is in no span.`);
  return span.column;
}
