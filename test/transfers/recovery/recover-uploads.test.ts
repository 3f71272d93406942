/** What a killed broker wrote counts again at the next start. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDiskStorage, type Storage } from '../../../src/storage/index.ts';
import { createUploadEngine, recover, startUpload } from '../../../src/transfers/index.ts';
import { ANNA, callerOf, openTransferScene, SENDER } from '../../support/transfer-scene.ts';

it('bytes that were never flushed are flushed before they count', async () => {
  await using scene = await openTransferScene();
  const { context, database } = scene;
  const disk = await openDiskStorage(join(scene.folder, 'files'));
  const id = await scene.initialize(ANNA);
  await startUpload(context, callerOf(SENDER), id, { length: 10, metadata: null });
  const { key } = await database.read((db) =>
    db
      .selectFrom('file')
      .select('id as key')
      .where('transfer_id', '=', id)
      .executeTakeFirstOrThrow(),
  );
  const flushed: string[] = [];
  const storage: Storage = {
    ...disk,
    async open(name) {
      const blob = await disk.open(name);
      return {
        get size() {
          return blob.size;
        },
        append: (chunks) => blob.append(chunks),
        truncate: (size) => blob.truncate(size),
        async flush() {
          await blob.flush();
          flushed.push(name);
        },
        close: () => blob.close(),
      };
    },
  };
  const onFault = (error: unknown) => {
    throw error;
  };
  const engine = createUploadEngine({ context, storage, onFault });
  // The first start notes the boot of the machine; the second one is on the same boot.
  await recover(context, storage, engine, onFault);
  const writer = await disk.open(key);
  await writer.append([Buffer.from('12345')]);
  await writer.close();
  await recover(context, storage, engine, onFault);
  expect(await disk.size(key)).toBe(5);
  expect((await engine.open(id))?.offset).toBe(5);
  expect(flushed).toEqual([key]);
});
