/** The broker that the model is held against: the GraphQL room, its other two doors on a port, and its jobs when told to run. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ok } from '../../../src/domain/result.ts';
import { createDownloadDoor, createRunningDownloads } from '../../../src/downloads/index.ts';
import { createJobRunner } from '../../../src/jobs/index.ts';
import { createTransferJobs } from '../../../src/transfers/index.ts';
import { createUploadDoor } from '../../../src/uploads/index.ts';
import { type Asker, openRoom, type Room } from '../../support/graphql-room.ts';

export interface ModelBroker extends AsyncDisposable {
  readonly room: Room;
  /** A request to a door, such as `files/…`; without an asker it has no token. */
  request(asker: Asker | undefined, path: string, init?: RequestInit): Promise<Response>;
  /** Does all that is due. */
  work(): Promise<void>;
  /** What the broker did not expect. */
  readonly faults: readonly unknown[];
}

export async function openModelBroker(): Promise<ModelBroker> {
  const room = await openRoom();
  const { clock, engine, storage, services } = room;
  const { transfers: context, linkKey, database } = services;
  const faults: unknown[] = [];
  /** Whoever asked at a door; the place in the list stands for a token. */
  const askers: Asker[] = [];
  let url = '';
  const common = {
    context,
    authenticator: {
      async authenticate(token: string | undefined) {
        const asker = askers[Number(token)];
        if (asker === undefined) throw new Error(`Nobody has the token ${token}.`);
        return ok(asker.caller);
      },
    },
    toOrigin: () => ({ address: null, requestId: 'request' }),
    onFault(error: unknown) {
      faults.push(error);
      return 'fault';
    },
  };
  const uploads = createUploadDoor({ ...common, engine, publicUrl: () => url });
  const running = createRunningDownloads();
  const downloads = createDownloadDoor({ ...common, storage, clock, linkKey, running });
  const server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '', 'http://broker');
    const [, door, id = ''] = pathname.split('/');
    void (door === 'uploads'
      ? uploads.handle(req, res, id)
      : downloads.handle(req, res, id, searchParams));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const jobs = createJobRunner({
    database,
    clock,
    handlers: createTransferJobs(context, storage, engine),
    onError: (error) => faults.push(error),
  });
  return {
    room,
    faults,
    request(asker, path, init = {}) {
      const token = asker && { Authorization: String(askers.push(asker) - 1) };
      return fetch(`${url}/${path}`, { ...init, headers: { ...init.headers, ...token } });
    },
    work: () => jobs.runDue(),
    async [Symbol.asyncDispose]() {
      await jobs.stop();
      server.closeAllConnections();
      server.close();
      await room[Symbol.asyncDispose]();
    },
  };
}
