import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BlobReader } from '../../src/storage/blob-reader.ts';

const MEBIBYTE = 1024 * 1024;

async function openReader(content: Buffer, start = 0, end = content.length) {
  const folder = await mkdtemp(join(tmpdir(), 'ferje-blob-'));
  const path = join(folder, 'blob');
  await writeFile(path, content);
  const reader = new BlobReader(await open(path, 'r'), { start, end });
  return {
    reader,
    async [Symbol.asyncDispose]() {
      reader.destroy();
      await rm(folder, { recursive: true });
    },
  };
}

test('chunks that are handed back are filled again, and the bytes stay those of the file', async () => {
  const content = randomBytes(20 * MEBIBYTE + 12_345);
  await using scene = await openReader(content, 678);
  const digest = createHash('sha256');
  const memory = new Set<ArrayBufferLike>();
  for await (const chunk of scene.reader as AsyncIterable<Buffer>) {
    digest.update(chunk);
    memory.add(chunk.buffer);
    scene.reader.recycle(chunk);
  }
  expect(digest.digest('hex')).toBe(
    createHash('sha256').update(content.subarray(678)).digest('hex'),
  );
  expect(memory.size).toBeLessThan(5);
});

test('chunks that are kept stay as they are', async () => {
  const content = randomBytes(5 * MEBIBYTE + 1);
  await using scene = await openReader(content);
  expect(Buffer.concat(await scene.reader.toArray()).equals(content)).toBe(true);
});

test('a piece that was cut out of a chunk is not filled again', async () => {
  const content = randomBytes(3 * MEBIBYTE);
  await using scene = await openReader(content);
  const read: Buffer[] = [];
  scene.reader.on('readable', () => {
    for (;;) {
      const piece: Buffer | null = scene.reader.read(100_000) ?? scene.reader.read();
      if (piece === null) return;
      read.push(Buffer.from(piece));
      scene.reader.recycle(piece);
    }
  });
  await new Promise((resolve) => scene.reader.on('close', resolve));
  expect(Buffer.concat(read).equals(content)).toBe(true);
});

test('a file that ends before the range does is read to its end', async () => {
  const content = randomBytes(1000);
  await using scene = await openReader(content, 900, 2000);
  expect(Buffer.concat(await scene.reader.toArray()).equals(content.subarray(900))).toBe(true);
});
