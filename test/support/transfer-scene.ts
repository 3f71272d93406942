/** Transfers with things happening to them: the real commands on a real database, by a clock that stands still until moved. */
import { join } from 'node:path';
import type { Database } from '../../src/database/index.ts';
import { type Caller, SCOPES, toViewer, type Viewer } from '../../src/domain/caller.ts';
import { type PartyId, parsePartyId } from '../../src/domain/party-id.ts';
import type { Result } from '../../src/domain/result.ts';
import { type Bell, createBell, createEventLog, type EventLog } from '../../src/events/index.ts';
import { createIdSource } from '../../src/id-source.ts';
import {
  accessListPolicy,
  configureResource,
  registerServiceOwner,
} from '../../src/resources/index.ts';
import { openDiskStorage } from '../../src/storage/index.ts';
import {
  cancelTransfer,
  confirmDownload,
  createUploadEngine,
  deleteFile,
  initializeTransfer,
  startDownload,
  startUpload,
  type TransferContext,
} from '../../src/transfers/index.ts';
import { receiveLastByte } from '../../src/transfers/upload/judge-upload.ts';
import { openTestDatabase } from './test-database.ts';

export const OWNER = party(1);
export const SENDER = party(2);
export const ANNA = party(3);
export const BO = party(4);
export const STRANGER = party(9);

export const RESOURCE = 'tax-files';
const DIGESTS = { sha256: 'a'.repeat(64), md5: null };

export function party(number: number): PartyId {
  const id = parsePartyId(`0192:${String(number).padStart(9, '0')}`);
  if (id === undefined) throw new Error(`${number} is no number of a party.`);
  return id;
}

export function callerOf(who: PartyId, scopes: readonly string[] = Object.values(SCOPES)): Caller {
  return {
    party: who,
    vendor: null,
    clientId: 'client',
    systemUserId: null,
    scopes,
    tokenId: null,
    tokenExpiresAt: Number.MAX_SAFE_INTEGER,
    address: null,
    requestId: 'request',
  };
}

export function viewerOf(who: PartyId, scopes?: readonly string[]): Viewer {
  return toViewer(callerOf(who, scopes));
}

function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

export interface TransferScene extends AsyncDisposable {
  readonly database: Database;
  /** A folder that is the scene's own. */
  readonly folder: string;
  readonly events: EventLog;
  readonly bell: Bell;
  readonly context: TransferContext;
  readonly clock: { time: number };
  /** A transfer by the sender; answers its id. */
  initialize(...recipients: readonly PartyId[]): Promise<string>;
  /** A transfer whose file has been received and published. */
  publish(...recipients: readonly PartyId[]): Promise<string>;
  download(who: PartyId, id: string): Promise<void>;
  confirm(who: PartyId, id: string): Promise<void>;
  cancel(id: string): Promise<void>;
  /** What the broker does after an end: the bytes go. */
  deleteFile(id: string): Promise<void>;
}

export async function openTransferScene(): Promise<TransferScene> {
  const { database, folder, ...store } = await openTestDatabase();
  const clock = { time: Date.UTC(2026, 0, 1), now: () => clock.time };
  const ids = createIdSource(clock);
  const bell = createBell();
  const events = await createEventLog(database, bell);
  const context = { database, clock, ids, policy: accessListPolicy, scanner: null };
  const owner = callerOf(OWNER);
  unwrap(await registerServiceOwner({ database, ids, now: clock.time }, owner, { name: 'Owner' }));
  const settings = { id: RESOURCE, openTo: ['SEND', 'RECEIVE'] as const };
  unwrap(await configureResource({ database, now: clock.time }, owner, settings));
  const storage = await openDiskStorage(join(folder, 'files'));
  const onFault = (error: unknown) => {
    throw error;
  };
  const engine = createUploadEngine({ context, storage, onFault });

  const initialize = (...recipients: readonly PartyId[]) => initializeIn(context, recipients);
  return {
    database,
    folder,
    events,
    bell,
    context,
    clock,
    initialize,
    async publish(...recipients) {
      const id = await initialize(...recipients);
      const upload = { length: 3, metadata: null };
      unwrap(await startUpload(context, callerOf(SENDER), id, upload));
      unwrap(await receiveLastByte(context, id, 3, DIGESTS));
      return id;
    },
    async download(who, id) {
      unwrap(await startDownload(context, callerOf(who), id));
    },
    async confirm(who, id) {
      unwrap(await confirmDownload(context, callerOf(who), id, null));
    },
    async cancel(id) {
      unwrap(await cancelTransfer(context, callerOf(SENDER), id));
    },
    deleteFile: (id) => deleteFile(context, storage, engine, id),
    async [Symbol.asyncDispose]() {
      events.close();
      await engine.stop();
      await database.close();
      await store[Symbol.asyncDispose]();
    },
  };
}

/** Initializes a transfer on whatever database the context has. */
export async function initializeIn(
  context: TransferContext,
  recipients: readonly PartyId[],
): Promise<string> {
  const input = {
    resourceId: RESOURCE,
    fileName: 'file.txt',
    sender: SENDER,
    recipients,
    skipVirusScan: false,
  };
  return unwrap(await initializeTransfer(context, callerOf(SENDER), input)).id;
}
