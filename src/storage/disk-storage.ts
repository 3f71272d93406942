/** Blobs as files of one folder, which is the broker's own. */
import { dirname, join, resolve } from 'node:path';
import { type BlobFolders, openBlobFolders } from './blob-folders.ts';
import { blobPath, isBlobFolder, isBlobIn } from './blob-path.ts';
import { createBlobReader } from './blob-reader.ts';
import { type Disk, type DiskFile, flushFolder, hasCode, isMissing, realDisk } from './disk.ts';
import {
  type BlobReader,
  type BlobWriter,
  type Storage,
  StorageFullError,
  type StoredBlob,
} from './storage.ts';
import { readStorageId, writeStorageId } from './storage-id.ts';
import { isFull, writeAll } from './write-all.ts';

/** Opens the storage in a folder, making the folder where there is none. Throws what the disk throws. */
export async function openDiskStorage(path: string, disk: Disk = realDisk): Promise<Storage> {
  const folder = resolve(path);
  const folders = await openBlobFolders(disk, folder);
  const pathOf = (key: string) => blobPath(folder, key);

  return {
    name: 'disk',
    open: (key) => openBlob(disk, folders, pathOf(key)),
    async size(key) {
      try {
        return (await disk.stat(pathOf(key))).size;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async read(key, range): Promise<BlobReader | undefined> {
      let file: DiskFile;
      try {
        file = await disk.open(pathOf(key), 'r');
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
      return createBlobReader(file, range);
    },
    async remove(key) {
      const path = pathOf(key);
      try {
        await disk.unlink(path);
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
      // Also where it had gone: who removed it may have died before flushing this.
      await flushFolder(disk, dirname(path)).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    },
    list: () => listBlobs(disk, folder),
    readId: () => readStorageId(disk, folder),
    writeId: (id) => writeStorageId(disk, folder, id),
  };
}

async function* listBlobs(disk: Disk, folder: string): AsyncGenerator<readonly StoredBlob[]> {
  const names = (await disk.readdir(folder)).map(({ name }) => name);
  for (const name of names.filter(isBlobFolder)) {
    const entries = await disk.readdir(join(folder, name)).catch((error: unknown) => {
      // A file of such a name is none of ours; a folder may have been taken away meanwhile.
      if (hasCode(error, 'ENOTDIR', 'ENOENT')) return [];
      throw error;
    });
    const blobs = entries
      .filter((entry) => isBlobIn(name, entry.name) && entry.isFile())
      .map((entry) => ({ key: entry.name }));
    if (blobs.length > 0) yield blobs;
  }
}

async function openBlob(disk: Disk, folders: BlobFolders, path: string): Promise<BlobWriter> {
  const file = await openForAppending(disk, folders, path);
  let size = (await file.stat()).size;
  let flushedFolder = false;

  return {
    get size() {
      return size;
    },
    append: (chunks) =>
      writeAll(file, chunks, size, (written) => {
        size += written;
      }),
    async truncate(to) {
      await file.truncate(to);
      size = to;
    },
    async flush() {
      try {
        await file.datasync();
      } catch (error) {
        // Some file systems find room for what was written only now.
        throw isFull(error) ? new StorageFullError('The disk has no room left.') : error;
      }
      if (flushedFolder) return;
      // A file outlasts a power cut only with its name, and who made it may have died before flushing that.
      await flushFolder(disk, dirname(path));
      flushedFolder = true;
    },
    close: () => file.close(),
  };
}

/** Not O_APPEND: positions are ours, so that a write that was cut short can be finished. */
async function openForAppending(disk: Disk, folders: BlobFolders, path: string): Promise<DiskFile> {
  for (;;) {
    try {
      return await disk.open(path, 'r+');
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    await folders.ensure(dirname(path));
    try {
      return await disk.open(path, 'wx+', 0o600);
    } catch (error) {
      if (isMissing(error)) folders.forget(dirname(path));
      // Somebody else made it meanwhile.
      else if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}
