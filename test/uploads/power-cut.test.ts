/**
 * What uploads promise outlasts a power cut, wherever it comes: the real engine on the real database and on a disk that
 * forgets what was not flushed. Every operation of an upload, on the disk and in the database, has its turn at being the last,
 * and of what was not flushed then nothing, all or any part survives. All cuts of one kind happen at once, each to a transfer
 * and a disk of its own, and one recovery has to put all of them right.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Database } from '../../src/database/index.ts';
import { openDiskStorage, type Storage } from '../../src/storage/index.ts';
import {
  createUploadEngine,
  type ExpectedChecksum,
  processFile,
  recover,
  startUpload,
  type UploadEngine,
  type UploadSession,
} from '../../src/transfers/index.ts';
import { markPending } from '../../src/transfers/upload/judge-upload.ts';
import { ForgettingDisk, Power, PowerCutError, type Survival } from '../support/forgetting-disk.ts';
import {
  ANNA,
  callerOf,
  openTransferScene,
  SENDER,
  type TransferScene,
} from '../support/transfer-scene.ts';

const FOLDER = '/data/files';
/** Longer than the engine waits for more bytes before it writes what it has. */
const PAUSE_MS = 60;

/** Bytes that differ everywhere, so that none passes for another. */
const CONTENT = createHash('shake256', { outputLength: 3000 }).update('ferje').digest();

/** What one request brings: its bytes come in pieces with pauses between, each of which is written by itself. */
interface Request {
  readonly pieces: readonly Buffer[];
  readonly checksum?: ExpectedChecksum;
  /** The length, where the upload was begun without. */
  readonly declares?: number;
  /** The client goes away after the last piece. */
  readonly isCut?: boolean;
}

interface Shape {
  readonly name: string;
  /** Null where a request declares it. */
  readonly length: number | null;
  readonly content: Buffer;
  readonly requests: readonly Request[];
  /** Where not all ways of losing power are tried. */
  readonly cuts?: readonly [Survival, ...Survival[]];
}

const sum = (algorithm: ExpectedChecksum['algorithm'], bytes: Buffer): ExpectedChecksum => ({
  algorithm,
  digest: createHash(algorithm).update(bytes).digest(),
});
const part = (start: number, end: number) => CONTENT.subarray(start, end);
const whole = { length: CONTENT.length, content: CONTENT };
const empty = { length: 0, content: Buffer.alloc(0) };

/** Nothing has to come: the file is whole already. */
const EMPTY_CREATION: Shape = { name: 'a creation of an empty file', ...empty, requests: [] };

const SHAPES: readonly Shape[] = [
  {
    name: 'two PATCHes',
    ...whole,
    requests: [{ pieces: [part(0, 700), part(700, 1300)] }, { pieces: [part(1300, 3000)] }],
  },
  {
    name: 'a creation that brings bytes until its client leaves, and a PATCH',
    ...whole,
    requests: [{ pieces: [part(0, 900)], isCut: true }, { pieces: [part(900, 3000)] }],
  },
  {
    name: 'a whole PUT in three pieces',
    ...whole,
    requests: [{ pieces: [part(0, 1000), part(1000, 1001), part(1001, 3000)] }],
  },
  {
    name: 'checksums that match',
    ...whole,
    requests: [
      { pieces: [part(0, 800), part(800, 1500)], checksum: sum('sha1', part(0, 1500)) },
      { pieces: [part(1500, 3000)], checksum: sum('sha256', part(1500, 3000)) },
    ],
  },
  {
    name: 'a checksum that does not match, and the same bytes again',
    ...whole,
    requests: [
      { pieces: [part(0, 500)] },
      { pieces: [part(500, 900), part(1200, 1800)], checksum: sum('sha1', part(500, 1500)) },
      { pieces: [part(500, 3000)], checksum: sum('md5', part(500, 3000)) },
    ],
  },
  {
    name: 'a length that comes with the last PATCH',
    length: null,
    content: CONTENT,
    requests: [{ pieces: [part(0, 1700)] }, { pieces: [part(1700, 3000)], declares: 3000 }],
    // An upload of unknown length starts a thread for its digest, and so does each of its trials.
    cuts: ['nothing', { seed: 3 }],
  },
  EMPTY_CREATION,
  { name: 'a PUT of an empty file', ...empty, requests: [{ pieces: [] }] },
];

/** How one life of the broker ends. After a mere crash everything that was written is there. */
type Ending = Survival | 'crash';

const POWER_CUTS: readonly [Survival, ...Survival[]] = [
  'nothing',
  'everything',
  'sizes',
  { seed: 1 },
];

/** What the broker has answered, and so has to keep. */
interface Promised {
  isStarted: boolean;
  offset: number;
  isWhole: boolean;
}

/** One transfer on a disk of its own, through one end of the broker. */
interface Trial {
  readonly name: string;
  readonly shape: Shape;
  readonly id: string;
  readonly key: string;
  readonly promised: Promised;
  disk: ForgettingDisk;
  storage: Storage;
}

async function beginTrial(
  scene: TransferScene,
  shape: Shape,
  name: string,
  disk = new ForgettingDisk(),
): Promise<Trial> {
  const id = await scene.initialize(ANNA);
  const { key } = await scene.database.read((db) =>
    db
      .selectFrom('file')
      .select('id as key')
      .where('transfer_id', '=', id)
      .executeTakeFirstOrThrow(),
  );
  const storage = await openDiskStorage(FOLDER, disk);
  const promised = { isStarted: false, offset: 0, isWhole: false };
  return { name, shape, id, key, promised, disk, storage };
}

/** Uploads until all is done or the power goes. Answers how many operations it took. */
async function upload(scene: TransferScene, trial: Trial, cutAt?: number): Promise<number> {
  const { disk, storage } = trial;
  const { power } = disk;
  const before = power.operations;
  if (cutAt !== undefined) power.cutAt(before + cutAt);
  const context = { ...scene.context, database: poweredBy(power, scene.database) };
  const onFault = (error: unknown) => requireCut(error);
  const engine = createUploadEngine({ context, storage, onFault });
  const { shape, id, promised } = trial;
  try {
    const { length } = shape;
    const started = await startUpload(context, callerOf(SENDER), id, { length, metadata: null });
    if (!started.ok) throw new Error(started.error.message);
    promised.isStarted = true;
    const session = await engine.open(id);
    if (session === undefined) throw new Error('There is no upload.');
    if (shape === EMPTY_CREATION) promised.isWhole = (await session.complete()).ok;
    for (const request of shape.requests) await send(session, request, promised);
  } catch (error) {
    requireCut(error);
  } finally {
    await engine.stop();
  }
  return power.operations - before;
}

async function send(session: UploadSession, request: Request, promised: Promised): Promise<void> {
  if (request.declares !== undefined) await session.declareLength(request.declares);
  const source = Readable.from(piecesOf(request), { objectMode: false });
  const { signal } = new AbortController();
  const { judged } = await session.receive(source, { signal, checksum: request.checksum });
  promised.offset = session.offset;
  if (judged?.ok) promised.isWhole = true;
}

async function* piecesOf({ pieces, isCut = false }: Request): AsyncGenerator<Buffer> {
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) await sleep(PAUSE_MS);
    yield piece;
  }
  if (isCut) throw new Error('The client has gone.');
}

/** A database that takes no more writes when the power is lost; before a commit and after it, it may be. */
function poweredBy(power: Power, database: Database): Database {
  return {
    ...database,
    async write(command) {
      power.spend();
      // Lost with this very operation: nothing of it was done.
      power.require();
      const answer = await database.write(async (tx) => {
        const result = await command(tx);
        power.require();
        return result;
      });
      power.spend();
      // Lost after the commit, which nobody gets to know.
      power.require();
      return answer;
    },
  };
}

function endDisk(disk: ForgettingDisk, ending: Ending): ForgettingDisk {
  return ending === 'crash' ? disk.crash() : disk.cut(ending);
}

/** Ends the broker of each trial as told, and gives the disk to the next one. */
async function endAll(
  trials: readonly { readonly trial: Trial; readonly ending: Ending }[],
): Promise<void> {
  for (const { trial, ending } of trials) {
    trial.disk = endDisk(trial.disk, ending);
    trial.storage = await openDiskStorage(FOLDER, trial.disk);
  }
}

/** What the next broker does before it takes requests. `isSameBoot`: the machine has been running all the time. */
async function restart(
  scene: TransferScene,
  storage: Storage,
  database: Database,
  { isSameBoot }: { readonly isSameBoot: boolean },
): Promise<UploadEngine> {
  if (!isSameBoot) {
    await scene.database.write((tx) =>
      tx.updateTable('history').set({ boot_id: 'another boot' }).execute(),
    );
  }
  const context = { ...scene.context, database };
  const onFault = (error: unknown) => requireCut(error);
  const engine = createUploadEngine({ context, storage, onFault });
  try {
    const { lost, orphans } = await recover(context, storage, engine, onFault);
    expect({ lost, orphans }).toEqual({ lost: [], orphans: 0 });
  } catch (error) {
    await engine.stop();
    throw error;
  }
  return engine;
}

/** All trials' disks as one storage. */
function storageOf(trials: readonly Trial[]): Storage {
  const of = (key: string): Storage => {
    const trial = trials.find((each) => each.key === key);
    if (trial === undefined) throw new Error(`No transfer has the file ${key}.`);
    return trial.storage;
  };
  let storageId: string | null = null;
  return {
    name: 'disk',
    open: async (key) => of(key).open(key),
    size: async (key) => of(key).size(key),
    read: async (key, range) => of(key).read(key, range),
    remove: async (key) => of(key).remove(key),
    async *list() {
      for (const storage of new Set(trials.map((trial) => trial.storage))) yield* storage.list();
    },
    readId: async () => storageId,
    async writeId(id) {
      storageId = id;
    },
  };
}

/** Everything that was promised is there, and the upload can be brought to its end. */
async function finish(scene: TransferScene, engine: UploadEngine, trial: Trial): Promise<void> {
  const { id, shape, promised, storage, key } = trial;
  const { content } = shape;
  const { status } = await stateOf(scene, id);
  if (promised.isWhole) expect(status).toMatch(/^(UPLOAD_PROCESSING|PUBLISHED)$/);
  if (promised.isStarted) expect(status).not.toBe('INITIALIZED');
  if (status === 'INITIALIZED') {
    const again = { length: content.length, metadata: null };
    const started = await startUpload(scene.context, callerOf(SENDER), id, again);
    if (!started.ok) throw new Error(started.error.message);
  }
  const session = await engine.open(id);
  if (session !== undefined) {
    const { offset } = session;
    expect(offset).toBeGreaterThanOrEqual(promised.offset);
    expect(offset).toBeLessThanOrEqual(content.length);
    expect((await readAll(storage, key, offset)).equals(content.subarray(0, offset))).toBe(true);
    promised.offset = offset;
    if (session.length === null) await session.declareLength(content.length);
    if (offset < content.length) {
      await send(session, { pieces: [content.subarray(offset)] }, promised);
      expect(promised.isWhole).toBe(true);
    } else {
      expect((await session.complete()).ok).toBe(true);
    }
  }
  // A job does so, where the digest was not known with the last byte.
  await processFile(scene.context, storage, engine, id);
  await requirePublished(scene, trial);
}

async function requirePublished(scene: TransferScene, trial: Trial): Promise<void> {
  const { id, shape, storage, key } = trial;
  expect(await stateOf(scene, id)).toEqual({
    status: 'PUBLISHED',
    size: shape.content.length,
    sha256: createHash('sha256').update(shape.content).digest('hex'),
  });
  expect(await storage.size(key)).toBe(shape.content.length);
  expect((await readAll(storage, key)).equals(shape.content)).toBe(true);
}

function stateOf({ database }: TransferScene, id: string) {
  return database.read((db) =>
    db
      .selectFrom('transfer')
      .innerJoin('file', 'file.transfer_id', 'transfer.id')
      .select(['transfer.status', 'file.size', 'file.sha256'])
      .where('transfer.id', '=', id)
      .executeTakeFirstOrThrow(),
  );
}

async function readAll(storage: Storage, key: string, end = CONTENT.length): Promise<Buffer> {
  const reader = await storage.read(key, { start: 0, end });
  const memory = Buffer.alloc(CONTENT.length);
  let size = 0;
  for (;;) {
    const read = (await reader?.fill(memory.subarray(size))) ?? 0;
    if (read === 0) break;
    size += read;
  }
  await reader?.close();
  return memory.subarray(0, size);
}

function requireCut(error: unknown): void {
  if (!(error instanceof PowerCutError)) throw error;
}

/** What went wrong in which of the trials. */
async function faultsOf(trials: readonly Trial[], check: (trial: Trial) => Promise<void>) {
  const checked = await Promise.allSettled(trials.map(check));
  return checked.flatMap((outcome, index) =>
    outcome.status === 'rejected' ? [`${trials[index]?.name}: ${outcome.reason}`] : [],
  );
}

/** Ends the broker at every operation of an upload, in every one of the ways, and finds everything that was promised. */
async function endAtEveryOperation(
  scene: TransferScene,
  all: Trial[],
  shape: Shape,
  operations: number,
  [ending, ...others]: readonly [Ending, ...Ending[]],
): Promise<void> {
  const begin = async (cutAt: number, ending: Ending) => {
    const name = `${JSON.stringify(ending)} at operation ${cutAt} of ${operations}`;
    const trial = await beginTrial(scene, shape, name);
    await upload(scene, trial, cutAt);
    return { trial, ending, cutAt };
  };
  const places = Array.from({ length: operations }, (_, index) => index + 1);
  const begun = await Promise.all(places.map((cutAt) => begin(cutAt, ending)));
  // Where everything was flushed they all come to the same.
  const unflushed = begun.filter(({ trial }) => !trial.disk.isFlushed);
  const more = unflushed.flatMap(({ cutAt }) => others.map((other) => begin(cutAt, other)));
  begun.push(...(await Promise.all(more)));
  await endAll(begun);
  const trials = begun.map(({ trial }) => trial);
  all.push(...trials);
  const storage = storageOf(all);
  const isSameBoot = ending === 'crash';
  const engine = await restart(scene, storage, scene.database, { isSameBoot });
  expect(await faultsOf(trials, (trial) => finish(scene, engine, trial))).toEqual([]);
  await engine.stop();
  // What came of it lasts in its turn.
  await endAll(trials.map((trial) => ({ trial, ending: 'nothing' })));
  expect(await faultsOf(trials, (trial) => requirePublished(scene, trial))).toEqual([]);
}

it.each(SHAPES)(
  '$name: promises are kept wherever the power is cut or the broker dies',
  async (shape) => {
    await using scene = await openTransferScene();
    const undisturbed = await beginTrial(scene, shape, 'undisturbed');
    const operations = await upload(scene, undisturbed);
    expect(operations).toBeGreaterThan(5);
    await endAll([{ trial: undisturbed, ending: 'nothing' }]);
    await requirePublished(scene, undisturbed);
    const all = [undisturbed];
    await endAtEveryOperation(scene, all, shape, operations, shape.cuts ?? POWER_CUTS);
    // That recovery has noted which boot of the machine this is.
    await endAtEveryOperation(scene, all, shape, operations, ['crash']);
  },
);

/** What a killed broker leaves of an upload: this much was answered, and more was written. */
interface Left {
  readonly answered: number;
  readonly written: Buffer;
  /** It belongs to a piece whose checksum has not been compared. */
  readonly isPending?: boolean;
}

const LEFT: readonly Left[] = [
  { answered: 1000, written: part(1000, 1700) },
  { answered: 1300, written: part(1300, 3000) },
  { answered: 0, written: part(0, 400) },
  { answered: 500, written: part(1500, 2000), isPending: true },
];

/** Uploads on one disk, whose broker has been killed. */
async function leaveUploads(scene: TransferScene): Promise<readonly Trial[]> {
  const disk = new ForgettingDisk();
  return Promise.all(
    LEFT.map(async ({ answered, written, isPending = false }) => {
      const requests = answered === 0 ? [] : [{ pieces: [part(0, answered)] }];
      const shape = { name: '', ...whole, requests };
      const trial = await beginTrial(scene, shape, `${answered} bytes`, disk);
      await upload(scene, trial);
      if (isPending) await markPending(scene.context, trial.id, answered);
      const writer = await trial.storage.open(trial.key);
      await writer.append([written]);
      await writer.close();
      return trial;
    }),
  );
}

/** Ends a broker whose uploads lie on one disk; answers that disk as the next one finds it. */
async function endTogether(trials: readonly Trial[], ending: Ending): Promise<ForgettingDisk> {
  const [disk] = trials.map((trial) => endDisk(trial.disk, ending));
  if (disk === undefined) throw new Error('There is no upload.');
  const storage = await openDiskStorage(FOLDER, disk);
  for (const trial of trials) Object.assign(trial, { disk, storage });
  return disk;
}

/** Recovers, and promises what a client would be answered then. False where that was ended half-way. */
async function recoverAndPromise(
  scene: TransferScene,
  storage: Storage,
  trials: readonly Trial[],
  isSameBoot: boolean,
): Promise<boolean> {
  const power = trials[0]?.disk.power ?? new Power();
  try {
    const database = poweredBy(power, scene.database);
    const engine = await restart(scene, storage, database, { isSameBoot });
    for (const { id, promised } of trials) {
      const session = await engine.open(id);
      promised.offset = session?.offset ?? promised.offset;
    }
    await engine.stop();
  } catch (error) {
    requireCut(error);
  }
  return power.isOn;
}

it.each<{ readonly first: Ending; readonly second: Ending }>([
  { first: 'crash', second: 'nothing' },
  { first: 'sizes', second: 'crash' },
])(
  'a recovery that is ended itself ($second, after $first) loses nothing, wherever that comes',
  async ({ first, second }) => {
    await using scene = await openTransferScene();
    const all: Trial[] = [];
    const storage = storageOf(all);
    // The first start notes which boot of the machine this is.
    await (await restart(scene, storage, scene.database, { isSameBoot: true })).stop();
    let isThrough = false;
    for (let cutAt = 1; !isThrough; cutAt += 1) {
      const trials = await leaveUploads(scene);
      all.push(...trials);
      const disk = await endTogether(trials, first);
      disk.power.cutAt(disk.power.operations + cutAt);
      isThrough = await recoverAndPromise(scene, storage, trials, first === 'crash');
      await endTogether(trials, second);
      // After a power cut and a crash the machine has not been started anew a second time.
      const isSameBoot = second === 'crash';
      const engine = await restart(scene, storage, scene.database, { isSameBoot });
      const faults = await faultsOf(trials, (trial) => finish(scene, engine, trial));
      await engine.stop();
      expect(faults, `operation ${cutAt}`).toEqual([]);
    }
  },
);
