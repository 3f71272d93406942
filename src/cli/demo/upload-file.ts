/** Sends a file through tus over a line that breaks once, in the middle of a chunk. */
import { createReadStream } from 'node:fs';
import type { ClientRequest } from 'node:http';
import { Readable } from 'node:stream';
import { DefaultHttpStack, type HttpStack, Upload } from 'tus-js-client';

/** An odd number of chunks, so that half of the file is in the middle of one. */
const CHUNKS = 5;
const RETRY_DELAYS_MS = [0, 250, 1000, 3000];

export interface UploadOptions {
  readonly path: string;
  readonly sizeBytes: number;
  /** The transfer's upload, as the API names it. */
  readonly url: string;
  readonly token: string;
  readonly onProgress: (sentBytes: number) => void;
  /** The connection was cut after so many bytes had been handed to it. */
  readonly onCut: (sentBytes: number) => void;
  /** The broker said that it has so many bytes, and the upload goes on from there. */
  readonly onResume: (offset: number) => void;
}

/** Settles when the broker has acknowledged the last byte. */
export function uploadFile(options: UploadOptions): Promise<void> {
  const { path, sizeBytes, url, token, onProgress, onCut, onResume } = options;
  return new Promise((resolve, reject) => {
    const upload = new Upload(createReadStream(path), {
      // Both: it asks where the broker stands, and creates the upload where there is none yet.
      endpoint: url,
      uploadUrl: url,
      headers: { Authorization: `Bearer ${token}` },
      chunkSize: Math.ceil(sizeBytes / CHUNKS),
      retryDelays: RETRY_DELAYS_MS,
      httpStack: createBreakingLine(Math.floor(sizeBytes / 2), onCut),
      onAfterResponse(request, response) {
        if (request.getMethod() === 'HEAD' && response.getStatus() === 200) {
          onResume(Number(response.getHeader('Upload-Offset')));
        }
      },
      onProgress,
      onSuccess: () => resolve(),
      onError: (error) => reject(new Error(`The upload failed: ${error.message}`)),
    });
    upload.start();
  });
}

/** Node's HTTP, but the socket is destroyed once, when so many bytes of bodies have been handed to it. */
function createBreakingLine(cutAtBytes: number, onCut: (sentBytes: number) => void): HttpStack {
  const stack = new DefaultHttpStack({});
  let sentBytes = 0;
  let isCut = false;
  return {
    getName: () => 'BreakingLine',
    createRequest(method, url) {
      const request = stack.createRequest(method, url);
      const send = request.send.bind(request);
      request.send = (body: unknown) => {
        if (body instanceof Readable) {
          body.on('data', (bytes: Buffer) => {
            sentBytes += bytes.length;
            if (isCut || sentBytes < cutAtBytes) return;
            isCut = true;
            onCut(sentBytes);
            (request.getUnderlyingObject() as ClientRequest).destroy();
            body.destroy();
          });
        }
        return send(body);
      };
      return request;
    },
  };
}
