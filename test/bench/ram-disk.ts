/** A folder on a RAM disk, so that no disk decides a benchmark. It is removed however the program ends, short of SIGKILL. */
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const RAM_DISK = '/dev/shm';

export function makeRamFolder(): string {
  const folder = mkdtempSync(join(RAM_DISK, 'ferje-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Removes every file below a folder and leaves the folders, since a server may still count on them. */
export async function removeFiles(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  await Promise.all(files.map((entry) => rm(join(entry.parentPath, entry.name))));
}
