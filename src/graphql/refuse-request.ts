/** Refusals of a whole request: entries of `errors` that also say what HTTP answers. */
import { GraphQLError } from 'graphql';
import { ERROR_CODES, type ErrorCode } from '../domain/error-code.ts';
import type { BrokerError } from '../domain/result.ts';

/** When a client that met something temporary is asked to come back. */
const RETRY_AFTER_SECONDS = 5;

/** What HTTP answers where an error refuses the request. Yoga's own errors carry the same. */
export interface HttpRefusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Set where the request was well-formed GraphQL over HTTP and only its document or variables are wrong: the
   * specification asks for 200 then, where the answer is `application/json`.
   */
  readonly spec?: boolean;
}

/** The failure as the one error of a refused request, with the status and headers of its code. */
export function refuseRequest({ code, message, retryAfterSeconds }: BrokerError): GraphQLError {
  const { status } = ERROR_CODES[code];
  return withHttp(code, message, {
    status,
    ...(status === 401 && { headers: { 'WWW-Authenticate': 'Bearer' } }),
    ...((status === 503 || status === 429) && {
      headers: { 'Retry-After': String(retryAfterSeconds ?? RETRY_AFTER_SECONDS) },
    }),
  });
}

/** A refusal whose status is not the usual one of its code, or needs headers of its own. */
export function withHttp(code: ErrorCode, message: string, http: HttpRefusal): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http } });
}
