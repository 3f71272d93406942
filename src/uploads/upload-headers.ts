/** The headers of tus 1.0 and its extensions, parsed strictly. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { fail, ok, type Result } from '../domain/result.ts';
import { quote } from '../domain/text.ts';
import type { ExpectedChecksum } from '../transfers/index.ts';

export const TUS_VERSION = '1.0.0';
export const TUS_EXTENSIONS = [
  'creation',
  'creation-with-upload',
  'creation-defer-length',
  'checksum',
  'expiration',
  'termination',
].join(',');

const CHECKSUM_BYTES = { sha1: 20, sha256: 32, md5: 16 } as const;
export const TUS_CHECKSUM_ALGORITHMS = Object.keys(CHECKSUM_BYTES).join(',');

/** The media type of bytes in POST and PATCH. */
export const TUS_MEDIA_TYPE = 'application/offset+octet-stream';

/** A non-negative integer header; undefined where it is missing. */
export function parseInteger(
  headers: IncomingHttpHeaders,
  name: string,
): Result<number | undefined> {
  const value = headers[name];
  if (value === undefined) return ok(undefined);
  const text = String(value);
  const number = Number(text);
  if (/^(?:0|[1-9]\d{0,15})$/.test(text) && Number.isSafeInteger(number)) return ok(number);
  return fail(
    'INVALID_INPUT',
    `${name} ${quote(text)} is not an integer from 0 to ${Number.MAX_SAFE_INTEGER}.`,
  );
}

/** The declared length of a new upload: a number, or null where the client defers it. */
export function parseNewLength(headers: IncomingHttpHeaders): Result<number | null> {
  const length = parseInteger(headers, 'upload-length');
  if (!length.ok) return length;
  const defer = headers['upload-defer-length'];
  if (defer !== undefined && defer !== '1') {
    return fail('INVALID_INPUT', `upload-defer-length ${quote(String(defer))} has to be 1.`);
  }
  if ((length.value === undefined) === (defer === undefined)) {
    return fail('INVALID_INPUT', 'Give either Upload-Length or Upload-Defer-Length: 1.');
  }
  return ok(length.value ?? null);
}

/** `Upload-Metadata` as given, where it is well-formed; null where it is missing. */
export function parseMetadata(headers: IncomingHttpHeaders): Result<string | null> {
  const value = headers['upload-metadata'];
  if (value === undefined || value === '') return ok(null);
  const text = String(value);
  const keys = new Set<string>();
  for (const pair of text.split(',')) {
    const [key = '', encoded = '', ...rest] = pair.trim().split(' ');
    const isValid =
      key !== '' && rest.length === 0 && !keys.has(key) && /^[A-Za-z0-9+/]*={0,2}$/.test(encoded);
    if (!isValid) {
      return fail(
        'INVALID_INPUT',
        `upload-metadata ${quote(pair)} is not a key of its own and a Base64 value.`,
      );
    }
    keys.add(key);
  }
  return ok(text);
}

/** `Upload-Checksum`; undefined where it is missing. */
export function parseChecksum(headers: IncomingHttpHeaders): Result<ExpectedChecksum | undefined> {
  const value = headers['upload-checksum'];
  if (value === undefined) return ok(undefined);
  const [name = '', encoded = '', ...rest] = String(value).trim().split(' ');
  const algorithm = isAlgorithm(name) ? name : undefined;
  if (algorithm === undefined) {
    return fail(
      'INVALID_INPUT',
      `upload-checksum names the algorithm ${quote(name)}; it has to be one of ${TUS_CHECKSUM_ALGORITHMS}.`,
    );
  }
  const digest = Buffer.from(encoded, 'base64');
  if (rest.length > 0 || digest.length !== CHECKSUM_BYTES[algorithm]) {
    return fail(
      'INVALID_INPUT',
      `upload-checksum ${quote(encoded)} is not the Base64 of a ${algorithm} digest.`,
    );
  }
  return ok({ algorithm, digest });
}

function isAlgorithm(name: string): name is ExpectedChecksum['algorithm'] {
  return Object.hasOwn(CHECKSUM_BYTES, name);
}

/** How many bytes the body has; null where it is chunked, 0 where there is none. */
export function bodyLength(req: IncomingMessage): Result<number | null> {
  if (req.headers['transfer-encoding'] !== undefined) return ok(null);
  const length = parseInteger(req.headers, 'content-length');
  return length.ok ? ok(length.value ?? 0) : length;
}

/** The media type without parameters, in lower case. */
export function mediaType(headers: IncomingHttpHeaders): string | undefined {
  return headers['content-type']?.split(';')[0]?.trim().toLowerCase();
}
