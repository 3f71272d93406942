/** Lists in filters: null or left out means not filtered, so an empty one is a mistake rather than a wish for nothing. */
import { InputProblems } from './input-problems.ts';
import { ok, type Result } from './result.ts';

/** As many values as a list of a filter may name. */
export const MAX_FILTER_VALUES = 1000;

/**
 * INVALID_INPUT for lists of a filter that are empty or too long. `path` is where the filter stands in the input;
 * `maxima` are limits of single lists.
 */
export function checkFilterLists(
  path: string | null,
  filter: object | null | undefined,
  maxima: Readonly<Record<string, number>> = {},
): Result<undefined> {
  const problems = new InputProblems();
  for (const [name, value] of Object.entries(filter ?? {})) {
    if (!Array.isArray(value)) continue;
    const field = path === null ? name : `${path}.${name}`;
    const max = maxima[name] ?? MAX_FILTER_VALUES;
    if (value.length === 0) {
      problems.add(field, 'INVALID_INPUT', `${field} is empty; leave it out to filter nothing.`);
    } else if (value.length > max) {
      const message = `${field} has ${value.length} entries; it may have at most ${max}.`;
      problems.add(field, 'INVALID_INPUT', message);
    }
  }
  return problems.toFailure() ?? ok(undefined);
}
