/** One byte range of a request (RFC 9110, section 14), as much of it as this broker serves. */

export type RangeDecision =
  /** No range, or one that is ignored: malformed, ending before it starts, or one of several. */
  | { readonly kind: 'whole' }
  /** `end` is exclusive. */
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' };

const WHOLE: RangeDecision = { kind: 'whole' };

export function decideRange(header: string | undefined, size: number): RangeDecision {
  const match = /^bytes=(\d*)-(\d*)$/i.exec(header ?? '');
  if (match === null) return WHOLE;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return WHOLE;
  if (first === '') {
    const suffix = Number(last);
    // The last nothing of a file, or of an empty one, is nothing that could be sent.
    if (suffix === 0 || size === 0) return { kind: 'unsatisfiable' };
    return { kind: 'part', start: Math.max(0, size - suffix), end: size };
  }
  // Compared exactly: beyond the safe integers two numbers may seem equal.
  if (last !== '' && BigInt(last) < BigInt(first)) return WHOLE;
  const start = Number(first);
  if (start >= size) return { kind: 'unsatisfiable' };
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  return { kind: 'part', start, end };
}
