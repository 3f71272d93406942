/** PUT: a whole file in one request, from byte 0. A cut one is finished by PATCH. */
import type { Answer } from '../http/index.ts';
import { failUpload, maxSizeOf, startUpload } from '../transfers/index.ts';
import { type Exchange, endOf } from './exchange.ts';
import { type ReceiveContext, receiveBody } from './receive-body.ts';
import { TAKE_OVER_MS } from './tus-library.ts';
import { TUS_VERSION } from './upload-headers.ts';
import {
  alreadyUploaded,
  invalid,
  offsetMismatch,
  takenOver,
  tooLarge,
  UploadProblem,
  uploadEnded,
} from './upload-problem.ts';

export async function putFile(receiving: ReceiveContext, exchange: Exchange): Promise<Answer> {
  const { context, engine } = receiving;
  const { seen, caller, bodyBytes, admission } = exchange;
  const { id } = seen.transfer;
  // A PUT without a length was refused already.
  const length = bodyBytes ?? 0;
  if (seen.transfer.status === 'INITIALIZED') {
    const maxSize = maxSizeOf(context, seen.transfer);
    if (length > maxSize) throw tooLarge(id, `${length} bytes, of ${maxSize} that are allowed`);
    const started = await startUpload(context, caller, id, { length, metadata: null });
    if (!started.ok) throw new UploadProblem(started.error);
  }
  const session = exchange.session ?? (await engine.open(id));
  if (session === undefined) {
    // Finished meanwhile or before; what has ended was refused already.
    throw seen.file.size === null ? uploadEnded(id) : alreadyUploaded(seen);
  }
  if (session.offset > 0) throw offsetMismatch(session.offset);
  if (length > (session.length ?? length) || length > session.remaining) {
    await failUpload(context, id, 'FILE_TOO_LARGE');
    throw tooLarge(id, `${length} bytes, of ${session.remaining}`);
  }
  if (session.length !== null && length !== session.length) {
    throw invalid(
      `Content-Length ${length} is not the length that was declared, ${session.length}.`,
    );
  }
  const stop = new AbortController();
  const holder = { interrupt: () => stop.abort() };
  if (!(await session.lock.acquire(holder, { timeoutMs: TAKE_OVER_MS }))) throw takenOver(session);
  admission.done();
  try {
    const ended = endOf(session, engine);
    if (ended !== undefined) throw ended;
    if (session.offset > 0) throw offsetMismatch(session.offset);
    if (session.length === null) await session.declareLength(length);
    const { file, offset } = await receiveBody(receiving, exchange, session, stop.signal);
    if (file === undefined) throw offset === 0 ? takenOver(session) : offsetMismatch(offset);
    return {
      status: 201,
      headers: { 'Content-Type': 'application/json', 'Tus-Resumable': TUS_VERSION },
      body: JSON.stringify({ transferId: id, ...file }),
    };
  } finally {
    session.lock.release(holder);
  }
}
