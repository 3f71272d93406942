/** The file access that the disk storage needs and nothing more, so that a test can hand it a disk that loses power. */
import { mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Files by path, as `node:fs/promises` has them, errors included. What is written outlasts a power cut when its file has been
 * flushed; a name (made, moved or taken away) when the folder that it stands in has been.
 */
export interface Disk {
  /** `wx` and `wx+` make the file, and fail with EEXIST where it is there. A folder is opened by `r`. */
  open(path: string, flags: 'r' | 'r+' | 'wx' | 'wx+', mode?: number): Promise<DiskFile>;
  /** Makes one folder; EEXIST where something is there. */
  mkdir(path: string, options: { readonly mode: number }): Promise<void>;
  /** What stands in a folder. */
  readdir(path: string): Promise<readonly DiskEntry[]>;
  stat(path: string): Promise<{ readonly size: number; isDirectory(): boolean }>;
  /** In the place of what has the new name already. */
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

/** A name in a folder. */
export interface DiskEntry {
  readonly name: string;
  /** A regular file: no folder, link or device. */
  isFile(): boolean;
}

/** An open file, or an open folder, which can do no more than be flushed and closed. Sizes and positions are bytes. */
export interface DiskFile {
  stat(): Promise<{ readonly size: number }>;
  /** Reads at a position into a stretch of the buffer; may answer fewer bytes than asked for. */
  read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  /** Writes at a position; may take fewer bytes than given. */
  writev(buffers: readonly Buffer[], position: number): Promise<{ readonly bytesWritten: number }>;
  truncate(size: number): Promise<void>;
  /** Flushes the bytes and what is needed to find them, such as the size. */
  datasync(): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The file system of this machine. */
export const realDisk: Disk = {
  open,
  mkdir,
  readdir: (path) => readdir(path, { withFileTypes: true }),
  stat,
  rename,
  unlink,
};

/** Makes what stands in a folder outlast a power cut: names, not what the files hold. */
export async function flushFolder(disk: Disk, path: string): Promise<void> {
  const folder = await disk.open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Makes a folder, where there is none, and those above it, for its owner alone. Each name outlasts a power cut before
 * anything is made below it, so that of a half-made path only the last may have to be flushed again.
 */
export async function makeFolder(disk: Disk, path: string): Promise<void> {
  const parent = dirname(path);
  if (await isThere(disk, path)) {
    await flushFolder(disk, parent).catch((error: unknown) => {
      // In a folder that is closed to the broker, or on a file system that is not to be written, it made nothing.
      if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'EINVAL', 'ENOTSUP')) throw error;
    });
    return;
  }
  await makeFolder(disk, parent);
  await makeSubFolder(disk, path);
}

/** The same in a folder that is there for good. Throws ENOENT where it is not. */
export async function makeSubFolder(disk: Disk, path: string): Promise<void> {
  try {
    await disk.mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  // Also where it was there: who made it may not have come so far.
  await flushFolder(disk, dirname(path));
}

/** Whether the folder is there. Throws where something else is. */
async function isThere(disk: Disk, path: string): Promise<boolean> {
  try {
    if ((await disk.stat(path)).isDirectory()) return true;
    throw new Error(`${path} is no folder`);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Whether the system gave this error one of the codes, such as ENOENT. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Whether there was nothing under the path that was asked for. */
export function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT');
}
