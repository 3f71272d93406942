/** The door of downloads: who asks, what of the file, and its bytes as a stream. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Authenticator } from '../auth/index.ts';
import { DatabaseFullError } from '../database/index.ts';
import { type Actor, requireScope, SCOPES } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { type BrokerError, fail, type Result } from '../domain/result.ts';
import {
  type Answer,
  internalError,
  methodNotAllowed,
  type RequestOrigin,
  sendAnswer,
  toProblem,
} from '../http/index.ts';
import type { Storage } from '../storage/index.ts';
import {
  checkDownload,
  type DownloadableFile,
  readDownloadLink,
  startDownload,
  type TransferContext,
} from '../transfers/index.ts';
import { decideRange, type RangeDecision } from './byte-range.ts';
import { attachment } from './content-disposition.ts';
import { allowsRange, decidePreconditions } from './preconditions.ts';
import type { RunningDownloads } from './running-downloads.ts';
import { DisconnectError, sendBytes } from './send-bytes.ts';

const METHODS = 'GET, HEAD';

export interface DownloadDoorOptions {
  readonly context: TransferContext;
  readonly storage: Storage;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  /** The key that signs download links. */
  readonly linkKey: Uint8Array;
  readonly running: RunningDownloads;
  readonly toOrigin: (req: IncomingMessage) => RequestOrigin;
  /** Notes an unexpected failure and answers the id under which it is in the log. */
  readonly onFault: (error: unknown, req: IncomingMessage) => string;
}

export interface DownloadDoor {
  /** Answers a request for `/files/{transferId}`. */
  handle(
    req: IncomingMessage,
    res: ServerResponse,
    transferId: string,
    query: URLSearchParams,
  ): Promise<void>;
}

export function createDownloadDoor(options: DownloadDoorOptions): DownloadDoor {
  const { context, storage, authenticator, clock, linkKey, running, toOrigin, onFault } = options;

  /** The recipient that asks: by its token, or by a link. Beside an Authorization header the link does not count. */
  async function identify(
    req: IncomingMessage,
    transferId: string,
    query: URLSearchParams,
  ): Promise<Result<Actor>> {
    const link = query.get('link');
    const { authorization } = req.headers;
    if (link !== null && authorization === undefined) {
      return readDownloadLink(linkKey, link, transferId, clock.now());
    }
    const caller = await authenticator.authenticate(authorization, toOrigin(req));
    if (!caller.ok) return caller;
    const allowed = requireScope(caller.value, SCOPES.read);
    return allowed.ok ? caller : allowed;
  }

  async function respond(
    req: IncomingMessage,
    res: ServerResponse,
    transferId: string,
    query: URLSearchParams,
  ): Promise<void> {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      return sendAnswer(req, res, methodNotAllowed(req, 'files', METHODS));
    }
    const actor = await identify(req, transferId, query);
    if (!actor.ok) return sendAnswer(req, res, toProblem(actor.error));
    const checked = await checkDownload(context, actor.value, transferId);
    if (!checked.ok) return sendAnswer(req, res, toProblem(checked.error));
    const plan = planDownload(req, checked.value);
    if (!plan.ok) return sendAnswer(req, res, plan.error);
    const { file, range, isPart } = plan.value;
    if (req.method === 'HEAD') {
      res.writeHead(200, fileHeaders(file, { start: 0, end: file.size })).end();
      return;
    }
    // Opened before the download is told of: what was told can be read on to its end, whatever becomes of the file.
    const bytes = await storage.read(file.key, range);
    if (bytes === undefined) return sendAnswer(req, res, toProblem(goneFailure(transferId)));
    // Before the status is looked at for the last time, so that a cancel finds either a status or a download to cut.
    const forget = running.add(transferId, () => res.destroy());
    try {
      const started = await startDownload(context, actor.value, transferId);
      if (!started.ok) return await sendAnswer(req, res, toProblem(started.error));
      const contentRange = `bytes ${range.start}-${range.end - 1}/${file.size}`;
      res.writeHead(isPart ? 206 : 200, {
        ...fileHeaders(file, range),
        ...(isPart ? { 'Content-Range': contentRange } : {}),
      });
      await sendBytes(bytes, res, range.end - range.start);
    } finally {
      forget();
      await bytes.close();
    }
  }

  return {
    async handle(req, res, transferId, query) {
      try {
        await respond(req, res, transferId, query);
      } catch (error) {
        // The client went away, or its download was cut: nobody is left to tell.
        if (isDisconnect(error)) return;
        const problem = toFailure(error, () => onFault(error, req));
        // Where a status has gone out, only a broken connection can say that the bytes are not whole.
        if (res.headersSent) res.destroy();
        else await sendAnswer(req, res, toProblem(problem));
      }
    },
  };
}

interface DownloadPlan {
  readonly file: DownloadableFile;
  readonly range: { readonly start: number; readonly end: number };
  readonly isPart: boolean;
}

type Planned =
  | { readonly ok: true; readonly value: DownloadPlan }
  | { readonly ok: false; readonly error: Answer };

/** What of the file goes out, by preconditions and range; or the answer that brings no byte. */
function planDownload(req: IncomingMessage, file: DownloadableFile): Planned {
  const etag = etagOf(file);
  switch (decidePreconditions(req.headers, etag)) {
    case 'failed': {
      const message = `If-Match ${req.headers['if-match']} is not the file's entity tag ${etag}.`;
      return { ok: false, error: toProblem({ code: 'PRECONDITION_FAILED', message }) };
    }
    case 'notModified': {
      const { 'Content-Length': _length, ...headers } = fileHeaders(file, { start: 0, end: 0 });
      return { ok: false, error: { status: 304, headers } };
    }
    case 'proceed':
      break;
  }
  // A HEAD ignores ranges: Range is defined for GET alone.
  const isRanged = req.method === 'GET' && allowsRange(req.headers, etag);
  const range: RangeDecision = isRanged
    ? decideRange(req.headers.range, file.size)
    : { kind: 'whole' };
  switch (range.kind) {
    case 'unsatisfiable': {
      const message = `Range ${req.headers.range} is outside the file of ${file.size} bytes.`;
      const headers = { 'Content-Range': `bytes */${file.size}` };
      const problem = { code: 'RANGE_NOT_SATISFIABLE', message } as const;
      return { ok: false, error: toProblem(problem, headers) };
    }
    case 'whole':
      return { ok: true, value: { file, range: { start: 0, end: file.size }, isPart: false } };
    case 'part':
      return { ok: true, value: { file, range, isPart: true } };
  }
}

function etagOf({ sha256 }: DownloadableFile): string {
  return `"${sha256}"`;
}

function fileHeaders(
  file: DownloadableFile,
  { start, end }: { readonly start: number; readonly end: number },
): OutgoingHttpHeaders {
  return {
    'Content-Length': end - start,
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': attachment(file.fileName),
    ETag: etagOf(file),
    'Accept-Ranges': 'bytes',
    // RFC 9530: the digest of the whole file, also where a part of it is sent.
    'Repr-Digest': `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'private, no-store, no-transform',
  };
}

function goneFailure(transferId: string): BrokerError {
  const message = `The file of transfer ${transferId} is not available: it has been deleted.`;
  return fail('FILE_NOT_AVAILABLE', message, { gone: true }).error;
}

/** A start that finds no room to be noted is an expected failure; anything else is in the log. */
function toFailure(error: unknown, noteFault: () => string): BrokerError {
  if (error instanceof DatabaseFullError) {
    const message = 'The broker has no room to note a download now; try again later.';
    return { code: 'STORAGE_FULL', message };
  }
  return internalError(noteFault());
}

function isDisconnect(error: unknown): boolean {
  if (error instanceof DisconnectError) return true;
  const codes = ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ECONNRESET', 'EPIPE'];
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
