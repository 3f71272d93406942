/** Requests to whichever broker runs. */
import type { Life } from './lives.ts';
import type { Run } from './run.ts';

/** A broker that leaves a request without an answer for so long has lost it. */
const MAX_WAIT_MS = 20_000;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of a problem document. */
  readonly code: string | undefined;
  /** `Upload-Offset`. */
  readonly offset: number | undefined;
}

/** One request, read to its end. Throws where no answer comes. */
export async function request(
  life: Life,
  method: string,
  path: string,
  token: string,
  {
    headers = {},
    body,
  }: { readonly headers?: Record<string, string>; readonly body?: Buffer | ReadableStream } = {},
): Promise<HttpAnswer> {
  const response = await fetch(`${life.url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Tus-Resumable': '1.0.0', ...headers },
    signal: AbortSignal.timeout(MAX_WAIT_MS),
    ...(body === undefined
      ? {}
      : { body: Buffer.isBuffer(body) ? new Uint8Array(body) : body, duplex: 'half' }),
  });
  const text = await response.text();
  return toAnswer(response, text);
}

function toAnswer(response: Response, text: string): HttpAnswer {
  const isProblem = response.headers.get('content-type') === 'application/problem+json';
  const offset = response.headers.get('upload-offset');
  return {
    status: response.status,
    headers: response.headers,
    text,
    code: isProblem && text !== '' ? (JSON.parse(text) as { code: string }).code : undefined,
    offset: offset === null ? undefined : Number(offset),
  };
}

/** Asks in GraphQL. Throws where no answer comes, or one with errors. */
export async function ask<T>(
  run: Run,
  life: Life,
  party: string,
  query: string,
  variables: object,
): Promise<T> {
  const response = await fetch(`${life.url}/graphql`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${run.tokenOf(party)}`,
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json',
    },
    signal: AbortSignal.timeout(MAX_WAIT_MS),
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: T; errors?: unknown };
  if (errors !== undefined || data === undefined) {
    throw new Error(`GraphQL answered ${response.status} ${JSON.stringify(errors)}`);
  }
  return data;
}
