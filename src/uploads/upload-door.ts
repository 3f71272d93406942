/**
 * The door of uploads: routing, who may, and the statuses of `PATCH` and its kin. Everything is checked before a running
 * request is disturbed; then tus' own rules are left to the library and bytes to the engine.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authenticator } from '../auth/index.ts';
import { MAX_TRANSFER_SIZE } from '../domain/resource-settings.ts';
import { hasEnded } from '../domain/transfer-status.ts';
import {
  type Answer,
  internalError,
  methodNotAllowed,
  type RequestOrigin,
  sendAnswer,
  toProblem,
} from '../http/index.ts';
import {
  failUpload,
  findUploads,
  maxSizeOf,
  requireSend,
  type SeenTransfer,
  seeAsSender,
  type TransferContext,
  type UploadEngine,
  type UploadSession,
  uploadExpiresAt,
} from '../transfers/index.ts';
import { type Admission, createAdmissions } from './admissions.ts';
import type { Exchange } from './exchange.ts';
import { putFile } from './put-file.ts';
import { isFull, STORAGE_FULL } from './receive-body.ts';
import { createTusLibrary } from './tus-library.ts';
import {
  parseInteger,
  TUS_CHECKSUM_ALGORITHMS,
  TUS_EXTENSIONS,
  TUS_VERSION,
} from './upload-headers.ts';
import { METHODS, type Method, readInput, requireVersion, toMethod } from './upload-input.ts';
import {
  alreadyUploaded,
  invalid,
  offsetMismatch,
  otherLength,
  tooLarge,
  UploadProblem,
  uploadEnded,
} from './upload-problem.ts';

/** What of the library's answer is the protocol's; its cross-origin headers are not ours. */
const KEPT_HEADERS = [
  'cache-control',
  'location',
  'upload-defer-length',
  'upload-length',
  'upload-offset',
] as const;
const ALLOWED = METHODS.join(', ');
/** What has to be told of every answer. */
const TUS_HEADERS = { 'Tus-Resumable': TUS_VERSION };

export interface UploadDoorOptions {
  readonly context: TransferContext;
  readonly engine: UploadEngine;
  readonly authenticator: Authenticator;
  readonly toOrigin: (req: IncomingMessage) => RequestOrigin;
  /** Where the broker is reached, without a slash at the end. */
  readonly publicUrl: () => string;
  /** Notes an unexpected failure and answers the id under which it is in the log. */
  readonly onFault: (error: unknown, req: IncomingMessage) => string;
}

export interface UploadDoor {
  /** Answers a request for `/uploads/{transferId}`. */
  handle(req: IncomingMessage, res: ServerResponse, transferId: string): Promise<void>;
}

export function createUploadDoor(options: UploadDoorOptions): UploadDoor {
  const { context, engine, authenticator, toOrigin, publicUrl, onFault } = options;
  const receiving = { context, engine };
  const library = createTusLibrary(receiving, urlOf);
  const admissions = createAdmissions();

  function urlOf(transferId: string): string {
    return `${publicUrl()}/uploads/${transferId}`;
  }

  async function answer(
    req: IncomingMessage,
    transferId: string,
    enter: () => Admission,
  ): Promise<Answer> {
    const method = toMethod(req);
    if (method === undefined) return methodNotAllowed(req, 'uploads', ALLOWED, TUS_HEADERS);
    if (method === 'OPTIONS') return capabilities();
    const origin = toOrigin(req);
    const caller = await authenticator.authenticate(req.headers.authorization, origin);
    if (!caller.ok) throw new UploadProblem(caller.error);
    if (method !== 'PUT') requireVersion(req);
    // Taking bytes needs the right to send; looking at an upload and giving it up do not.
    const mustSend = method === 'POST' || method === 'PATCH' || method === 'PUT';
    const seen = await seeAsSender(context, caller.value, transferId);
    if (!seen.ok) throw new UploadProblem(seen.error);
    // In the order in which tokens were accepted: a refused request, or one whose keys are slow to come, holds up nobody.
    const admission = enter();
    const input = readInput(method, req);
    if (mustSend) {
      const allowed = await requireSend(context, seen.value);
      if (!allowed.ok) throw new UploadProblem(allowed.error);
    }
    // Refusals wait for nobody. Whoever is let in sees what the requests before it have made of the upload.
    await admission.turn;
    // The session first: where there is none any more, the row that is read after it tells what became of the upload.
    const session = await engine.open(transferId);
    const latest = await seeAsSender(context, caller.value, transferId);
    if (!latest.ok) throw new UploadProblem(latest.error);
    requireNotEnded(latest.value, session);
    return respond(method, {
      req,
      caller: caller.value,
      seen: latest.value,
      session,
      admission,
      ...input,
    });
  }

  async function respond(method: Exclude<Method, 'OPTIONS'>, exchange: Exchange): Promise<Answer> {
    const { seen, session } = exchange;
    const { id } = seen.transfer;
    const isFinished = session === undefined && seen.file.size !== null;
    switch (method) {
      case 'HEAD':
        requireCreated(seen);
        return answerOf(exchange, { metadata: true });
      case 'DELETE':
        requireCreated(seen);
        if (isFinished || isWhole(session)) throw alreadyUploaded(seen, session);
        return answerOf(exchange);
      case 'PATCH':
        requireCreated(seen);
        if (isFinished || session === undefined || isWhole(session)) {
          throw alreadyUploaded(seen, session);
        }
        await checkPatch(exchange, session);
        return answerOf(exchange);
      case 'PUT':
        return putFile(receiving, exchange);
      case 'POST': {
        const { creation, bodyBytes } = exchange;
        const length = creation?.length ?? null;
        const maxSize = maxSizeOf(context, seen.transfer);
        if (length !== null && length > maxSize) {
          throw tooLarge(id, `${length} bytes, of ${maxSize} that are allowed`);
        }
        const limit = length ?? maxSize;
        if ((bodyBytes ?? 0) > limit) throw tooLarge(id, `${bodyBytes} bytes come, of ${limit}`);
        if (seen.transfer.status === 'INITIALIZED') return answerOf(exchange);
        return repeatCreation(exchange, length);
      }
    }
  }

  /** The same POST again, as after a lost answer, finds its upload as long as no byte has come. */
  async function repeatCreation(exchange: Exchange, length: number | null): Promise<Answer> {
    const { seen, session } = exchange;
    const offset = session?.offset ?? seen.file.size ?? 0;
    const declared = session === undefined ? seen.upload.length : session.length;
    if (offset > 0 || declared !== length) {
      throw session === undefined ? alreadyUploaded(seen, session) : offsetMismatch(offset);
    }
    if (exchange.bodyBytes !== 0 && session !== undefined) return answerOf(exchange);
    const headers = { ...TUS_HEADERS, Location: urlOf(seen.transfer.id), ...expiry(seen, session) };
    return { status: 201, headers };
  }

  /** What PATCH brings has to fit, before a running request is ended for it. */
  async function checkPatch({ req, bodyBytes }: Exchange, session: UploadSession): Promise<void> {
    const offset = parseInteger(req.headers, 'upload-offset');
    if (offset.ok && offset.value !== session.offset) throw offsetMismatch(session.offset);
    const length = parseInteger(req.headers, 'upload-length');
    if (!length.ok) throw new UploadProblem(length.error);
    if (length.value !== undefined) {
      if (session.length !== null && session.length !== length.value) {
        throw otherLength(length.value, session.length);
      }
      if (length.value < session.offset) {
        throw invalid(`Upload-Length ${length.value} is less than the ${session.offset} received.`);
      }
    }
    const declared = session.length ?? length.value ?? Number.MAX_SAFE_INTEGER;
    const allowed = session.offset + session.remaining;
    const coming = session.offset + (bodyBytes ?? 0);
    if (coming > declared || coming > allowed || (length.value ?? 0) > allowed) {
      await failUpload(context, session.transferId, 'FILE_TOO_LARGE');
      throw tooLarge(session.transferId, `${coming} bytes of ${Math.min(declared, allowed)}`);
    }
  }

  /** The library's answer, with what it leaves out. */
  async function answerOf(
    exchange: Exchange,
    { metadata = false }: { readonly metadata?: boolean } = {},
  ): Promise<Answer> {
    const { status, headers, wasInterrupted } = await library.handle(exchange);
    const { session } = exchange;
    // Bytes that have come since moved the end of the upload.
    const seen = await latestOf(exchange);
    return {
      status,
      headers: {
        ...keep(headers, KEPT_HEADERS),
        ...TUS_HEADERS,
        ...(status === 204 && exchange.req.method === 'DELETE' ? {} : expiry(seen, session)),
        ...(metadata && seen.upload.metadata !== null
          ? { 'Upload-Metadata': seen.upload.metadata }
          : {}),
        ...(wasInterrupted ? { Connection: 'close' } : {}),
      },
    };
  }

  async function latestOf({ seen, session }: Exchange): Promise<SeenTransfer> {
    if (session === undefined || isWhole(session)) return seen;
    const [upload] = await context.database.read((db) => findUploads(db, [seen.transfer.id]));
    return { ...seen, upload: upload ?? seen.upload };
  }

  function expiry(seen: SeenTransfer, session: UploadSession | undefined): Record<string, string> {
    // A finished upload does not expire; a new one's clock begins now.
    if (session === undefined || isWhole(session)) return {};
    const now = context.clock.now();
    const begun = { started_at: now, last_byte_at: now };
    const at = uploadExpiresAt(
      seen.transfer,
      seen.upload.started_at === null ? begun : seen.upload,
    );
    return at === null ? {} : { 'Upload-Expires': new Date(at).toUTCString() };
  }

  function requireNotEnded(
    { transfer, upload }: SeenTransfer,
    session: UploadSession | undefined,
  ): void {
    const { id, status } = transfer;
    if (hasEnded(status)) throw uploadEnded(id, status);
    const now = context.clock.now();
    if (now >= transfer.expires_at) throw uploadEnded(id, 'the transfer has expired');
    // Bytes that a running request brings are noted now and then.
    const last_byte_at = session?.lastByteAt ?? upload.last_byte_at;
    const latest = { started_at: upload.started_at, last_byte_at };
    const expiresAt = status === 'UPLOAD_STARTED' ? uploadExpiresAt(transfer, latest) : null;
    if (expiresAt !== null && now >= expiresAt) throw uploadEnded(id, 'it was given up');
  }

  return {
    async handle(req, res, transferId) {
      let admission: Admission | undefined;
      const enter = () => {
        admission = admissions.enter(transferId);
        return admission;
      };
      const { method } = req;
      let result: Answer;
      try {
        result = await answer(req, transferId, enter);
      } catch (error) {
        result = toAnswer(error, (unexpected) => onFault(unexpected, req));
      } finally {
        admission?.done();
        // Whether an answer may have a body is decided by the method that the client sent, not by the one that it meant.
        if (method !== undefined) req.method = method;
      }
      // A client that has its answer and goes on sending, or hangs, holds up no stop.
      const cutOff = () => req.destroy();
      engine.stopping.addEventListener('abort', cutOff, { once: true });
      try {
        await sendAnswer(req, res, result, { drains: !engine.isStopping });
      } finally {
        engine.stopping.removeEventListener('abort', cutOff);
      }
    },
  };
}

function keep(
  headers: Readonly<Record<string, string>>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)));
}

function capabilities(): Answer {
  return {
    status: 204,
    headers: {
      ...TUS_HEADERS,
      Allow: ALLOWED,
      'Tus-Version': TUS_VERSION,
      'Tus-Extension': TUS_EXTENSIONS,
      'Tus-Checksum-Algorithm': TUS_CHECKSUM_ALGORITHMS,
      'Tus-Max-Size': MAX_TRANSFER_SIZE,
    },
  };
}

function requireCreated({ transfer }: SeenTransfer): void {
  if (transfer.status !== 'INITIALIZED') return;
  const message = `The upload of transfer ${transfer.id} has not been created; POST creates it.`;
  throw new UploadProblem({ code: 'TRANSFER_NOT_FOUND', message });
}

function isWhole(session: UploadSession | undefined): boolean {
  return session !== undefined && session.offset === session.length;
}

function toAnswer(error: unknown, onFault: (error: unknown) => string): Answer {
  if (error instanceof UploadProblem) {
    return toProblem(error.error, { ...TUS_HEADERS, ...error.headers });
  }
  if (isFull(error)) return toProblem(STORAGE_FULL, TUS_HEADERS);
  return toProblem(internalError(onFault(error)), TUS_HEADERS);
}
