/** GET and HEAD of an export: its link is the permission, and its file is made while it goes out. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MINUTE_MS } from '../domain/duration.ts';
import { internalError, methodNotAllowed, sendAnswer, toProblem } from '../http/index.ts';
import {
  type ExportContext,
  type ExportFile,
  findExport,
  type WritingContext,
  writeExport,
} from '../statistics/index.ts';
import { attachment } from './content-disposition.ts';
import { createTurns } from './export-turns.ts';

/** Others who ask long questions find as many places left. */
const EXPORTS_AT_ONCE = 2;
/** A client that takes nothing for so long is cut, and one that has not taken everything by then: others wait for its place. */
const STALLED_MS = 60_000;
const LONGEST_MS = 15 * MINUTE_MS;

export interface ExportDoorOptions {
  readonly exports: Pick<ExportContext, 'database' | 'clock' | 'linkKey'>;
  readonly writing: WritingContext;
  /** Notes an unexpected failure and answers the id under which it is in the log. */
  readonly onFault: (error: unknown, req: IncomingMessage) => string;
}

export interface ExportDoor {
  /** Answers a request for `/exports/{id}`. */
  handle(
    req: IncomingMessage,
    res: ServerResponse,
    id: string,
    query: URLSearchParams,
  ): Promise<void>;
  /** Cuts what is going out. */
  stop(): void;
}

export function createExportDoor({ exports, writing, onFault }: ExportDoorOptions): ExportDoor {
  const turns = createTurns(EXPORTS_AT_ONCE);
  const running = new Set<ServerResponse>();

  async function respond(
    req: IncomingMessage,
    res: ServerResponse,
    id: string,
    query: URLSearchParams,
  ): Promise<void> {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      return sendAnswer(req, res, methodNotAllowed(req, 'exports', 'GET, HEAD'));
    }
    const found = await findExport(exports, id, query.get('link'));
    if (!found.ok) return sendAnswer(req, res, toProblem(found.error));
    const file = writeExport(writing, found.value);
    if (req.method === 'HEAD') {
      res.writeHead(200, headersOf(file)).end();
      return;
    }
    if (res.destroyed) return;
    const gone = new AbortController();
    running.add(res);
    res.once('close', () => {
      running.delete(res);
      gone.abort();
    });
    const { party } = found.value.viewer;
    const end = file.isLongQuery ? await turns.take(party, gone.signal) : () => undefined;
    try {
      await send(res, file);
    } finally {
      end();
    }
  }

  return {
    async handle(req, res, id, query) {
      try {
        await respond(req, res, id, query);
      } catch (error) {
        // The client went away, or was cut: nobody is left to tell.
        if (res.destroyed) return;
        const faultId = onFault(error, req);
        // Where a status has gone out, only a broken connection can say that the file is not whole.
        if (res.headersSent) res.destroy();
        else await sendAnswer(req, res, toProblem(internalError(faultId)));
      }
    },
    stop() {
      for (const res of running) res.destroy();
    },
  };
}

async function send(res: ServerResponse, file: ExportFile): Promise<void> {
  const pieces = file.bytes();
  // The first piece tells whether it can be made at all; before that there is another status to answer with.
  const first = await pieces.next();
  res.writeHead(200, headersOf(file));
  const cut = () => res.destroy();
  const tooLong = file.isLongQuery ? setTimeout(cut, LONGEST_MS) : undefined;
  let stalled: NodeJS.Timeout | undefined;
  async function* all(): AsyncGenerator<Uint8Array> {
    for (let piece = first; piece.done !== true; piece = await pieces.next()) {
      // From here on it is the client that is waited for.
      stalled = setTimeout(cut, STALLED_MS);
      yield piece.value;
      clearTimeout(stalled);
    }
  }
  try {
    await pipeline(Readable.from(all(), { objectMode: true, highWaterMark: 1 }), res);
  } finally {
    clearTimeout(tooLong);
    clearTimeout(stalled);
    await pieces.return(undefined);
  }
}

function headersOf({ name, contentType }: ExportFile) {
  return {
    'Content-Type': contentType,
    'Content-Disposition': attachment(name),
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'private, no-store, no-transform',
  };
}
