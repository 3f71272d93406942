/** The limit of a download: a bare Node server that sends a file, read 1 MiB at a time. Its argument is the folder. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { serveBare } from './serve-bare.ts';

const READ_BYTES = 1024 * 1024;
const [folder = '.'] = process.argv.slice(2);

serveBare(async (req, res) => {
  const file = await open(join(folder, req.url ?? ''), 'r');
  const { size } = await file.stat();
  res.writeHead(200, { 'Content-Length': size });
  await pipeline(file.createReadStream({ highWaterMark: READ_BYTES }), res);
});
