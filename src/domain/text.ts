/** Text from outside: well-formed Unicode in NFC, its length counted in code points. */

export interface TextRule {
  readonly min: number;
  readonly max: number;
}

/** Why a text is none that a database can keep, as the end of a sentence that begins with it; undefined where it can. */
export function findFlaw(text: string): string | undefined {
  if (!text.isWellFormed()) return 'is not well-formed Unicode (it has a lone surrogate)';
  if (text.includes('\0')) return 'has a NUL character';
  return undefined;
}

/** The text in NFC, or what is wrong with it, as the end of a sentence that begins with the value's name. */
export function parseText(
  text: string,
  { min, max }: TextRule,
): { readonly text: string } | { readonly wrong: string } {
  const flaw = findFlaw(text);
  if (flaw !== undefined) return { wrong: flaw };
  const normalized = text.normalize('NFC');
  const length = countCodePoints(normalized);
  if (length < min || length > max) {
    return { wrong: `has ${length} characters; it has to have ${min} to ${max}` };
  }
  return { text: normalized };
}

export function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** A value as a message may show it: quoted, on one line, and not too long. */
export function quote(value: string): string {
  const shown = value.length > 80 ? `${value.slice(0, 80)}…` : value;
  return JSON.stringify(shown.toWellFormed());
}

/** Folds case for comparisons; in JavaScript, since the databases disagree. */
export function foldCase(text: string): string {
  // A sigma becomes another letter at the end of a word: the beginning of a text would not begin it any more.
  return text.normalize('NFC').toLowerCase().replaceAll('ς', 'σ');
}
