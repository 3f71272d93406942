/** The pump of the upload door: a request's bytes go to the session, and what came of it becomes the answer. */
import { DatabaseFullError } from '../database/index.ts';
import type { BrokerError, Result } from '../domain/result.ts';
import { StorageFullError } from '../storage/index.ts';
import {
  failUpload,
  type JudgedFile,
  type TransferContext,
  type UploadEngine,
  type UploadSession,
} from '../transfers/index.ts';
import { type Exchange, endOf } from './exchange.ts';
import {
  digestMismatch,
  offsetHeader,
  takenOver,
  tooLarge,
  UploadProblem,
} from './upload-problem.ts';

export interface ReceiveContext {
  readonly context: TransferContext;
  readonly engine: UploadEngine;
}

export interface ReceivedBody {
  readonly offset: number;
  /** The request was ended before its body was. */
  readonly wasInterrupted: boolean;
  /** There where the whole file has been received. */
  readonly file?: JudgedFile;
}

/** Takes the body of a request whose exchange holds the session's lock. Throws an UploadProblem for what refuses it. */
export async function receiveBody(
  { context, engine }: ReceiveContext,
  { req, checksum }: Exchange,
  session: UploadSession,
  signal: AbortSignal,
): Promise<ReceivedBody> {
  const { end, judged } = await receive(session, () => session.receive(req, { signal, checksum }));
  // A file can be whole without the bytes of this request: they are refused all the same.
  if (judged !== undefined && end !== 'checksumMismatch') {
    const file = requireSound(session, judged);
    return { offset: session.offset, wasInterrupted: false, file };
  }
  const ended = endOf(session, engine);
  if (ended !== undefined) throw ended;
  const { offset } = session;
  switch (end) {
    case 'tooLong':
      await failUpload(context, session.transferId, 'FILE_TOO_LARGE');
      throw tooLarge(session.transferId, `more than ${offset} bytes came`);
    case 'checksumMismatch':
      throw new UploadProblem(
        {
          code: 'CHECKSUM_MISMATCH',
          message: 'The bytes of this request do not have the checksum of Upload-Checksum.',
        },
        offsetHeader(offset),
      );
    case 'interrupted':
      // Bytes with a checksum count whole or not at all: none of them did.
      if (checksum !== undefined) throw takenOver(session);
      return { offset, wasInterrupted: true };
    case 'idle':
    case 'cut':
      return { offset, wasInterrupted: true };
    case 'complete':
      return { offset, wasInterrupted: false };
  }
}

/** The file, unless the transfer failed or ended with its last byte. */
export function requireSound(session: UploadSession, judged: Result<JudgedFile>): JudgedFile {
  if (!judged.ok) throw new UploadProblem(judged.error);
  if (judged.value.status === 'FAILED') throw digestMismatch(session.transferId, judged.value);
  return judged.value;
}

/** No room for what was to be written: an expected failure that loses nothing. */
export const STORAGE_FULL: BrokerError = {
  code: 'STORAGE_FULL',
  message: 'The broker has no room for more bytes now; resume the upload later.',
  retryAfterSeconds: 60,
};

export function isFull(error: unknown): boolean {
  return error instanceof StorageFullError || error instanceof DatabaseFullError;
}

/** Runs what writes; where there is no room the client is told where the upload stands. */
export async function receive<T>(session: UploadSession, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isFull(error)) throw new UploadProblem(STORAGE_FULL, offsetHeader(session.offset));
    throw error;
  }
}
