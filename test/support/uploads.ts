/** Ways to send a file: by tus' own client, request by request, and on a bare socket. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Upload } from 'tus-js-client';

/** `tus-js-client`, as the README sets it up. */
export function tusUpload(
  content: Buffer,
  url: string,
  headers: Record<string, string>,
  options: Partial<ConstructorParameters<typeof Upload>[1]> = {},
): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const upload: Upload = new Upload(content, {
      endpoint: url,
      uploadUrl: url,
      headers,
      chunkSize: 4 * 1024 * 1024,
      retryDelays: [10, 20, 50, 100, 200, 400, 800],
      onError: reject,
      onSuccess: () => resolve(upload),
      ...options,
    });
    upload.start();
  });
}

export interface TusAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The `Upload-Offset`; null where there is none. */
  readonly offset: number | null;
  /** The problem's code; null where the answer is none, and of a HEAD. */
  readonly code: string | null;
  readonly body: string;
}

/** One tus request. */
export async function tus(
  method: string,
  url: string,
  headers: Record<string, string>,
  body?: string | Buffer,
): Promise<TusAnswer> {
  const response = await fetch(url, {
    method,
    headers: { 'Tus-Resumable': '1.0.0', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  });
  const text = await response.text();
  const isProblem = response.headers.get('content-type') === 'application/problem+json';
  const offset = response.headers.get('upload-offset');
  return {
    status: response.status,
    headers: response.headers,
    offset: offset === null ? null : Number(offset),
    code: isProblem && text !== '' ? (JSON.parse(text) as { code: string }).code : null,
    body: text,
  };
}

/** The headers of a PATCH at an offset. */
export function patchHeaders(offset: number): Record<string, string> {
  return {
    'Content-Type': 'application/offset+octet-stream',
    'Upload-Offset': String(offset),
  };
}

/** `Upload-Checksum` of a piece. */
export function checksumHeader(
  piece: string | Buffer,
  algorithm: 'sha1' | 'sha256' | 'md5' = 'sha1',
): Record<string, string> {
  const digest = createHash(algorithm).update(piece).digest('base64');
  return { 'Upload-Checksum': `${algorithm} ${digest}` };
}

export interface RawRequest extends Disposable {
  readonly socket: Socket;
  /** Sends more of the body. */
  write(bytes: Buffer): Promise<void>;
  /** The status line and headers, when they come; undefined where the connection ends without. */
  readonly answer: Promise<string | undefined>;
}

/** A request on a bare socket, which can stop half-way as no HTTP client would. */
export async function rawRequest(
  method: string,
  url: string,
  headers: Record<string, string>,
): Promise<RawRequest> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  const lines = Object.entries({ Host: hostname, 'Tus-Resumable': '1.0.0', ...headers });
  socket.write(
    `${method} ${pathname} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  );
  let received = '';
  const answer = new Promise<string | undefined>((resolve) => {
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      const end = received.indexOf('\r\n\r\n');
      if (end >= 0) resolve(received.slice(0, end));
    });
    socket.on('close', () => resolve(undefined));
  });
  return {
    socket,
    answer,
    write: (bytes) =>
      new Promise((resolve, reject) =>
        socket.write(bytes, (error) => (error == null ? resolve() : reject(error))),
      ),
    [Symbol.dispose]() {
      socket.destroy();
    },
  };
}
