/** What a request to the upload door says of itself, parsed before anything is done for it. */
import type { IncomingMessage } from 'node:http';
import type { Exchange } from './exchange.ts';
import {
  bodyLength,
  mediaType,
  parseChecksum,
  parseInteger,
  parseMetadata,
  parseNewLength,
  TUS_MEDIA_TYPE,
  TUS_VERSION,
} from './upload-headers.ts';
import { invalid, UploadProblem, unsupported } from './upload-problem.ts';

export const METHODS = ['POST', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS', 'PUT'] as const;
export type Method = (typeof METHODS)[number];

/** 412 for another version of tus, or none. */
export function requireVersion(req: IncomingMessage): void {
  const version = req.headers['tus-resumable'];
  if (version === TUS_VERSION) return;
  const given = version === undefined ? 'missing' : String(version);
  const message = `Tus-Resumable is ${given}; this broker speaks ${TUS_VERSION}.`;
  throw new UploadProblem({ code: 'PRECONDITION_FAILED', message }, { 'Tus-Version': TUS_VERSION });
}

/** What a request says of itself, parsed; throws what is wrong with it. */
export function readInput(
  method: Exclude<Method, 'OPTIONS'>,
  req: IncomingMessage,
): Pick<Exchange, 'creation' | 'bodyBytes' | 'checksum'> {
  const length = bodyLength(req);
  if (!length.ok) throw new UploadProblem(length.error);
  const bodyBytes = length.value;
  if (method === 'HEAD' || method === 'DELETE') return { bodyBytes };
  const checksum = parseChecksum(req.headers);
  if (!checksum.ok) throw new UploadProblem(checksum.error);
  if (req.headers['content-encoding'] !== undefined) {
    throw unsupported(
      `Content-Encoding ${req.headers['content-encoding']}; send the bytes as they are`,
    );
  }
  const type = mediaType(req.headers);
  if (method === 'PATCH') {
    const offset = parseInteger(req.headers, 'upload-offset');
    if (req.headers['content-type'] !== TUS_MEDIA_TYPE) {
      throw unsupported(`Content-Type ${type ?? '(none)'}; a PATCH has ${TUS_MEDIA_TYPE}`);
    }
    if (!offset.ok) throw new UploadProblem(offset.error);
    if (offset.value === undefined) throw invalid('Upload-Offset is missing.');
    return { bodyBytes, checksum: checksum.value };
  }
  if (method === 'PUT') {
    if (bodyBytes === null) {
      throw new UploadProblem({
        code: 'LENGTH_REQUIRED',
        message: 'A PUT has to say its Content-Length.',
      });
    }
    if (type?.startsWith('multipart/') === true) {
      throw unsupported(`Content-Type ${type}; a PUT has the file itself as its body`);
    }
    if (req.headers['content-range'] !== undefined) {
      throw invalid('Content-Range is not for PUT: it sends a whole file; PATCH sends a part.');
    }
    return { bodyBytes, checksum: checksum.value };
  }
  if (req.headers['upload-concat'] !== undefined) {
    throw new UploadProblem({
      code: 'NOT_IMPLEMENTED',
      message: 'Upload-Concat: the concatenation extension is not supported; upload in one piece.',
    });
  }
  const declared = parseNewLength(req.headers);
  if (!declared.ok) throw new UploadProblem(declared.error);
  const metadata = parseMetadata(req.headers);
  if (!metadata.ok) throw new UploadProblem(metadata.error);
  if (bodyBytes !== 0 && req.headers['content-type'] !== TUS_MEDIA_TYPE) {
    throw unsupported(`Content-Type ${type ?? '(none)'}; bytes come as ${TUS_MEDIA_TYPE}`);
  }
  const creation = { length: declared.value, metadata: metadata.value };
  return { bodyBytes, checksum: checksum.value, creation };
}

/** The method, which X-HTTP-Method-Override replaces where a client can send no other. */
export function toMethod(req: IncomingMessage): Method | undefined {
  const override = req.headers['x-http-method-override'];
  if (override !== undefined) req.method = String(override).toUpperCase();
  return METHODS.find((method) => method === req.method);
}
