/** Streams bytes as the body of a response whose head has announced how many they are. */
import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';

/** Ends the response when all bytes have gone out. Throws, and leaves it open, where there are fewer than were announced. */
export async function sendBytes(
  bytes: Readable,
  res: ServerResponse,
  length: number,
): Promise<void> {
  let sent = 0;
  bytes.on('data', (chunk: Buffer) => {
    sent += chunk.length;
  });
  await pipeline(bytes, res, { end: false });
  // An end would say nothing: on a connection that is kept the client would wait for the rest.
  if (sent !== length) throw new Error(`The stored file has ${sent} of ${length} bytes.`);
  res.end();
  await finished(res);
}
