/** One request to the upload door on its way through the tus library, and what the library cannot say by itself. */
import type { IncomingMessage } from 'node:http';
import type { Caller } from '../domain/caller.ts';
import type {
  ExpectedChecksum,
  NewUpload,
  SeenTransfer,
  UploadEngine,
  UploadSession,
} from '../transfers/index.ts';
import type { Admission } from './admissions.ts';
import { offsetHeader, UploadProblem } from './upload-problem.ts';

export interface Exchange {
  readonly req: IncomingMessage;
  readonly caller: Caller;
  readonly seen: SeenTransfer;
  /** The upload while it is under way; undefined before its creation and after its end. */
  session: UploadSession | undefined;
  /** Of a POST: the upload to begin. */
  readonly creation?: NewUpload | undefined;
  /** Its place among the requests for the same upload. */
  readonly admission: Admission;
  /** How many bytes come with the request; null where it is chunked. */
  readonly bodyBytes: number | null;
  readonly checksum?: ExpectedChecksum | undefined;
}

/** The problem of a session that has ended or is being stopped; undefined while it goes on. */
export function endOf(session: UploadSession, engine: UploadEngine): UploadProblem | undefined {
  if (session.ended !== undefined) return new UploadProblem(session.ended);
  if (!engine.isStopping) return undefined;
  return new UploadProblem(
    { code: 'SHUTTING_DOWN', message: 'The broker is stopping; resume the upload later.' },
    offsetHeader(session.offset),
  );
}
