/** Calendar days in UTC, as numbers YYYYMMDD: they compare as days do, and whole division by 100 gives the month. */

/** What `parseDay` accepts, as the end of a sentence. */
export const DAY_RULE = 'a calendar day YYYY-MM-DD, such as 2026-02-28';

const PATTERN = /^(\d{4})-(\d\d)-(\d\d)$/;

/** Undefined for what has another form, and for days that the calendar does not have. */
export function parseDay(text: string): number | undefined {
  if (!PATTERN.test(text)) return undefined;
  const time = Date.parse(`${text}T00:00:00Z`);
  // JavaScript takes 30 February for 1 or 2 March.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) return undefined;
  return toDay(time);
}

/** The day of a time in epoch milliseconds. */
export function toDay(time: number): number {
  const date = new Date(time);
  return date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
}

/** The first day of a day's month. */
export function toFirstOfMonth(day: number): number {
  return day - (day % 100) + 1;
}

/** YYYY-MM-DD. */
export function formatDay(day: number): string {
  return `${formatMonth(Math.floor(day / 100))}-${pad(day % 100, 2)}`;
}

/** YYYY-MM, of a number YYYYMM. */
export function formatMonth(month: number): string {
  return `${pad(Math.floor(month / 100), 4)}-${pad(month % 100, 2)}`;
}

function pad(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}
