/** The upload door on a real socket, with a database that a test can hold up or make fail at the moment it chooses. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Database } from '../../src/database/index.ts';
import { ok } from '../../src/domain/result.ts';
import { openDiskStorage, type Storage } from '../../src/storage/index.ts';
import { createUploadEngine, deleteFile } from '../../src/transfers/index.ts';
import { createUploadDoor } from '../../src/uploads/index.ts';
import { ANNA, callerOf, openTransferScene, SENDER, type TransferScene } from './transfer-scene.ts';

export interface UploadRoom extends AsyncDisposable {
  readonly scene: TransferScene;
  readonly storage: Storage;
  readonly hooks: {
    /** Called after each read, before who asked gets to know. */
    afterRead?: (() => Promise<void>) | undefined;
    /** Called before each write. */
    beforeWrite?: (() => Promise<void>) | undefined;
  };
  /** What the door or the engine did not expect. */
  readonly faults: readonly unknown[];
  /** Makes a transfer; answers where its file is uploaded to. */
  initialize(): Promise<{ readonly id: string; readonly url: string }>;
  /** What the broker does after a transfer has ended. */
  deleteFile(id: string): Promise<void>;
  /** The bytes of an upload that have landed. */
  untilOffset(id: string, offset: number): Promise<void>;
  stateOf(id: string): Promise<{ readonly status: string; readonly events: readonly string[] }>;
}

export async function openUploadRoom(): Promise<UploadRoom> {
  const scene = await openTransferScene();
  const storage = await openDiskStorage(join(scene.folder, 'files'));
  const hooks: UploadRoom['hooks'] = {};
  const faults: unknown[] = [];
  const database: Database = {
    ...scene.database,
    async read(query) {
      const rows = await scene.database.read(query);
      await hooks.afterRead?.();
      return rows;
    },
    async write(command) {
      await hooks.beforeWrite?.();
      return scene.database.write(command);
    },
  };
  const context = { ...scene.context, database };
  const engine = createUploadEngine({ context, storage, onFault: (error) => faults.push(error) });
  let url = '';
  const door = createUploadDoor({
    context,
    engine,
    authenticator: { authenticate: async () => ok(callerOf(SENDER)) },
    toOrigin: () => ({ address: null, requestId: 'request' }),
    publicUrl: () => url,
    onFault: (error) => {
      faults.push(error);
      return 'fault';
    },
  });
  const server = createServer((req, res) => {
    void door.handle(req, res, req.url?.split('/')[2] ?? '');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    scene,
    storage,
    hooks,
    faults,
    async initialize() {
      const id = await scene.initialize(ANNA);
      return { id, url: `${url}/uploads/${id}` };
    },
    deleteFile: (id) => deleteFile(context, storage, engine, id),
    untilOffset: (id, offset) =>
      new Promise((resolve) => {
        const look = () => {
          if ((engine.progress.currentOffset(id) ?? 0) < offset) return;
          stop();
          resolve();
        };
        const stop = engine.progress.watch(id, look);
        look();
      }),
    async stateOf(id) {
      const [transfer, events] = await scene.database.read(async (db) => [
        await db
          .selectFrom('transfer')
          .select('status')
          .where('id', '=', id)
          .executeTakeFirstOrThrow(),
        await db
          .selectFrom('event')
          .select('type')
          .where('transfer_id', '=', id)
          .orderBy('position')
          .execute(),
      ]);
      return { status: transfer.status, events: events.map(({ type }) => type) };
    },
    async [Symbol.asyncDispose]() {
      await engine.stop();
      server.closeAllConnections();
      server.close();
      await scene[Symbol.asyncDispose]();
    },
  };
}

/** Holds up the call of a number, counted from now, once. */
export function holdCall(number: number) {
  let calls = 0;
  let arrive = () => {};
  let release = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    /** Settles when the call has come. */
    arrived,
    release: () => release(),
    async hook(): Promise<void> {
      calls += 1;
      if (calls !== number) return;
      arrive();
      await released;
    },
  };
}
