/** What statistics sum up, and adding it. */
import type { Tables } from '../database/index.ts';

/** A column of sums. */
export type SumColumn = Exclude<
  keyof Tables['statistics_resource_day'],
  'generation' | 'day' | 'resource_id' | 'owner_id'
>;

/** Those that say what became of transfers. */
const TRANSFER_COLUMNS = [
  'transfers',
  'uploaded',
  'published',
  'failed',
  'cancelled',
  'all_confirmed',
  'never_confirmed',
  'still_open',
  'any_confirmed',
  'bytes_uploaded',
] as const satisfies readonly SumColumn[];

/** Those that say what recipients did. */
const RECIPIENT_COLUMNS = [
  'download_attempts',
  'downloads_started',
  'downloads_confirmed',
  'recipients_never_confirmed',
] as const satisfies readonly SumColumn[];

/** Recipients by the time that they took to confirm. */
export const SPAN_COLUMNS = [
  'confirmed_in_0',
  'confirmed_in_1',
  'confirmed_in_2',
  'confirmed_in_3',
  'confirmed_in_4',
  'confirmed_in_5',
  'confirmed_in_6',
  'confirmed_in_7',
  'confirmed_in_8',
  'confirmed_in_9',
] as const satisfies readonly SumColumn[];

/** What a row of statistics shows. */
export const ROW_COLUMNS = [...TRANSFER_COLUMNS, ...RECIPIENT_COLUMNS] as const;

/** All of them. */
export const SUM_COLUMNS = [...ROW_COLUMNS, ...SPAN_COLUMNS] as const;

/** Sums in the order of SUM_COLUMNS. */
export type Sums = Float64Array;

/** Where a column stands among sums. */
export const SUM_INDEX = Object.fromEntries(
  SUM_COLUMNS.map((column, index) => [column, index]),
) as Readonly<Record<SumColumn, number>>;

/** Sums of nothing. */
export function createSums(): Sums {
  return new Float64Array(SUM_COLUMNS.length);
}

/** Adds to the first what the second holds, so many times: 1, or -1 to take it away. */
export function addSums(sums: Sums, more: Sums, times: 1 | -1): void {
  for (let index = 0; index < sums.length; index += 1) {
    sums[index] = (sums[index] ?? 0) + times * (more[index] ?? 0);
  }
}
