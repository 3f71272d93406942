/** An upload as tus sends it: PATCH after PATCH over one connection. The bytes are random, one chunk again and again. */
import { randomFillSync } from 'node:crypto';
import { type Connection, expectStatus, type Headers } from './client.ts';

const CHUNK_BYTES = 64 * 1024 * 1024;

export interface UploadPlace {
  readonly path: string;
  /** What the server asks for beyond tus' own headers. */
  readonly headers?: Headers;
}

let chunk: Buffer | undefined;

/** Sends so many bytes, a multiple of a chunk, to an upload that has been created. */
export async function sendFile(
  connection: Connection,
  { path, headers = {} }: UploadPlace,
  sizeBytes: number,
): Promise<void> {
  chunk ??= randomFillSync(Buffer.allocUnsafeSlow(CHUNK_BYTES));
  for (let offset = 0; offset < sizeBytes; offset += CHUNK_BYTES) {
    const patch = {
      'Tus-Resumable': '1.0.0',
      'Content-Type': 'application/offset+octet-stream',
      'Upload-Offset': offset,
      ...headers,
    };
    await expectStatus(connection.request('PATCH', path, patch, chunk), 204);
  }
}

/** Creates an upload by tus and answers where its bytes go. */
export async function createUpload(
  connection: Connection,
  { path, headers = {} }: UploadPlace,
  sizeBytes: number,
): Promise<UploadPlace> {
  const post = { 'Tus-Resumable': '1.0.0', 'Upload-Length': sizeBytes, ...headers };
  const { headers: answered } = await expectStatus(connection.request('POST', path, post), 201);
  const location = answered.get('location');
  if (location === undefined) throw new Error('An upload was created nowhere.');
  return { path: new URL(location, 'http://relative').pathname, headers };
}
