/** Blobs as files of one folder, spread over 256 folders below it so that none grows too large. */
import { type FileHandle, mkdir, open, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createBlobReader } from './blob-reader.ts';
import { type BlobReader, type BlobWriter, type Storage, StorageFullError } from './storage.ts';

/** The system takes at most 1024 buffers in one gathered write. */
const MAX_BUFFERS = 1024;

/** A key is made by the broker (an id); nothing else may become a path. */
const KEY = /^[0-9a-f][0-9a-f-]{6,62}[0-9a-f]$/;

export async function openDiskStorage(folder: string): Promise<Storage> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await flushFolder(dirname(folder));

  function pathOf(key: string): string {
    if (!KEY.test(key)) throw new Error(`"${key}" is not a storage key.`);
    return join(folder, key.slice(-2), key);
  }

  return {
    name: 'disk',
    open: (key) => openBlob(pathOf(key)),
    async size(key) {
      try {
        return (await stat(pathOf(key))).size;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async read(key, range): Promise<BlobReader | undefined> {
      let handle: FileHandle;
      try {
        handle = await open(pathOf(key), 'r');
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
      return createBlobReader(handle, range);
    },
    async remove(key) {
      const path = pathOf(key);
      try {
        await unlink(path);
      } catch (error) {
        if (isMissing(error)) return;
        throw error;
      }
      await flushFolder(dirname(path));
    },
  };
}

async function openBlob(path: string): Promise<BlobWriter> {
  const handle = await openForAppending(path);
  let size = (await handle.stat()).size;
  let flushedFolder = false;

  return {
    get size() {
      return size;
    },
    async append(chunks) {
      try {
        await writeAll(handle, chunks, size, (written) => {
          size += written;
        });
      } catch (error) {
        throw isFull(error) ? new StorageFullError('The disk has no room left.') : error;
      }
    },
    async truncate(to) {
      await handle.truncate(to);
      size = to;
    },
    async flush() {
      await handle.datasync();
      if (flushedFolder) return;
      // A file outlasts a power cut only with its name, and who made it may have died before flushing that.
      await flushFolder(dirname(path));
      flushedFolder = true;
    },
    close: () => handle.close(),
  };
}

/** Not O_APPEND: positions are ours, so that a write that was cut short can be finished. */
async function openForAppending(path: string): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(path, 'r+');
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    const folder = dirname(path);
    if ((await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined) {
      await flushFolder(dirname(folder));
    }
    try {
      return await open(path, 'wx+', 0o600);
    } catch (error) {
      // Somebody else made it meanwhile.
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

async function writeAll(
  handle: FileHandle,
  chunks: readonly Buffer[],
  position: number,
  onWritten: (bytes: number) => void,
): Promise<void> {
  let rest = chunks.filter((chunk) => chunk.length > 0);
  let at = position;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest.slice(0, MAX_BUFFERS), at);
    if (bytesWritten === 0) throw new StorageFullError('The disk took no more bytes.');
    at += bytesWritten;
    onWritten(bytesWritten);
    rest = dropBytes(rest, bytesWritten);
  }
}

/** What is left of the chunks after so many bytes of them. */
function dropBytes(chunks: readonly Buffer[], bytes: number): Buffer[] {
  let left = bytes;
  let index = 0;
  for (const chunk of chunks) {
    if (chunk.length > left) break;
    left -= chunk.length;
    index += 1;
  }
  const [first, ...others] = chunks.slice(index);
  return first === undefined ? [] : [first.subarray(left), ...others];
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT');
}

function isFull(error: unknown): boolean {
  // EFBIG comes from a limit on the size of files, EDQUOT from a quota.
  return hasCode(error, 'ENOSPC', 'EDQUOT', 'EFBIG');
}
