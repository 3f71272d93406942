/** Filters: null or left out means not filtered, so an empty list is a mistake rather than a wish for nothing. */
import { InputProblems } from './input-problems.ts';
import { ok, type Result } from './result.ts';
import { findFlaw, quote } from './text.ts';

/** As many values as a list of a filter may name. */
export const MAX_FILTER_VALUES = 1000;

/**
 * INVALID_INPUT for lists of a filter that are empty or too long, and for texts that nothing can have. `path` is where
 * the filter stands in the input; `maxima` are limits of single lists.
 */
export function checkFilter(
  path: string | null,
  filter: object | null | undefined,
  maxima: Readonly<Record<string, number>> = {},
): Result<undefined> {
  const problems = new InputProblems();
  for (const [name, value] of Object.entries(filter ?? {})) {
    const field = path === null ? name : `${path}.${name}`;
    if (Array.isArray(value)) {
      const max = maxima[name] ?? MAX_FILTER_VALUES;
      if (value.length === 0) {
        problems.add(field, 'INVALID_INPUT', `${field} is empty; leave it out to filter nothing.`);
      } else if (value.length > max) {
        const message = `${field} has ${value.length} entries; it may have at most ${max}.`;
        problems.add(field, 'INVALID_INPUT', message);
        continue;
      }
    }
    checkTexts(field, value, problems);
  }
  return problems.toFailure() ?? ok(undefined);
}

/** Everything that is text in a value, however deep it lies. */
function checkTexts(field: string, value: unknown, problems: InputProblems): void {
  if (typeof value === 'string') {
    const flaw = findFlaw(value);
    if (flaw !== undefined) {
      problems.add(field, 'INVALID_INPUT', `${field} ${quote(value)} ${flaw}.`);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) checkTexts(`${field}.${key}`, part, problems);
  }
}
