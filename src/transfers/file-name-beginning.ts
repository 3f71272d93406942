/** The beginning of a file name stands beside each party of its transfer, for lists to be narrowed by. */

/** Code points: enough for most names to differ, and few enough for an entry of an index. */
export const BEGINNING_LENGTH = 24;

/** Of a folded file name, or of a folded text that one may begin with. */
export function toFileNameBeginning(folded: string): string {
  return [...folded].slice(0, BEGINNING_LENGTH).join('');
}
