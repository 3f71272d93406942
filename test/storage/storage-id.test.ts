import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDiskStorage } from '../../src/storage/index.ts';
import { makeTemporaryFolder } from '../support/temporary-folder.ts';

const ID = '01890000-0000-7000-8000-00000000000a';
const OTHER = '01890000-0000-7000-8000-00000000000b';

it('there is none in a new folder', async () => {
  await using folder = await makeTemporaryFolder();
  expect(await (await openDiskStorage(folder.path)).readId()).toBeNull();
});

it('is what was written last, in a file that its owner alone can read', async () => {
  await using folder = await makeTemporaryFolder();
  const storage = await openDiskStorage(folder.path);
  await storage.writeId(ID);
  expect(await storage.readId()).toBe(ID);
  await storage.writeId(OTHER);
  expect(await (await openDiskStorage(folder.path)).readId()).toBe(OTHER);
  const path = join(folder.path, 'storage-id');
  expect(await readFile(path, 'utf8')).toBe(`${OTHER}\n`);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder.path)).toEqual(['storage-id']);
});

it('is one of them where several write at once', async () => {
  await using folder = await makeTemporaryFolder();
  const storage = await openDiskStorage(folder.path);
  const ids = Array.from({ length: 10 }, (_, index) => `history-${index}`);
  await Promise.all(ids.map((id) => storage.writeId(id)));
  expect(ids).toContain(await storage.readId());
  expect(await readdir(folder.path)).toEqual(['storage-id']);
});

it('is read as an operator wrote it', async () => {
  await using folder = await makeTemporaryFolder();
  await writeFile(join(folder.path, 'storage-id'), `  ${ID}\r\n\n`);
  expect(await (await openDiskStorage(folder.path)).readId()).toBe(ID);
});

it('is not taken for missing where it can’t be read', async () => {
  await using folder = await makeTemporaryFolder();
  await mkdir(join(folder.path, 'storage-id'));
  const storage = await openDiskStorage(folder.path);
  await expect(storage.readId()).rejects.toThrow('EISDIR');
  await expect(storage.writeId(ID)).rejects.toThrow('EISDIR');
  expect(await readdir(folder.path)).toEqual(['storage-id']);
});

it.each([
  ['empty', ''],
  ['ends with a space', `${ID} `],
  ['is too long to be one', 'a'.repeat(1000)],
])('that is no id, since it %s, is refused', async (_, id) => {
  await using folder = await makeTemporaryFolder();
  const storage = await openDiskStorage(folder.path);
  await expect(storage.writeId(id)).rejects.toThrow('is not the id of a storage');
  expect(await storage.readId()).toBeNull();
});
