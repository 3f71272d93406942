import { createHash, randomBytes } from 'node:crypto';
import {
  appendFile,
  mkdir,
  readdir,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type BlobReader,
  openDiskStorage,
  type Storage,
  StorageFullError,
} from '../../src/storage/index.ts';
import { makeTemporaryFolder } from '../support/temporary-folder.ts';

const KEY = '01890000-0000-7000-8000-0000000000ab';
const OTHER = '01890000-0000-7000-8000-0000000000cd';

async function openScene() {
  const temporary = await makeTemporaryFolder();
  const folder = join(temporary.path, 'deep', 'files');
  return {
    folder,
    storage: await openDiskStorage(folder),
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
}

async function store(storage: Storage, key: string, ...chunks: readonly Buffer[]): Promise<void> {
  const writer = await storage.open(key);
  await writer.append(chunks);
  await writer.flush();
  await writer.close();
}

async function readAll(storage: Storage, key: string, start = 0, end = 1e9): Promise<string> {
  return (await readRest(await reading(storage, key, start, end))).toString();
}

async function reading(storage: Storage, key: string, start = 0, end = 1e9): Promise<BlobReader> {
  const bytes = await storage.read(key, { start, end });
  if (bytes === undefined) throw new Error('There is no such blob.');
  return bytes;
}

/** All that a reader still has; it is closed then. */
async function readRest(reader: BlobReader): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (;;) {
    const memory = Buffer.alloc(100_000);
    const read = await reader.fill(memory);
    if (read === 0) break;
    chunks.push(memory.subarray(0, read));
  }
  await reader.close();
  return Buffer.concat(chunks);
}

describe('a blob', () => {
  it('grows at its end, also when it is opened again', async () => {
    await using scene = await openScene();
    const { storage } = scene;
    const writer = await storage.open(KEY);
    expect(writer.size).toBe(0);
    await writer.append([Buffer.from('one '), Buffer.from('two ')]);
    expect(writer.size).toBe(8);
    await writer.append([Buffer.from('three ')]);
    await writer.close();
    const again = await storage.open(KEY);
    expect(again.size).toBe(14);
    await again.append([Buffer.from('four')]);
    await again.close();
    expect(await storage.size(KEY)).toBe(18);
    expect(await readAll(storage, KEY)).toBe('one two three four');
  });

  it('takes nothing, in no chunk or in empty ones', async () => {
    await using scene = await openScene();
    const { storage } = scene;
    const writer = await storage.open(KEY);
    await writer.append([]);
    await writer.append([Buffer.alloc(0), Buffer.from('a'), Buffer.alloc(0)]);
    expect(writer.size).toBe(1);
    await writer.flush();
    await writer.close();
    expect(await readAll(storage, KEY)).toBe('a');
  });

  it('takes more buffers at once than the system does in one write', async () => {
    await using scene = await openScene();
    const { storage } = scene;
    const chunks = Array.from({ length: 5000 }, (_, index) => randomBytes(index % 97));
    await store(storage, KEY, ...chunks);
    const stored = await readRest(await reading(storage, KEY));
    const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    expect(digest(stored)).toBe(digest(Buffer.concat(chunks)));
  });

  it('is cut down to a size, and grows from there', async () => {
    await using scene = await openScene();
    const { storage } = scene;
    const writer = await storage.open(KEY);
    await writer.append([Buffer.from('0123456789')]);
    await writer.truncate(4);
    expect(writer.size).toBe(4);
    await writer.append([Buffer.from('abc')]);
    await writer.flush();
    await writer.close();
    expect(await readAll(storage, KEY)).toBe('0123abc');
    const again = await storage.open(KEY);
    await again.truncate(0);
    await again.close();
    expect(await storage.size(KEY)).toBe(0);
  });

  it('is apart from every other', async () => {
    await using scene = await openScene();
    const { storage } = scene;
    await store(storage, KEY, Buffer.from('one'));
    await store(storage, OTHER, Buffer.from('other'));
    await storage.remove(KEY);
    expect(await storage.size(KEY)).toBeUndefined();
    expect(await readAll(storage, OTHER)).toBe('other');
  });

  it('has no size and no bytes where there is none', async () => {
    await using scene = await openScene();
    const { storage } = scene;
    expect(await storage.size(KEY)).toBeUndefined();
    expect(await storage.read(KEY, { start: 0, end: 1 })).toBeUndefined();
    expect(await storage.read(KEY, { start: 0, end: 0 })).toBeUndefined();
  });

  it('can be opened by several at once that all make it', async () => {
    await using scene = await openScene();
    const { storage } = scene;
    const writers = await Promise.all(Array.from({ length: 10 }, () => storage.open(KEY)));
    await writers[0]?.append([Buffer.from('a')]);
    for (const writer of writers) await writer.close();
    expect(await readAll(storage, KEY)).toBe('a');
  });

  it('is kept for its owner’s eyes alone', async () => {
    await using scene = await openScene();
    await store(scene.storage, KEY, Buffer.from('secret'));
    const path = join(scene.folder, 'ab', KEY);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(scene.folder, 'ab'))).mode & 0o777).toBe(0o700);
    expect((await stat(scene.folder)).mode & 0o777).toBe(0o700);
  });

  it('says that there is no room, and how much of it is stored', async () => {
    await using scene = await openScene();
    await mkdir(join(scene.folder, 'ab'));
    // The system's own full disk.
    await symlink('/dev/full', join(scene.folder, 'ab', KEY));
    const writer = await scene.storage.open(KEY);
    await expect(writer.append([Buffer.from('a')])).rejects.toThrow(StorageFullError);
    expect(writer.size).toBe(0);
    await writer.close();
  });

  it('is made anew with its folder where somebody took that away', async () => {
    await using scene = await openScene();
    const { storage } = scene;
    await store(storage, KEY, Buffer.from('old'));
    await rm(scene.folder, { recursive: true });
    await store(storage, KEY, Buffer.from('new'));
    expect(await readAll(storage, KEY)).toBe('new');
  });

  it('outlasts the storage that it was written through', async () => {
    await using scene = await openScene();
    await store(scene.storage, KEY, Buffer.from('kept'));
    expect(await readAll(await openDiskStorage(scene.folder), KEY)).toBe('kept');
  });
});

describe('a range', () => {
  it.each([
    ['all of it', 0, 10, '0123456789'],
    ['its beginning', 0, 3, '012'],
    ['its middle', 3, 7, '3456'],
    ['its last byte', 9, 10, '9'],
    ['nothing at its beginning', 0, 0, ''],
    ['nothing in its middle', 5, 5, ''],
    ['nothing at its end', 10, 10, ''],
    ['less than nothing', 7, 3, ''],
    ['more than there is', 8, 100, '89'],
    ['what lies behind its end', 20, 30, ''],
  ])('of a blob is %s', async (_, start, end, text) => {
    await using scene = await openScene();
    await store(scene.storage, KEY, Buffer.from('0123456789'));
    expect(await readAll(scene.storage, KEY, start, end)).toBe(text);
  });

  it('of a blob without bytes is empty', async () => {
    await using scene = await openScene();
    await store(scene.storage, KEY);
    expect(await scene.storage.size(KEY)).toBe(0);
    expect(await readAll(scene.storage, KEY, 0, 0)).toBe('');
  });

  it('ends where it was asked to though the blob grows meanwhile', async () => {
    await using scene = await openScene();
    await store(scene.storage, KEY, Buffer.from('0123'));
    const bytes = await reading(scene.storage, KEY, 1, 4);
    await appendFile(join(scene.folder, 'ab', KEY), '456789');
    expect((await readRest(bytes)).toString()).toBe('123');
  });

  it('is read to its end though the blob is removed meanwhile', async () => {
    await using scene = await openScene();
    const { storage } = scene;
    const bytes = randomBytes(5 * 1024 * 1024);
    await store(storage, KEY, bytes);
    const reader = await reading(storage, KEY, 1, bytes.length);
    const first = Buffer.alloc(1000);
    expect(await reader.fill(first)).toBe(first.length);
    await storage.remove(KEY);
    expect(await storage.size(KEY)).toBeUndefined();
    expect(await storage.read(KEY, { start: 0, end: 1 })).toBeUndefined();
    const rest = await readRest(reader);
    expect(Buffer.concat([first, rest]).equals(bytes.subarray(1))).toBe(true);
  });

  it('closes its file when it is given up', async () => {
    await using scene = await openScene();
    await store(scene.storage, KEY, randomBytes(3 * 1024 * 1024));
    const path = join(scene.folder, 'ab', KEY);
    const reader = await reading(scene.storage, KEY);
    expect(await openFiles(path)).toBe(1);
    const filling = reader.fill(Buffer.alloc(1000));
    await reader.close();
    await reader.close();
    expect(await filling).toBe(1000);
    expect(await openFiles(path)).toBe(0);
    await readAll(scene.storage, KEY, 0, 0);
    expect(await openFiles(path)).toBe(0);
  });
});

describe('removing', () => {
  it('is no error where there is nothing, and can be repeated', async () => {
    await using scene = await openScene();
    const { storage } = scene;
    await storage.remove(KEY);
    await store(storage, KEY, Buffer.from('a'));
    await storage.remove(KEY);
    await storage.remove(KEY);
    expect(await readdir(join(scene.folder, 'ab'))).toEqual([]);
  });
});

describe('a list', () => {
  it('has every blob once, in batches', async () => {
    await using scene = await openScene();
    const { storage } = scene;
    expect(await listed(storage)).toEqual([]);
    const keys = Array.from({ length: 40 }, (_, index) => keyOf(index % 7, index));
    for (const key of keys) await store(storage, key);
    expect((await listed(storage)).flat().sort()).toEqual(keys.sort());
    // As many as there are folders.
    expect(await listed(storage)).toHaveLength(7);
    for (const key of keys.splice(0, 39)) await storage.remove(key);
    expect(await listed(storage)).toEqual([keys]);
  });

  it('passes over what is no blob, and leaves it alone', async () => {
    await using scene = await openScene();
    const { folder, storage } = scene;
    await store(storage, KEY, Buffer.from('mine'));
    await storage.writeId('the-history');
    await mkdir(join(folder, 'lost+found'));
    await mkdir(join(folder, 'cd', OTHER), { recursive: true });
    await mkdir(join(folder, 'xy'));
    await writeFile(join(folder, '00'), 'a file with the name of a folder');
    await writeFile(join(folder, OTHER), 'a blob in no folder');
    await writeFile(join(folder, 'ab', OTHER), 'a blob in the folder of others');
    await writeFile(join(folder, 'ab', 'notes.txt'), 'no blob');
    await writeFile(join(folder, 'xy', '01890000-0000-7000-8000-0000000000xy'), 'no folder');
    await symlink(join(folder, 'ab', KEY), join(folder, 'ab', keyOf(0xab, 1)));
    expect(await listed(storage)).toEqual([[KEY]]);
    expect((await readdir(folder)).sort()).toEqual(
      ['00', OTHER, 'ab', 'cd', 'lost+found', 'storage-id', 'xy'].sort(),
    );
  });

  it('goes on while blobs come and go', async () => {
    await using scene = await openScene();
    const { storage } = scene;
    const keys = Array.from({ length: 20 }, (_, index) => keyOf(index, 0));
    for (const key of keys) await store(storage, key);
    const seen: string[] = [];
    for await (const blobs of storage.list()) {
      for (const { key } of blobs) {
        seen.push(key);
        await storage.remove(key);
        await store(storage, keyOf(0xff, seen.length));
      }
      if (seen.length === 10) await rm(join(scene.folder, '13'), { recursive: true });
    }
    expect(seen).toEqual(expect.arrayContaining(keys.slice(0, 5)));
    expect(seen.length).toBeGreaterThanOrEqual(19);
  });
});

describe('a key', () => {
  it.each([
    ['leads up', '../../../etc/passwd'],
    ['is a folder', '..'],
    ['begins with a slash', '/etc/passwd'],
    ['has a slash', '01890000/0000-7000-8000-0000000000ab'],
    ['has a backslash', '01890000\\0000-7000-8000-0000000000ab'],
    ['has a NUL', '01890000\0'],
    ['has a dot', '01890000.ab'],
    ['has letters that no id has', '01890000-zzzz'],
    ['is in upper case', KEY.toUpperCase()],
    ['ends with a line break', `${KEY}\n`],
    ['begins with a hyphen', '-0189000000ab'],
    ['is too short', 'abcdef'],
    ['is too long', 'a'.repeat(65)],
    ['is empty', ''],
  ])('that %s is refused by every act', async (_, key) => {
    await using scene = await openScene();
    const { storage } = scene;
    const range = { start: 0, end: 1 };
    for (const act of [
      async () => storage.open(key),
      async () => storage.size(key),
      async () => storage.read(key, range),
      async () => storage.remove(key),
    ]) {
      await expect(act()).rejects.toThrow('is not a storage key');
    }
    expect(await readdir(scene.folder)).toEqual([]);
  });
});

/** The keys of a storage's list, batch by batch. */
async function listed(storage: Storage): Promise<string[][]> {
  const batches: string[][] = [];
  for await (const blobs of storage.list()) batches.push(blobs.map(({ key }) => key));
  return batches;
}

/** A key whose blob lies in the folder of a number. */
function keyOf(folder: number, number: number): string {
  const hex = (value: number) => value.toString(16).padStart(2, '0');
  return `01890000-0000-7000-8000-00000000${hex(number)}${hex(folder)}`;
}

/** How many descriptors this process has open on a file. */
async function openFiles(path: string): Promise<number> {
  const descriptors = await readdir('/proc/self/fd');
  const targets = await Promise.all(
    // One of them is the listing itself, which has gone by now.
    descriptors.map((name) => readlink(join('/proc/self/fd', name)).catch(() => '')),
  );
  return targets.filter((target) => target === path).length;
}
