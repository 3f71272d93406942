/** Why a request got no answer, for the owner of a webhook. */
import { errors } from 'undici';
import { ReachError } from './reach.ts';

/** Why no answer came. Messages of libraries hold addresses, so none of them is passed on; their codes do not. */
export function describeFailure(
  error: unknown,
  { connectMs }: { readonly connectMs: number },
): string {
  if (error instanceof ReachError) return error.message;
  if (error instanceof errors.HTTPParserError) return NOT_HTTP;
  const code = codeOf(error);
  const known = FAILURES[code];
  if (known !== undefined) return known;
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    return `No connection came about within ${inSeconds(connectMs)}.`;
  }
  if (/CERT|ISSUER|UNABLE_TO_VERIFY|CRL/.test(code)) {
    return `The certificate is not trusted (${code}).`;
  }
  if (/^(ERR_SSL|ERR_TLS|EPROTO)/.test(code)) return `TLS could not be agreed upon (${code}).`;
  return `The request failed (${code}).`;
}

const UNREACHABLE = 'The host could not be reached.';
const BROKEN = 'The connection broke before an answer came.';
const NOT_HTTP = 'The answer is not HTTP/1.1.';

const FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The connection was refused.',
  EADDRNOTAVAIL: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  ECONNABORTED: BROKEN,
  ECONNRESET: BROKEN,
  EPIPE: BROKEN,
  UND_ERR_SOCKET: BROKEN,
  UND_ERR_HEADERS_OVERFLOW: 'The headers of the answer are too large.',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: NOT_HTTP,
  // Of the library, about a 101 that changes to nothing.
  ERR_ASSERTION: NOT_HTTP,
  CERT_HAS_EXPIRED: 'The certificate has expired.',
  CERT_NOT_YET_VALID: 'The certificate is not valid yet.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate is self-signed.',
  SELF_SIGNED_CERT_IN_CHAIN: 'The certificate was issued by nobody who is trusted.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'The certificate was issued by nobody who is trusted.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The certificate comes without the chain that vouches for it.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate is for another host.',
};

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'UNKNOWN';
}

/** A time as sentences have it. */
export function inSeconds(ms: number): string {
  return `${ms / 1000} s`;
}
