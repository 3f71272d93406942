/**
 * Answers of the HTTP doors that arrive even while the client is still sending: the whole answer goes out first, then
 * what the client still sends is read to its end, up to a limit. Closing at once would reset the connection, and many a
 * client would see that instead of the status.
 */
import {
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { ERROR_CODES } from '../domain/error-code.ts';
import type { BrokerError } from '../domain/result.ts';

const DRAIN_BYTES = 64 * 1024 * 1024;
const DRAIN_MS = 30_000;

export interface Answer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/**
 * Sends an answer with its length, and settles when the connection needs nothing more. Without `drains`, a client that is
 * still sending is cut off behind its answer, as when the broker stops.
 */
export async function sendAnswer(
  req: IncomingMessage,
  res: ServerResponse,
  { status, headers = {}, body = '' }: Answer,
  { drains = true }: { readonly drains?: boolean } = {},
): Promise<void> {
  if (res.headersSent || res.destroyed) return;
  const hasBody = status !== 204 && status !== 304;
  const isDone = req.complete || !hasRequestBody(req);
  res.writeHead(status, {
    ...headers,
    ...(hasBody ? { 'Content-Length': Buffer.byteLength(body) } : {}),
    ...(isDone ? {} : { Connection: 'close' }),
  });
  if (isDone || !drains) {
    res.end(req.method === 'HEAD' ? undefined : body);
    return;
  }
  if (hasBody && req.method !== 'HEAD' && body !== '') res.write(body);
  else res.flushHeaders();
  await drain(req);
  res.end();
}

function hasRequestBody(req: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = req.headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}

function drain(req: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let left = DRAIN_BYTES;
    const timer = setTimeout(done, DRAIN_MS);
    function onData(chunk: Buffer): void {
      left -= chunk.length;
      if (left < 0) done();
    }
    function done(): void {
      clearTimeout(timer);
      req.off('data', onData);
      req.off('end', done);
      req.off('close', done);
      resolve();
    }
    if (req.readableEnded || req.destroyed) return done();
    req.on('data', onData);
    req.on('end', done);
    req.on('close', done);
    req.resume();
  });
}

/** The HTTP status of a failure. */
export function statusOf(error: BrokerError): number {
  return error.gone === true ? 410 : ERROR_CODES[error.code].status;
}

const RETRY_AFTER_SECONDS = 5;
const RETRIED_STATUSES: ReadonlySet<number> = new Set([423, 429, 503, 507]);

/** A failure as a problem document (RFC 9457) with `code` from ErrorCode. */
export function toProblem(error: BrokerError, headers: OutgoingHttpHeaders = {}): Answer {
  const status = statusOf(error);
  return {
    status,
    headers: {
      ...(RETRIED_STATUSES.has(status)
        ? { 'Retry-After': error.retryAfterSeconds ?? RETRY_AFTER_SECONDS }
        : {}),
      ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      'Cache-Control': 'no-store',
      'Content-Type': 'application/problem+json',
      'X-Content-Type-Options': 'nosniff',
      ...headers,
    },
    body: JSON.stringify({
      type: 'about:blank',
      title: STATUS_CODES[status] ?? 'Checksum Mismatch',
      status,
      detail: error.message,
      code: error.code,
    }),
  };
}

/** 405 with `Allow`, whose value `allowed` is. `what` names what the path leads to. */
export function methodNotAllowed(
  { method }: IncomingMessage,
  what: string,
  allowed: string,
  headers: OutgoingHttpHeaders = {},
): Answer {
  const message = `${method} is not for ${what}; ${allowed} are.`;
  return toProblem({ code: 'METHOD_NOT_ALLOWED', message }, { ...headers, Allow: allowed });
}

/** A fault of the broker itself: all that is told is the id under which it is in the log. */
export function internalError(id: string): BrokerError {
  return {
    code: 'INTERNAL_ERROR',
    message: `The broker failed; its log has this under ${id}.`,
  };
}
