/** Pages of lists: how many entries, from where, in which direction. */
import { fail, ok, type Result } from './result.ts';

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 100;

/** What the caller asked for, as Relay's connections name it. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

export interface PageRequest {
  readonly size: number;
  /** `last` was given: the page is the end of the list, or what comes before `before`. */
  readonly backwards: boolean;
  readonly after: string | null;
  readonly before: string | null;
}

export interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

export interface Page<T> {
  readonly edges: readonly Edge<T>[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Of an empty page: where the list ends, so that what comes later follows it. Undefined where the list has no such place. */
  readonly end?: string;
}

/** `first` (or `last`, not both) is 1 to 100, null or left out means 50; anything else is INVALID_INPUT. */
export function parsePageRequest(
  { first, after, last, before }: PageArguments,
  maxSize = MAX_PAGE_SIZE,
): Result<PageRequest> {
  if (first != null && last != null) {
    return fail('INVALID_INPUT', `Give first (${first}) or last (${last}), not both.`);
  }
  for (const [name, value] of [
    ['first', first],
    ['last', last],
  ] as const) {
    if (value != null && (value < 1 || value > maxSize)) {
      return fail('INVALID_INPUT', `${name} is ${value}; it has to be from 1 to ${maxSize}.`);
    }
  }
  return ok({
    size: first ?? last ?? DEFAULT_PAGE_SIZE,
    backwards: last != null,
    after: after ?? null,
    before: before ?? null,
  });
}

/**
 * Makes a page of rows that were read in the direction of the request, one more than its size: the extra one tells that
 * there is more.
 */
export function toPage<T>(
  request: PageRequest,
  rows: readonly T[],
  cursorOf: (row: T) => string,
): Page<T> {
  const hasMore = rows.length > request.size;
  const inDirection = rows.slice(0, request.size);
  const inOrder = request.backwards ? inDirection.toReversed() : inDirection;
  return {
    edges: inOrder.map((node) => toEdge(node, cursorOf)),
    hasNextPage: request.before !== null || (!request.backwards && hasMore),
    hasPreviousPage: request.backwards ? hasMore : request.after !== null,
  };
}

/** Most who read a page ask for no cursor but its last: each is made when it is asked for. */
function toEdge<T>(node: T, cursorOf: (row: T) => string): Edge<T> {
  return {
    node,
    get cursor() {
      return cursorOf(node);
    },
  };
}
