/** Sends bytes as the body of a response whose head has announced how many they are. */
import type { ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { type BlobReader, READ_BYTES } from '../storage/index.ts';

/** While one buffer goes out the next one is filled, so that the socket does not wait; both are used again and again. */
const BUFFERS = 2;

/**
 * Ends the response when all bytes have gone out. Throws, and leaves it open, where there are fewer than were announced, or
 * where the connection has gone.
 */
export async function sendBytes(
  bytes: BlobReader,
  res: ServerResponse,
  length: number,
): Promise<void> {
  const buffers = Array.from({ length: BUFFERS }, () => ({
    memory: Buffer.allocUnsafeSlow(Math.min(READ_BYTES, length)),
    isSent: Promise.resolve(),
  }));
  let left = length;
  while (left > 0) {
    for (const buffer of buffers) {
      await buffer.isSent;
      if (left === 0) break;
      const read = await bytes.fill(buffer.memory.subarray(0, left));
      // An end would say nothing: on a connection that is kept the client would wait for the rest.
      if (read === 0) throw new Error(`The stored file is ${left} of ${length} bytes too short.`);
      left -= read;
      buffer.isSent = send(res, buffer.memory.subarray(0, read));
      // A failure is met where the buffer is needed again, or at the end.
      buffer.isSent.catch(() => undefined);
    }
  }
  await Promise.all(buffers.map(({ isSent }) => isSent));
  res.end();
  await finished(res);
}

/** Settles when the memory may be used again. */
function send(res: ServerResponse, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = () => reject(new DisconnectError());
    res.once('close', onClose);
    res.write(chunk, (error) => {
      res.off('close', onClose);
      if (error) reject(error);
      else resolve();
    });
  });
}

/** The client has gone, or its download was cut. */
export class DisconnectError extends Error {
  override readonly name = 'DisconnectError';
}
