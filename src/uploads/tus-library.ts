/**
 * The tus library (@tus/server, pinned) as the protocol's rules and nothing else: it never sees a body. Its store, its
 * locker and, in place of its unpublished `writeToStore`, its pump are ours; requests reach it without their bytes, since
 * its own way from socket to store costs as much again as receiving them.
 */
import type { IncomingMessage } from 'node:http';
import { DataStore, type Lock, Server, Upload } from '@tus/server';
import { cancelUpload, startUpload, type UploadSession } from '../transfers/index.ts';
import { type Exchange, endOf } from './exchange.ts';
import { type ReceiveContext, receive, receiveBody, requireSound } from './receive-body.ts';
import { parseInteger, TUS_VERSION } from './upload-headers.ts';
import {
  offsetMismatch,
  otherLength,
  takenOver,
  UploadProblem,
  uploadEnded,
} from './upload-problem.ts';

/** A running request is waited for this long. */
export const TAKE_OVER_MS = 5000;

/**
 * What the library is told of a request, by method: each header has been checked by the door. Others could only mislead it,
 * such as forwarded ones, or make it refuse after a running request was ended.
 */
const PASSED_HEADERS: Readonly<Record<string, readonly string[]>> = {
  HEAD: [],
  DELETE: [],
  PATCH: ['upload-offset', 'content-type', 'content-length'],
  POST: ['upload-length', 'upload-defer-length', 'content-type', 'content-length'],
};

export interface TusLibrary {
  /** The protocol's answer, without a body. Throws an UploadProblem for what is refused. */
  handle(exchange: Exchange): Promise<TusAnswer>;
}

export interface TusAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** The request was ended before its body was. */
  readonly wasInterrupted: boolean;
}

export function createTusLibrary(
  receiving: ReceiveContext,
  urlOf: (transferId: string) => string,
): TusLibrary {
  const { context, engine } = receiving;
  const exchanges = new WeakMap<object, Exchange>();
  /** Who holds the lock of a transfer's upload: the library's store is told ids only. */
  const holders = new Map<string, Exchange>();
  const failures = new WeakMap<Exchange, unknown>();
  const interrupted = new WeakSet<Exchange>();

  const holderOf = (id: string): Exchange => {
    const exchange = holders.get(id);
    if (exchange === undefined) throw new Error(`No request holds the upload of ${id}.`);
    return exchange;
  };

  class SessionStore extends DataStore {
    override extensions = [
      'creation',
      'creation-with-upload',
      'creation-defer-length',
      'termination',
    ];

    override async create(upload: Upload): Promise<Upload> {
      const exchange = holderOf(upload.id);
      const { creation } = exchange;
      if (creation === undefined) throw new Error('A POST came without what it creates.');
      const started = await startUpload(context, exchange.caller, upload.id, creation);
      if (!started.ok) throw new UploadProblem(started.error);
      const session = await engine.open(upload.id);
      if (session === undefined) throw uploadEnded(upload.id);
      exchange.session = session;
      // Nothing will come: the file is whole already.
      if (creation.length === 0) {
        requireSound(session, await receive(session, () => session.complete()));
      }
      return upload;
    }

    override async getUpload(id: string): Promise<Upload> {
      const { session, seen } = holderOf(id);
      const size = session === undefined ? seen.file.size : session.length;
      const offset = session === undefined ? (seen.file.size ?? 0) : session.offset;
      return new Upload({ id, offset, ...(size === null ? {} : { size }) });
    }

    override async remove(id: string): Promise<void> {
      const { caller } = holderOf(id);
      const cancelled = await cancelUpload(context, caller, id);
      if (!cancelled.ok) throw new UploadProblem(cancelled.error);
      await engine.end(id, uploadEnded(id).error);
    }
  }

  function createLock(exchange: Exchange, id: string): Lock {
    let holder: { interrupt: () => void } | undefined;
    return {
      async lock(signal, requestRelease) {
        const { session, req, admission } = exchange;
        if (takesOver(req.method) && session !== undefined) {
          const taken = { interrupt: requestRelease };
          const options = { timeoutMs: TAKE_OVER_MS, signal };
          if (!(await session.lock.acquire(taken, options))) throw takenOver(session);
          holder = taken;
          const ended = endOf(session, engine);
          if (ended !== undefined) {
            session.lock.release(taken);
            throw ended;
          }
          admission.done();
        }
        holders.set(id, exchange);
      },
      async unlock() {
        if (holders.get(id) === exchange) holders.delete(id);
        if (holder !== undefined) exchange.session?.lock.release(holder);
      },
    };
  }

  const server = new Server({
    path: '/uploads',
    datastore: new SessionStore(),
    // A take-over asks the running request to end at once; 0 would mean the library's default of 3 s.
    lockDrainTimeout: 1,
    locker: (request) => {
      const exchange = exchangeOf(request);
      return { newLock: (id: string) => createLock(exchange, id) };
    },
    namingFunction: (request) => exchangeOf(request).seen.transfer.id,
    getFileIdFromRequest: (request) => exchangeOf(request).seen.transfer.id,
    generateUrl: (_request, { id }) => urlOf(id),
    onResponseError(request, error) {
      failures.set(exchangeOf(request), error);
      return { status_code: 500, body: '' };
    },
  });

  function exchangeOf(request: object): Exchange {
    const exchange = exchanges.get(request);
    if (exchange === undefined) throw new Error('The tus library asked for a request of its own.');
    return exchange;
  }

  for (const method of ['POST', 'PATCH'] as const) {
    replaceWriteToStore(server.handlers[method], async (upload, signal) => {
      const exchange = holderOf(upload.id);
      const { session } = exchange;
      if (session === undefined) throw uploadEnded(upload.id);
      if (method === 'PATCH') {
        await declareLength(exchange.req, session);
        return write(exchange, session, signal);
      }
      // Bytes of a POST come only while nobody else brings any.
      const holder = { interrupt: () => stop.abort() };
      const stop = new AbortController();
      if (session.lock.isHeld || session.offset > 0) throw offsetMismatch(session.offset);
      await session.lock.acquire(holder, { timeoutMs: TAKE_OVER_MS });
      exchange.admission.done();
      try {
        const ended = endOf(session, engine);
        if (ended !== undefined) throw ended;
        return await write(exchange, session, stop.signal);
      } finally {
        session.lock.release(holder);
      }
    });
  }

  async function write(
    exchange: Exchange,
    session: NonNullable<Exchange['session']>,
    signal: AbortSignal,
  ): Promise<number> {
    const { offset, wasInterrupted } = await receiveBody(receiving, exchange, session, signal);
    if (wasInterrupted) interrupted.add(exchange);
    return offset;
  }

  return {
    async handle(exchange) {
      const { req } = exchange;
      const { method = 'HEAD' } = req;
      const headers = new Headers({ 'tus-resumable': TUS_VERSION });
      for (const name of PASSED_HEADERS[method] ?? []) {
        const value = req.headers[name];
        if (value !== undefined) headers.set(name, String(value));
      }
      const request = new Request('http://broker/uploads/', { method, headers });
      exchanges.set(request, exchange);
      const response = await server.handleWeb(request);
      if (failures.has(exchange)) throw toProblem(failures.get(exchange), exchange);
      if (response.status >= 400) throw new Error(`The tus library answered ${response.status}.`);
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        wasInterrupted: interrupted.has(exchange),
      };
    },
  };
}

/**
 * The length that a PATCH declares. Clients send it again with the same bytes after a cut, when it is known already: the
 * library would refuse that, so it is not told.
 */
async function declareLength(req: IncomingMessage, session: UploadSession): Promise<void> {
  const declared = parseInteger(req.headers, 'upload-length');
  if (!declared.ok || declared.value === undefined) return;
  if (session.length === null) await session.declareLength(declared.value);
  else if (session.length !== declared.value) throw otherLength(declared.value, session.length);
}

function takesOver(method: string | undefined): boolean {
  return method === 'HEAD' || method === 'PATCH';
}

/** The library's own refusals that the door has not made before it: a stale offset, after a take-over. */
function toProblem(failure: unknown, { session }: Exchange): unknown {
  const isConflict =
    typeof failure === 'object' &&
    failure !== null &&
    'status_code' in failure &&
    failure.status_code === 409;
  if (isConflict && session !== undefined) return offsetMismatch(session.offset);
  if (failure instanceof Error) return failure;
  return new Error(`The tus library refused what the door had let in: ${JSON.stringify(failure)}`);
}

type WriteToStore = (
  body: unknown,
  upload: Upload,
  maxSize: number,
  context: { readonly signal: AbortSignal },
) => Promise<number>;

/** `writeToStore` is unpublished: the version is pinned, and a start without it fails here rather than at an upload. */
function replaceWriteToStore(
  handler: object,
  pump: (upload: Upload, signal: AbortSignal) => Promise<number>,
): void {
  if (!('writeToStore' in handler) || typeof handler.writeToStore !== 'function') {
    throw new Error('This version of @tus/server has no writeToStore to replace.');
  }
  const replacement: WriteToStore = (_body, upload, _maxSize, { signal }) => pump(upload, signal);
  Object.defineProperty(handler, 'writeToStore', { value: replacement });
}
