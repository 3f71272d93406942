/** A disk that fails to keep bytes says so once: what it may have lost counts no more, and is sent again. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import type { Database } from '../../../src/database/index.ts';
import { type Disk, openDiskStorage, realDisk } from '../../../src/storage/index.ts';
import { createUploadEngine, processFile, startUpload } from '../../../src/transfers/index.ts';
import type { ReceiveOptions } from '../../../src/transfers/upload/upload-session.ts';
import { ANNA, callerOf, openTransferScene, SENDER } from '../../support/transfer-scene.ts';
import { holdCall } from '../../support/upload-room.ts';

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
  const hooks: { beforeWrite: () => Promise<void> } = { beforeWrite: async () => {} };
  const database: Database = {
    ...scene.database,
    async write(command) {
      await hooks.beforeWrite();
      return scene.database.write(command);
    },
  };
  const context = { ...scene.context, database };
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
    hooks,
    id,
    engine,
    open,
    async receive(bytes: string | Buffer, more: Partial<ReceiveOptions> = {}) {
      const session = await open();
      const { signal } = new AbortController();
      return session.receive(Readable.from([Buffer.from(bytes)]), { signal, ...more });
    },
    /** What has become of it, once a digest that is still catching up has done so. */
    async file() {
      await processFile(context, storage, engine, id);
      return scene.database.read((db) =>
        db
          .selectFrom('file')
          .innerJoin('transfer', 'transfer.id', 'file.transfer_id')
          .select(['status', 'sha256'])
          .where('transfer_id', '=', id)
          .executeTakeFirstOrThrow(),
      );
    },
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

const sha256 = (text: string) => ({
  checksum: {
    algorithm: 'sha256' as const,
    digest: createHash('sha256').update(text).digest(),
  },
});

it('a piece with a checksum is told of when it is noted: until then a restart would take it back', async () => {
  await using scene = await openScene();
  await scene.receive('hel');
  // The first commit notes that a piece comes, the second one that it counts.
  const noting = holdCall(2);
  scene.hooks.beforeWrite = noting.hook;
  const receiving = scene.receive('lowor', sha256('lowor'));
  await noting.arrived;
  expect(scene.engine.progress.currentOffset(scene.id)).toBe(3);
  noting.release();
  expect(await receiving).toEqual({ end: 'complete' });
  expect(scene.engine.progress.currentOffset(scene.id)).toBe(8);
});

it('a piece with a checksum that could not be noted is sent again', async () => {
  await using scene = await openScene();
  await scene.receive('hel');
  let writes = 0;
  scene.hooks.beforeWrite = async () => {
    writes += 1;
    if (writes === 2) throw new Error('The database is away.');
  };
  await expect(scene.receive('loworld', sha256('loworld'))).rejects.toThrow('away');
  expect((await scene.open()).offset).toBe(3);
  await scene.receive('loworld', sha256('loworld'));
  expect(await scene.file()).toEqual({
    status: 'PUBLISHED',
    sha256: createHash('sha256').update(CONTENT).digest('hex'),
  });
});
