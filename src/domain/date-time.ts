/** RFC 3339 dates and times with an offset, as epoch milliseconds. */
import { MINUTE_MS } from './duration.ts';

const PATTERN =
  /^(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,3}))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** What `parseDateTime` accepts, as the end of a sentence. */
export const DATE_TIME_RULE =
  'an RFC 3339 date and time with an offset and at most three decimals of a second, such as 2026-02-28T12:00:00Z';

/** Undefined for what is no RFC 3339 time, for days that the calendar does not have, and for leap seconds. */
export function parseDateTime(text: string): number | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, date, hours, minutes, seconds, fraction = '', sign, offsetHours, offsetMinutes] = match;
  const local = new Date(`${date}T${hours}:${minutes}:${seconds}.${fraction.padEnd(3, '0')}Z`);
  // JavaScript takes 30 February for 1 or 2 March.
  if (Number.isNaN(local.getTime()) || local.toISOString().slice(0, 10) !== date) return undefined;
  const offsetMs = (Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0)) * MINUTE_MS;
  return local.getTime() - (sign === '-' ? -offsetMs : offsetMs);
}

/** In UTC with three decimals of a second. */
export function formatDateTime(ms: number): string {
  return new Date(ms).toISOString();
}
