/** Conditional requests (RFC 9110, section 13) on one strong entity tag. */
import type { IncomingHttpHeaders } from 'node:http';

export type PreconditionOutcome = 'proceed' | 'notModified' | 'failed';

/** `If-Match` before `If-None-Match`, as section 13.2.2 has it. Dates are ignored: a file has none but its digest. */
export function decidePreconditions(
  headers: IncomingHttpHeaders,
  etag: string,
): PreconditionOutcome {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (ifMatch !== undefined && !matches(ifMatch, etag, { weak: false })) return 'failed';
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, etag, { weak: true })) {
    return 'notModified';
  }
  return 'proceed';
}

/** Whether a range may be answered: without `If-Range`, or with the very tag (a date never is one). */
export function allowsRange(headers: IncomingHttpHeaders, etag: string): boolean {
  const ifRange = headers['if-range'];
  return ifRange === undefined || String(ifRange).trim() === etag;
}

function matches(header: string, etag: string, { weak }: { readonly weak: boolean }): boolean {
  if (header.trim() === '*') return true;
  const tags = header.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.some((tag) => tag === etag || (weak && tag === `W/${etag}`));
}
