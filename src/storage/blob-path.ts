/** Where a blob lies: its file has the key as its name, in one of 256 folders, so that none of them grows too large. */
import { join } from 'node:path';

/** A key is made by the broker (an id); nothing else may become a path. */
const KEY = /^[0-9a-f][0-9a-f-]{6,62}[0-9a-f]$/;
const FOLDER = /^[0-9a-f-][0-9a-f]$/;

/** The path of a blob's file; throws where the key is none. */
export function blobPath(folder: string, key: string): string {
  if (!KEY.test(key)) throw new Error(`"${key}" is not a storage key.`);
  return join(folder, folderOf(key), key);
}

/** Whether a folder of this name may hold blobs. */
export function isBlobFolder(name: string): boolean {
  return FOLDER.test(name);
}

/** Whether a file of this name in one of the folders is a blob: then the name is its key. */
export function isBlobIn(folderName: string, name: string): boolean {
  return KEY.test(name) && folderOf(name) === folderName;
}

/** The end of a key is its random part. */
function folderOf(key: string): string {
  return key.slice(-2);
}
