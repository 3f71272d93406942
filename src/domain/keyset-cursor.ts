/** Opaque cursors of lists: the list's name and order, and the keys of the row that they point at. */
import { fail, ok, type Result } from './result.ts';
import { findFlaw, quote } from './text.ts';

export type CursorKey = string | number;

/** `list` names the list and its order, so that a cursor of another one is told apart. */
export function encodeCursor(list: string, keys: readonly CursorKey[]): string {
  return Buffer.from(JSON.stringify([list, ...keys])).toString('base64url');
}

/** The keys, of the types that `shape` has; INVALID_CURSOR for garbage and for cursors of another list or order. */
export function decodeCursor<K extends readonly CursorKey[]>(
  list: string,
  text: string,
  shape: { readonly [I in keyof K]: K[I] extends number ? 'number' : 'string' },
): Result<K> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    parsed = undefined;
  }
  if (!Array.isArray(parsed) || encodeCursor(list, parsed.slice(1)) !== text) {
    return invalidCursor(text, `is not one of the list ${list}`);
  }
  const keys = parsed.slice(1);
  const fits =
    keys.length === shape.length &&
    keys.every((key, index) => typeof key === shape[index] && isKeepable(key));
  return fits ? ok(keys as unknown as K) : invalidCursor(text, `is not one of the list ${list}`);
}

/** Whether a row can have such a key: databases keep no other text, and this broker gives no other numbers. */
function isKeepable(key: CursorKey): boolean {
  return typeof key === 'number' ? Number.isSafeInteger(key) : findFlaw(key) === undefined;
}

export function invalidCursor(text: string, why: string): Result<never> {
  return fail('INVALID_CURSOR', `The cursor ${quote(text)} ${why}.`);
}
