/** A small file beside the blobs that says which history they belong to. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Disk, type DiskFile, flushFolder, isMissing } from './disk.ts';
import { writeAll } from './write-all.ts';

const NAME = 'storage-id';
/** Bytes; an id is a few dozen. */
const MAX_BYTES = 200;

/** The id as it was written; null where there is none. */
export async function readStorageId(disk: Disk, folder: string): Promise<string | null> {
  let file: DiskFile;
  try {
    file = await disk.open(join(folder, NAME), 'r');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  try {
    const buffer = Buffer.alloc(MAX_BYTES);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.toString('utf8', 0, bytesRead).trim();
  } finally {
    await file.close();
  }
}

/** Writes the id, or another in its place; whoever reads it, now or after a power cut, sees the one or the other, whole. */
export async function writeStorageId(disk: Disk, folder: string, id: string): Promise<void> {
  const bytes = Buffer.from(`${id}\n`);
  if (id === '' || id.trim() !== id || bytes.length > MAX_BYTES) {
    throw new Error(`"${id}" is not the id of a storage.`);
  }
  // A name of its own: another broker may be doing the same.
  const draft = join(folder, `${NAME}.${randomUUID()}`);
  try {
    const file = await disk.open(draft, 'wx', 0o600);
    try {
      await writeAll(file, [bytes], 0, () => undefined);
      await file.sync();
    } finally {
      await file.close();
    }
    await disk.rename(draft, join(folder, NAME));
  } catch (error) {
    await disk.unlink(draft).catch(() => undefined);
    throw error;
  }
  await flushFolder(disk, folder);
}
