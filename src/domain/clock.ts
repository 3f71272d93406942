/** Time and identity are handed in, so that a year of expiry runs in a test in milliseconds. */

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}

export interface IdSource {
  /** A UUID version 7; the ones of one source increase. */
  next(): string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text has the shape of an id that this broker gives (lower-case UUID). */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** When an id was made, in epoch milliseconds: a UUID version 7 begins with that (RFC 9562). */
export function timeOfId(id: string): number {
  return Number.parseInt(id.replace('-', '').slice(0, 12), 16);
}
