/** What the upload door refuses, each with the sentence and the headers that tus clients need. */
import type { BrokerError } from '../domain/result.ts';
import type { JudgedFile, SeenTransfer, UploadSession } from '../transfers/index.ts';

/** An expected failure on its way out of the tus library; anything else that is thrown is unexpected. */
export class UploadProblem extends Error {
  readonly error: BrokerError;
  readonly headers: Readonly<Record<string, string>>;

  constructor(error: BrokerError, headers: Readonly<Record<string, string>> = {}) {
    super(error.message);
    this.error = error;
    this.headers = headers;
  }
}

/** The header that tells a client where an upload stands. */
export function offsetHeader(offset: number): Record<string, string> {
  return { 'Upload-Offset': String(offset) };
}

export function invalid(message: string): UploadProblem {
  return new UploadProblem({ code: 'INVALID_INPUT', message });
}

export function unsupported(what: string): UploadProblem {
  return new UploadProblem({ code: 'UNSUPPORTED_MEDIA_TYPE', message: `Not accepted: ${what}.` });
}

/** 410: the upload takes nothing any more. */
export function uploadEnded(transferId: string, why?: string): UploadProblem {
  const reason = why === undefined ? '' : `: ${why}`;
  return new UploadProblem({
    code: 'UPLOAD_ENDED',
    message: `The upload of transfer ${transferId} has ended${reason}.`,
  });
}

export function offsetMismatch(offset: number): UploadProblem {
  const message = `The upload stands at offset ${offset}.`;
  return new UploadProblem({ code: 'OFFSET_MISMATCH', message }, offsetHeader(offset));
}

export function otherLength(length: number, declared: number): UploadProblem {
  return invalid(`Upload-Length ${length} is not ${declared}, as declared before.`);
}

export function takenOver(session: UploadSession): UploadProblem {
  const message = `Another request has the upload of transfer ${session.transferId}.`;
  return new UploadProblem({ code: 'UPLOAD_BUSY', message }, offsetHeader(session.offset));
}

export function tooLarge(transferId: string, why: string): UploadProblem {
  const message = `The file of transfer ${transferId} is larger than was declared or is allowed: ${why}.`;
  return new UploadProblem({ code: 'FILE_TOO_LARGE', message });
}

export function alreadyUploaded(
  { transfer, file }: SeenTransfer,
  session?: UploadSession,
): UploadProblem {
  const message = `The file of transfer ${transfer.id} has been uploaded already; start a new transfer for another one.`;
  const offset = session?.offset ?? file.size ?? 0;
  return new UploadProblem({ code: 'TRANSFER_ALREADY_UPLOADED', message }, offsetHeader(offset));
}

export function digestMismatch(transferId: string, { digests }: JudgedFile): UploadProblem {
  const md5 = digests?.md5 == null ? '' : ` and the MD5 ${digests.md5}`;
  const message = `The file of transfer ${transferId} has the SHA-256 ${digests?.sha256}${md5}, which is not what was expected; the transfer failed.`;
  return new UploadProblem({ code: 'DIGEST_MISMATCH', message });
}
