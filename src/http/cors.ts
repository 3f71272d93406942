/** Cross-origin access for browser applications, one rule for every path. No cookies are used: never credentials. */
import type { IncomingMessage, ServerResponse } from 'node:http';

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
/** All of tus 1.0 and its extensions, whether a client sends them or a server. */
const TUS_HEADERS = [
  'Tus-Checksum-Algorithm',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Resumable',
  'Tus-Version',
  'Upload-Checksum',
  'Upload-Concat',
  'Upload-Defer-Length',
  'Upload-Expires',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
];
const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Type',
  'Range',
  'If-Range',
  'If-None-Match',
  'If-Match',
  'Last-Event-ID',
  ...TUS_HEADERS,
  'X-HTTP-Method-Override',
  'X-Requested-With',
  'X-Request-ID',
].join(', ');
const EXPOSED_HEADERS = [
  'Location',
  ...TUS_HEADERS,
  'ETag',
  'Content-Range',
  'Accept-Ranges',
  'Content-Length',
  'Content-Disposition',
  'Repr-Digest',
  'Retry-After',
].join(', ');
/** How long a browser may remember a preflight, in seconds. */
const MAX_AGE = '86400';

/** The origins that may call, or `*` for all. */
export type CorsOrigins = readonly string[] | '*';

/** Sets the headers of cross-origin access; answers true where the request was a preflight and has been answered. */
export function applyCors(
  req: IncomingMessage,
  res: ServerResponse,
  origins: CorsOrigins,
): boolean {
  if (origins !== '*' && origins.length === 0) return false;
  res.setHeader('Vary', 'Origin');
  const { origin } = req.headers;
  const isAllowed = origin !== undefined && (origins === '*' || origins.includes(origin));
  if (isAllowed) {
    res.setHeader('Access-Control-Allow-Origin', origins === '*' ? '*' : origin);
    res.setHeader('Access-Control-Expose-Headers', EXPOSED_HEADERS);
  }
  const isPreflight =
    req.method === 'OPTIONS' && req.headers['access-control-request-method'] !== undefined;
  if (!isPreflight) return false;
  if (isAllowed) {
    res.setHeader('Access-Control-Allow-Methods', METHODS);
    res.setHeader('Access-Control-Allow-Headers', ALLOWED_HEADERS);
    res.setHeader('Access-Control-Max-Age', MAX_AGE);
  }
  res.setHeader('Vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers');
  res.writeHead(204).end();
  return true;
}
