/** Cursors of the event log: the history's epoch and a position in it, valid with any filter. */
import { decodeCursor, encodeCursor, invalidCursor } from '../domain/keyset-cursor.ts';
import { ok, type Result } from '../domain/result.ts';

export function encodePosition(epoch: string, position: number): string {
  return encodeCursor('log', [epoch, position]);
}

/** The position; INVALID_CURSOR for garbage, and for a place that this history does not have (after a restore). */
export function decodePosition(epoch: string, end: number, cursor: string): Result<number> {
  const decoded = decodeCursor<readonly [string, number]>('log', cursor, ['string', 'number']);
  if (!decoded.ok) return decoded;
  const [cursorEpoch, position] = decoded.value;
  if (cursorEpoch !== epoch || position > end || position < 0) {
    return invalidCursor(cursor, 'is from another history of the event log');
  }
  return ok(position);
}
