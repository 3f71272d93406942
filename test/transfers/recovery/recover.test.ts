/** Whatever ended a broker: at its next start, what is stored and what the database says agree again. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  begin,
  downloaded,
  HALF,
  patch,
  RECEIVED,
  untilDeleted,
  WHOLE,
} from '../../contract/progress.ts';
import { cancelling, configuring, confirming, look } from '../../contract/steps.ts';
import { clientOf, initialize, openResource, publish, type Scene } from '../../support/api.ts';
import {
  makeDataDir,
  spawnBroker,
  startTestBroker,
  type TestBroker,
} from '../../support/broker.ts';
import { dropDatabaseOf, openDatabaseOf } from '../../support/database-choice.ts';
import { tus } from '../../support/uploads.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await makeDataDir();
});
afterEach(async () => {
  await dropDatabaseOf(dataDir);
  await rm(dataDir, { recursive: true, force: true });
});

const files = () => join(dataDir, 'files');

/** The paths of all blobs. */
async function blobs(): Promise<string[]> {
  const entries = await readdir(files(), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.parentPath !== files())
    .map((entry) => join(entry.parentPath, entry.name));
}

async function onlyBlob(): Promise<string> {
  const [blob, ...others] = await blobs();
  if (blob === undefined || others.length > 0) throw new Error('There is not one blob.');
  return blob;
}

/** As if the machine had been started anew since. */
async function forgetBoot(): Promise<void> {
  const database = await openDatabaseOf(dataDir);
  await database.write((tx) =>
    tx.updateTable('history').set({ boot_id: 'an earlier one' }).execute(),
  );
  await database.close();
}

/** What was done at a broker, looked at from the next one. */
async function lookAgain(broker: TestBroker, { sender }: Scene, id: string) {
  return look(await clientOf(broker, sender.party), id);
}

describe('at its start a broker', () => {
  it('deletes bytes that belong to nothing, and leaves alone what is none of its own', async () => {
    let kept = '';
    {
      await using broker = await startTestBroker({ dataDir });
      await publish(await openResource(broker), WHOLE);
      kept = await onlyBlob();
    }
    const key = randomUUID();
    await mkdir(join(files(), key.slice(-2)), { recursive: true });
    await writeFile(join(files(), key.slice(-2), key), 'nothing');
    await writeFile(join(files(), 'notes.txt'), 'somebody else');
    await using broker = await spawnBroker(dataDir);
    expect(await blobs()).toEqual([kept]);
    expect(await readFile(join(files(), 'notes.txt'), 'utf8')).toBe('somebody else');
    const told = broker.log.map((line) => JSON.parse(line)).filter((l) => l.msg === 'recovered');
    expect(told).toMatchObject([{ orphans: 1, lost: [], resumable: 0 }]);
  });

  it.each([
    ['is gone', (blob: string) => rm(blob), []],
    [
      'lacks bytes, found after a power cut,',
      (blob: string) => truncate(blob, 4),
      ['FILE_DELETED'],
    ],
  ] as const)('fails a published transfer whose file %s', async (_, damage, deleted) => {
    const made = await (async () => {
      await using broker = await startTestBroker({ dataDir });
      const scene = await openResource(broker);
      return { scene, ...(await publish(scene, WHOLE)) };
    })();
    await damage(await onlyBlob());
    await forgetBoot();
    await using broker = await startTestBroker({ dataDir });
    const expected = [...RECEIVED, 'UPLOAD_FAILED', ...deleted];
    await expect
      .poll(async () => (await lookAgain(broker, made.scene, made.id)).events)
      .toEqual(expected);
    expect(await lookAgain(broker, made.scene, made.id)).toMatchObject({
      status: 'FAILED',
      failure: 'UPLOAD_FAILED',
      statusText: expect.stringContaining('lost'),
      fileDeletedAt: deleted.length === 0 ? null : expect.any(String),
    });
    expect(await blobs()).toEqual([]);
  });

  it('fails an upload that lacks bytes which were acknowledged', async () => {
    const made = await (async () => {
      await using broker = await startTestBroker({ dataDir });
      const scene = await openResource(broker);
      const begun = await begin(scene);
      expect(await patch(begun, 0, HALF)).toMatchObject({ status: 204, offset: 5 });
      return { scene, ...begun };
    })();
    await truncate(await onlyBlob(), 3);
    await using broker = await startTestBroker({ dataDir });
    expect(await lookAgain(broker, made.scene, made.id)).toMatchObject({
      status: 'FAILED',
      failure: 'UPLOAD_FAILED',
    });
    const { authorization } = made.scene.sender;
    const url = `${broker.url}/uploads/${made.id}`;
    expect(await tus('HEAD', url, authorization)).toMatchObject({ status: 410 });
    expect(await untilDeleted(await clientOf(broker, made.scene.sender.party), made.id)).toEqual([
      'FILE_TRANSFER_INITIALIZED',
      'UPLOAD_STARTED',
      'UPLOAD_FAILED',
      'FILE_DELETED',
    ]);
  });

  it('carries on a purge that had taken the bytes and not been told of', async () => {
    const clock = { shift: 0, now: () => Date.now() + clock.shift };
    const made = await (async () => {
      await using broker = await startTestBroker({ dataDir, clock });
      const scene = await openResource(broker);
      await configuring(scene, { expiryReminder: null, purgeGracePeriod: 'PT0S' });
      const [forgotten, half] = [await publish(scene, WHOLE), await begin(scene)];
      await patch(half, 0, HALF);
      return { scene, forgotten, half };
    })();
    for (const blob of await blobs()) await rm(blob);
    clock.shift = 31 * 24 * 60 * 60_000;
    await using broker = await startTestBroker({ dataDir, clock });
    const lifetimeSeconds = 100 * 24 * 60 * 60;
    const owner = await clientOf(broker, made.scene.owner.party, { lifetimeSeconds });
    expect((await untilDeleted(owner, made.forgotten.id)).slice(RECEIVED.length)).toEqual([
      'FILE_DELETED',
      'FILE_NEVER_CONFIRMED_DOWNLOADED',
    ]);
    expect((await untilDeleted(owner, made.half.id)).at(-1)).toBe('FILE_DELETED');
    for (const { id } of [made.forgotten, made.half]) {
      expect(await look(owner, id)).toMatchObject({ status: 'PURGED' });
    }
  });

  it('finds nothing to put right after an orderly end', async () => {
    {
      await using broker = await startTestBroker({ dataDir });
      const scene = await openResource(broker);
      const { id } = await downloaded(scene);
      await confirming(scene.recipient, id);
      const cancelled = await publish(scene, WHOLE);
      await cancelling(scene.sender, cancelled.id);
      await untilDeleted(scene.sender, cancelled.id);
      await initialize(scene);
      await patch(await begin(scene), 0, HALF);
    }
    await using broker = await spawnBroker(dataDir);
    const told = broker.log.map((line) => JSON.parse(line)).filter((l) => l.msg === 'recovered');
    expect(told).toMatchObject([
      { orphans: 0, lost: [], resumable: 1, completed: 0, afterBoot: false },
    ]);
  });
});

describe('a broker does not start on a storage that', () => {
  const start = () => startTestBroker({ dataDir });

  it('is not that of its database, and touches none of its files', async () => {
    {
      await using broker = await start();
      await publish(await openResource(broker), WHOLE);
    }
    const kept = await onlyBlob();
    await writeFile(join(files(), 'storage-id'), `${randomUUID()}\n`);
    await expect(start()).rejects.toThrow(/^STORAGE_URL is "file:.*storage-id/);
    expect(await blobs()).toEqual([kept]);
  });

  it('holds the files of another database, such as one that was lost', async () => {
    {
      await using broker = await start();
      await publish(await openResource(broker), WHOLE);
    }
    const kept = await onlyBlob();
    await dropDatabaseOf(dataDir);
    for (const end of ['', '-wal', '-shm']) {
      await rm(join(dataDir, `ferje.sqlite${end}`), { force: true });
    }
    await expect(start()).rejects.toThrow(/^STORAGE_URL is/);
    expect(await blobs()).toEqual([kept]);
  });

  it('is empty where the database expects files, as a folder that is not mounted', async () => {
    let id = '';
    let scene: Scene;
    {
      await using broker = await start();
      scene = await openResource(broker);
      ({ id } = await publish(scene, WHOLE));
    }
    const away = `${files()}-away`;
    await rename(files(), away);
    await expect(start()).rejects.toThrow(/^STORAGE_URL is .*no storage-id/);
    await rm(files(), { recursive: true });
    await rename(away, files());
    // Nothing was taken for lost meanwhile.
    await using broker = await start();
    expect(await lookAgain(broker, scene, id)).toMatchObject({ status: 'PUBLISHED' });
  });

  it('holds files of which a new database knows none, though an earlier version gave it no id', async () => {
    {
      await using broker = await start();
      await publish(await openResource(broker), WHOLE);
    }
    const kept = await onlyBlob();
    await rm(join(files(), 'storage-id'));
    await dropDatabaseOf(dataDir);
    for (const end of ['', '-wal', '-shm']) {
      await rm(join(dataDir, `ferje.sqlite${end}`), { force: true });
    }
    await expect(start()).rejects.toThrow(/^STORAGE_URL is .*knows none/);
    expect(await blobs()).toEqual([kept]);
  });

  it('is empty where the files of an earlier version have to be, and takes them where they are', async () => {
    let id = '';
    let scene: Scene;
    {
      await using broker = await start();
      scene = await openResource(broker);
      ({ id } = await publish(scene, WHOLE));
    }
    const database = await openDatabaseOf(dataDir);
    await database.write((tx) => tx.updateTable('history').set({ storage_id: null }).execute());
    await database.close();
    await rm(join(files(), 'storage-id'));
    const away = `${files()}-away`;
    await rename(files(), away);
    await expect(start()).rejects.toThrow(/^STORAGE_URL is .*expects its files/);
    await rm(files(), { recursive: true });
    await rename(away, files());
    await using broker = await start();
    expect(await lookAgain(broker, scene, id)).toMatchObject({ status: 'PUBLISHED' });
  });
});
