/** The folders that blobs lie in. A file outlasts a power cut only with its folder, so no file is made before that does. */
import { join } from 'node:path';
import { isBlobFolder } from './blob-path.ts';
import { type Disk, flushFolder, isMissing, makeFolder, makeSubFolder } from './disk.ts';

/** Those folders of one storage; paths are whole ones. */
export interface BlobFolders {
  /** Settles when the folder is there for good. Costs nothing where it was before. */
  ensure(path: string): Promise<void>;
  /** Somebody took the folder away: the next `ensure` makes it again. */
  forget(path: string): void;
}

/** `folder` holds them all; it is made where there is none. Throws what the disk throws. */
export async function openBlobFolders(disk: Disk, folder: string): Promise<BlobFolders> {
  await makeFolder(disk, folder);
  const names = (await disk.readdir(folder)).map(({ name }) => name).filter(isBlobFolder);
  // Who made them may have died before flushing this.
  await flushFolder(disk, folder);
  const lasting = new Map(names.map((name) => [join(folder, name), Promise.resolve()]));

  async function make(path: string): Promise<void> {
    try {
      await makeSubFolder(disk, path);
    } catch (error) {
      if (!isMissing(error)) throw error;
      // The storage itself was taken away.
      await makeFolder(disk, path);
    }
  }

  return {
    ensure(path) {
      const known = lasting.get(path);
      // Also while another upload is still making it: neither may count before the folder's name does.
      if (known !== undefined) return known;
      const making = make(path);
      lasting.set(path, making);
      making.catch(() => lasting.delete(path));
      return making;
    },
    forget(path) {
      lasting.delete(path);
    },
  };
}
