/** A purge that is cut in the middle, and what else may come to a transfer meanwhile. */
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { openDiskStorage, type Storage } from '../../src/storage/index.ts';
import {
  createUploadEngine,
  meetDeadline,
  processFile,
  recover,
  startDownload,
  startUpload,
} from '../../src/transfers/index.ts';
import { judgeDigests, judgeScan } from '../../src/transfers/upload/judge-upload.ts';
import { ANNA, callerOf, openTransferScene, SENDER } from '../support/transfer-scene.ts';

const DAY = 86_400_000;

/** A scene whose storage can die after it has deleted a blob. */
async function openScene() {
  const scene = await openTransferScene();
  const { context, database, clock } = scene;
  const disk = await openDiskStorage(join(scene.folder, 'files'));
  const power = { isCut: false };
  const storage: Storage = {
    ...disk,
    async remove(key) {
      await disk.remove(key);
      if (power.isCut) throw new Error('The power was cut.');
    },
  };
  const onFault = (error: unknown) => {
    throw error;
  };
  const engine = createUploadEngine({ context, storage, onFault });
  return {
    ...scene,
    storage,
    engine,
    async upload(id: string, bytes: string, length = bytes.length) {
      await startUpload(context, callerOf(SENDER), id, { length, metadata: null });
      const session = await engine.open(id);
      const { signal } = new AbortController();
      return session?.receive(Readable.from([Buffer.from(bytes)]), { signal });
    },
    /** It expires, its bytes go, and then the power is cut. */
    async expireHalfWay(id: string) {
      clock.time += 30 * DAY;
      power.isCut = true;
      await expect(meetDeadline(context, storage, engine, id)).rejects.toThrow('cut');
      power.isCut = false;
    },
    meetDeadline: (id: string) => meetDeadline(context, storage, engine, id),
    processFile: (id: string) => processFile(context, storage, engine, id),
    async historyOf(id: string) {
      const { status, events } = await database.read(async (db) => ({
        status: await db
          .selectFrom('transfer')
          .select('status')
          .where('id', '=', id)
          .executeTakeFirstOrThrow(),
        events: await db
          .selectFrom('event')
          .select('type')
          .where('transfer_id', '=', id)
          .orderBy('position')
          .execute(),
      }));
      return [status.status, ...events.map(({ type }) => type)];
    },
    async [Symbol.asyncDispose]() {
      await engine.stop();
      await scene[Symbol.asyncDispose]();
    },
  };
}

/** A transfer in processing: its file waits for a scanner that there is none of. */
async function waitForScanner(scene: Awaited<ReturnType<typeof openScene>>): Promise<string> {
  const id = await scene.initialize(ANNA);
  await scene.database.write((tx) =>
    tx.updateTable('transfer').set({ scan_status: 'PENDING' }).where('id', '=', id).execute(),
  );
  await scene.upload(id, 'hello');
  return id;
}

const PROCESSED = ['FILE_TRANSFER_INITIALIZED', 'UPLOAD_STARTED', 'UPLOAD_PROCESSING'];

it('a file in processing whose purge was cut is not lost, nor published by a late verdict', async () => {
  await using scene = await openScene();
  const id = await waitForScanner(scene);
  await scene.expireHalfWay(id);
  // Its bytes are gone, and all else that could say something of them comes first.
  await scene.processFile(id);
  await judgeScan(scene.context, id, null);
  await judgeDigests(scene.context, id, { sha256: 'a'.repeat(64), md5: null });
  expect(await scene.historyOf(id)).toEqual(['UPLOAD_PROCESSING', ...PROCESSED]);
  await scene.meetDeadline(id);
  expect(await scene.historyOf(id)).toEqual(['PURGED', ...PROCESSED, 'FILE_DELETED']);
});

it('a purge that was cut is carried on though the clock was set back, and not taken for lost bytes', async () => {
  await using scene = await openScene();
  const id = await scene.initialize(ANNA);
  await scene.upload(id, 'hello');
  await scene.expireHalfWay(id);
  scene.clock.time -= DAY;
  const onFault = (error: unknown) => {
    throw error;
  };
  await recover(scene.context, scene.storage, scene.engine, onFault);
  expect(await startDownload(scene.context, callerOf(ANNA), id)).toMatchObject({
    ok: false,
    error: { code: 'FILE_NOT_AVAILABLE', gone: true },
  });
  await scene.meetDeadline(id);
  expect(await scene.historyOf(id)).toEqual([
    'PURGED',
    ...PROCESSED,
    'PUBLISHED',
    'FILE_DELETED',
    'FILE_NEVER_CONFIRMED_DOWNLOADED',
  ]);
});

it('a cancel between the deletion and the end of a purge has the last word, and the deletion is told once', async () => {
  await using scene = await openScene();
  const id = await scene.initialize(ANNA);
  await scene.upload(id, 'hello');
  await scene.expireHalfWay(id);
  await scene.cancel(id);
  await scene.meetDeadline(id);
  await scene.deleteFile(id);
  expect(await scene.historyOf(id)).toEqual([
    'CANCELLED',
    ...PROCESSED,
    'PUBLISHED',
    'FILE_TRANSFER_CANCELLED',
    'FILE_DELETED',
  ]);
});

it('an upload whose bytes are still coming is not given up, though none was noted for a day', async () => {
  await using scene = await openScene();
  const id = await scene.initialize(ANNA);
  await startUpload(scene.context, callerOf(SENDER), id, { length: 10, metadata: null });
  const session = await scene.engine.open(id);
  const body = new Readable({ read() {} });
  const stop = new AbortController();
  const receiving = session?.receive(body, { signal: stop.signal });
  scene.clock.time += DAY - 1;
  const landed = new Promise<void>((resolve) => scene.engine.progress.watch(id, resolve));
  body.push('half');
  await landed;
  scene.clock.time += 1;
  await scene.meetDeadline(id);
  expect(await scene.historyOf(id)).toEqual(['UPLOAD_STARTED', ...PROCESSED.slice(0, 2)]);
  stop.abort();
  await receiving;
  scene.clock.time += DAY;
  await scene.meetDeadline(id);
  expect((await scene.historyOf(id))[0]).toBe('FAILED');
});
