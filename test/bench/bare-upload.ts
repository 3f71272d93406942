/**
 * The limit of an upload: a bare Node server that appends what PATCH brings to a file, in gathered writes of 1 MiB. While
 * one batch is written the next is collected, and the socket waits when that is full. Its argument is the folder.
 */
import { type FileHandle, open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { serveBare } from './serve-bare.ts';

const BATCH_BYTES = 1024 * 1024;
const [folder = '.'] = process.argv.slice(2);

serveBare(async (req, res) => {
  const file = await open(join(folder, req.url ?? ''), 'a');
  await receive(req, file);
  await file.datasync();
  await file.close();
  res.writeHead(204).end();
});

function receive(req: IncomingMessage, file: FileHandle): Promise<void> {
  return new Promise((resolve, reject) => {
    let batch: Buffer[] = [];
    let batchBytes = 0;
    let isWriting = false;
    let hasEnded = false;

    function write(): void {
      const written = batch;
      batch = [];
      batchBytes = 0;
      isWriting = true;
      file.writev(written).then(onWritten, reject);
    }

    function onWritten(): void {
      isWriting = false;
      if (batchBytes >= BATCH_BYTES || (hasEnded && batchBytes > 0)) write();
      else if (hasEnded) resolve();
      req.resume();
    }

    req.on('data', (chunk: Buffer) => {
      batch.push(chunk);
      batchBytes += chunk.length;
      if (batchBytes < BATCH_BYTES) return;
      if (isWriting) req.pause();
      else write();
    });
    req.on('end', () => {
      hasEnded = true;
      if (isWriting) return;
      if (batchBytes > 0) write();
      else resolve();
    });
    req.on('error', reject);
  });
}
