/** Fetches a file to the disk over a connection that is dropped half-way, and the rest by a range. */
import { once } from 'node:events';
import { open, stat } from 'node:fs/promises';
import { get, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';

export interface DownloadOptions {
  readonly path: string;
  readonly url: string;
  readonly token: string;
  readonly onProgress: (receivedBytes: number, sizeBytes: number) => void;
  /** The connection was dropped when so many bytes stood in the file. */
  readonly onDrop: (receivedBytes: number) => void;
  /** The broker answered the request for the rest. */
  readonly onResume: (status: number, contentRange: string) => void;
}

export async function downloadFile(options: DownloadOptions): Promise<void> {
  const { path, url, token, onProgress, onDrop, onResume } = options;
  const authorization = { Authorization: `Bearer ${token}` };
  await using file = await open(path, 'wx');
  let received = 0;

  /** Appends the body to the file; left early, it takes the connection with it. */
  async function receive(response: IncomingMessage, until: number, size: number): Promise<void> {
    for await (const bytes of response as AsyncIterable<Buffer>) {
      const piece = bytes.subarray(0, until - received);
      await file.writeFile(piece);
      received += piece.length;
      onProgress(received, size);
      if (received === until && until < size) return;
    }
  }

  const first = await request(url, authorization);
  expectStatus(first, 200);
  const size = Number(first.headers['content-length']);
  const { etag } = first.headers;
  if (etag === undefined) throw new Error('The download carries no ETag, so it cannot be resumed.');
  await receive(first, Math.floor(size / 2), size);
  onDrop(received);

  // From what stands on the disk, and only if the file is still the same one.
  const { size: start } = await stat(path);
  const rest = await request(url, { ...authorization, Range: `bytes=${start}-`, 'If-Range': etag });
  expectStatus(rest, 206);
  onResume(206, rest.headers['content-range'] ?? '');
  await receive(rest, size, size);
  if (received !== size) throw new Error(`${received} of ${size} bytes have come.`);
}

async function request(url: string, headers: OutgoingHttpHeaders): Promise<IncomingMessage> {
  const [response] = await once(get(url, { headers }), 'response');
  return response as IncomingMessage;
}

function expectStatus(response: IncomingMessage, status: number): void {
  if (response.statusCode === status) return;
  response.destroy();
  throw new Error(`The download was answered ${response.statusCode}, not ${status}.`);
}
