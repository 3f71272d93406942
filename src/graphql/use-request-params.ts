/**
 * Reads GraphQL requests from HTTP: queries and subscriptions by GET, everything by POST of JSON, nothing else. That
 * browsers can't send JSON across origins without asking first is what stands in for a CSRF header.
 */
import type { IncomingMessage } from 'node:http';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { chooseAnswerType } from './accept.ts';
import type { ExchangeContext } from './exchange.ts';
import { withHttp } from './refuse-request.ts';

/** As much as a message over WebSocket may have. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** Takes the place of Yoga's own request parsers. */
export function useRequestParams(): Plugin<ExchangeContext, ExchangeContext> {
  return {
    onRequestParse({ serverContext, setRequestParser }) {
      const { req } = serverContext.exchange;
      checkAccept(req.headers.accept);
      if (req.method === 'GET') setRequestParser(() => readQueryString(req));
      if (req.method === 'POST') setRequestParser(() => readBody(req));
    },
  };
}

/** Before anything is done: afterwards it would be too late to say that the answer can't be told. */
function checkAccept(accept: string | undefined): void {
  if (chooseAnswerType(accept) !== undefined) return;
  throw withHttp(
    'BAD_USER_INPUT',
    'GraphQL is answered as application/json, application/graphql-response+json or text/event-stream.',
    { status: 406 },
  );
}

function readQueryString({ url = '' }: IncomingMessage): GraphQLParams {
  const search = new URL(url, 'http://localhost').searchParams;
  const params: Record<string, unknown> = {};
  for (const name of ['query', 'operationName']) {
    const text = search.get(name);
    if (text !== null && text !== '') params[name] = text;
  }
  for (const name of ['variables', 'extensions']) {
    const text = search.get(name);
    if (text !== null && text !== '') params[name] = parseJson(text, `The parameter "${name}"`);
  }
  return toParams(params);
}

async function readBody(req: IncomingMessage): Promise<GraphQLParams> {
  checkContentType(req.headers['content-type']);
  const bytes = await readBytes(req);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badRequest('The body is not UTF-8.');
  }
  return toParams(parseJson(text, 'The body'));
}

function checkContentType(contentType = ''): void {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith('charset='));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (type.trim() === 'application/json' && isUtf8) return;
  throw withHttp(
    'UNSUPPORTED_MEDIA_TYPE',
    type.trim() === 'multipart/form-data'
      ? 'Files do not travel in GraphQL requests: call initializeTransfer, then send the file to /uploads/{transferId} with tus (https://tus.io).'
      : `A GraphQL request by POST is application/json in UTF-8, not "${contentType.slice(0, 80)}".`,
    { status: 415, headers: { Accept: 'application/json' } },
  );
}

/** What is left of a body that is too large is not read here. */
function readBytes(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    function onData(chunk: Buffer): void {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) leave(tooLarge());
      else chunks.push(chunk);
    }
    const onEnd = () => leave(null);
    const onClose = () => leave(badRequest('The body was cut off.'));
    function leave(error: Error | null): void {
      req.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      req.pause();
      if (error === null) resolve(Buffer.concat(chunks));
      else reject(error);
    }
    if (Number(req.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return reject(tooLarge());
    req.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest(`${name} is not JSON.`);
  }
}

/** Yoga judges what the parameters hold; here is only made sure that there is something to judge. */
function toParams(value: unknown): GraphQLParams {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('A GraphQL request is one JSON object; batches are not taken.');
  if (!('query' in value) || typeof value.query !== 'string')
    throw badRequest('The request has no "query", a text.');
  return value as GraphQLParams;
}

function badRequest(message: string) {
  return withHttp('BAD_USER_INPUT', message, { status: 400 });
}

function tooLarge() {
  return withHttp('BAD_USER_INPUT', `A GraphQL request has at most ${MAX_BODY_BYTES} bytes.`, {
    status: 413,
  });
}
