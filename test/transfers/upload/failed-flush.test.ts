/** A disk that fails to keep bytes says so once: what it may have lost counts no more, and is sent again. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { type Disk, openDiskStorage, realDisk } from '../../../src/storage/index.ts';
import { createUploadEngine, startUpload } from '../../../src/transfers/index.ts';
import { ANNA, callerOf, openTransferScene, SENDER } from '../../support/transfer-scene.ts';

const CONTENT = 'helloworld';

/** An upload on a disk whose flushes fail while a test wants them to. */
async function openScene(length = CONTENT.length) {
  const scene = await openTransferScene();
  const failing = { isOn: false };
  const disk: Disk = {
    ...realDisk,
    async open(path, flags, mode) {
      const file = await realDisk.open(path, flags, mode);
      const datasync = file.datasync.bind(file);
      file.datasync = async () => {
        if (failing.isOn) throw new Error('EIO: i/o error');
        await datasync();
      };
      return file;
    },
  };
  const storage = await openDiskStorage(join(scene.folder, 'files'), disk);
  const faults: unknown[] = [];
  const { context } = scene;
  const engine = createUploadEngine({ context, storage, onFault: (error) => faults.push(error) });
  const id = await scene.initialize(ANNA);
  await startUpload(context, callerOf(SENDER), id, { length, metadata: null });
  const open = async () => {
    const session = await engine.open(id);
    if (session === undefined) throw new Error('The upload has ended.');
    return session;
  };
  return {
    ...scene,
    failing,
    engine,
    open,
    async receive(bytes: string | Buffer) {
      const session = await open();
      const { signal } = new AbortController();
      return session.receive(Readable.from([Buffer.from(bytes)]), { signal });
    },
    file: () =>
      scene.database.read((db) =>
        db
          .selectFrom('file')
          .innerJoin('transfer', 'transfer.id', 'file.transfer_id')
          .select(['status', 'sha256'])
          .where('transfer_id', '=', id)
          .executeTakeFirstOrThrow(),
      ),
    async [Symbol.asyncDispose]() {
      await engine.stop();
      await scene[Symbol.asyncDispose]();
    },
  };
}

it.each([
  ['in the middle', 'lowor'],
  ['at the last byte', 'loworld'],
])('an upload whose flush failed %s goes on from the last one that did not', async (_, lost) => {
  await using scene = await openScene();
  await scene.receive('hel');
  const before = await scene.open();
  scene.failing.isOn = true;
  await expect(scene.receive(lost)).rejects.toThrow('EIO');
  scene.failing.isOn = false;
  // Nobody who has waited meanwhile goes on from what may not be there.
  expect(before.offset).toBe(3);
  expect(before.ended).toMatchObject({ code: 'UPLOAD_BUSY' });
  expect((await scene.open()).offset).toBe(3);
  await scene.receive('loworld');
  expect(await scene.file()).toEqual({
    status: 'PUBLISHED',
    sha256: createHash('sha256').update(CONTENT).digest('hex'),
  });
});

it('what comes while a flush fails beside it counts no more either', async () => {
  const mebibyte = 1024 * 1024;
  await using scene = await openScene(100 * mebibyte);
  scene.failing.isOn = true;
  // Enough for a flush beside the request, and more behind it.
  await expect(scene.receive(Buffer.alloc(70 * mebibyte))).rejects.toThrow('EIO');
  scene.failing.isOn = false;
  expect((await scene.open()).offset).toBe(0);
  const { upload } = await scene.database.read(async (db) => ({
    upload: await db.selectFrom('upload').select('offset_flushed').executeTakeFirstOrThrow(),
  }));
  expect(upload.offset_flushed).toBe(0);
});
