/**
 * Random histories: what parties do to transfers in the course of hours or of months. They are played by the real commands
 * and the broker's own jobs on a real database, by a clock that stands still until the next act.
 */
import { join } from 'node:path';
import fc from 'fast-check';
import type { Database } from '../../src/database/index.ts';
import type { Caller } from '../../src/domain/caller.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/domain/duration.ts';
import type { PartyId } from '../../src/domain/party-id.ts';
import type { ResourceSettingsChange } from '../../src/domain/resource-settings.ts';
import type { Result } from '../../src/domain/result.ts';
import { createIdSource } from '../../src/id-source.ts';
import { createJobRunner } from '../../src/jobs/index.ts';
import {
  accessListPolicy,
  configureResource,
  registerServiceOwner,
} from '../../src/resources/index.ts';
import { openDiskStorage } from '../../src/storage/index.ts';
import {
  cancelTransfer,
  confirmDownload,
  createTransferJobs,
  createUploadEngine,
  failUpload,
  initializeTransfer,
  startDownload,
  startUpload,
  type TransferContext,
} from '../../src/transfers/index.ts';
import { DELETE_FILE, MEET_DEADLINE } from '../../src/transfers/job-kinds.ts';
import {
  judgeDigests,
  loseFile,
  receiveLastByte,
  recordOffset,
} from '../../src/transfers/upload/judge-upload.ts';
import { callerOf, party } from '../support/transfer-scene.ts';

/** They send and receive, too. */
export const OWNERS = [party(1), party(2)] as const;
const TRADERS = [party(3), party(4), party(5), party(6)];
const CROWD = [11, 12, 13, 14, 15, 16].map(party);
/** Who sends, receives and owns. */
export const ACTIVE = [...OWNERS, ...TRADERS];
/** No party to anything. */
export const STRANGER = party(99);
/** Software of others: of houses that do nothing else, and of a party that sends and receives itself. */
const VENDORS = [party(21), party(22), party(3)];

interface PlayedResource {
  readonly id: string;
  readonly owner: PartyId;
  readonly settings: ResourceSettingsChange;
}

/** Their names are in another order by letters than by bytes. */
export const RESOURCES = [
  {
    id: 'hours_',
    owner: party(1),
    settings: { transferTimeToLive: 6 * HOUR_MS, purgeGracePeriod: HOUR_MS },
  },
  {
    id: 'hours-and-days',
    owner: party(1),
    settings: { transferTimeToLive: 5 * DAY_MS, purgeAfterAllConfirmed: false },
  },
  {
    id: 'weeks',
    owner: party(2),
    settings: { transferTimeToLive: 30 * DAY_MS, purgeGracePeriod: 24 * HOUR_MS },
  },
  {
    id: 'aa-years',
    owner: party(2),
    settings: { transferTimeToLive: 365 * DAY_MS, purgeAfterAllConfirmed: false },
  },
] as const satisfies readonly PlayedResource[];

const DIGESTS = { sha256: 'a'.repeat(64), md5: null };
const OTHER_DIGEST = { algorithm: 'SHA256', value: 'b'.repeat(64) } as const;

export type Deed =
  | 'startUpload'
  | 'receiveSome'
  /** The last byte of a file whose digest is known at once. */
  | 'receiveLast'
  | 'receiveLastUndigested'
  | 'judge'
  | 'fail'
  | 'lose'
  | 'cancel'
  | 'download'
  | 'confirm';

interface Step {
  readonly deed: Deed;
  /** After the step before it. */
  readonly afterMs: number;
  readonly vendor: PartyId | null;
  /** Whether the broker has done by then what is due. */
  readonly isTidy: boolean;
}

interface Reception {
  readonly party: PartyId;
  /** From the end of the sending on. */
  readonly steps: readonly Step[];
}

/** One transfer. */
interface Life {
  /** After the beginning of the life before it. */
  readonly afterMs: number;
  readonly resource: PlayedResource;
  readonly sender: PartyId;
  readonly vendor: PartyId | null;
  readonly size: number;
  readonly isOtherFile: boolean;
  readonly sending: readonly Step[];
  readonly receptions: readonly Reception[];
  /** From the end of the sending on. */
  readonly ending: readonly Step[];
}

export interface History {
  readonly startsAt: number;
  readonly lives: readonly Life[];
  /** After the last act time passes, and the broker may have done what became due. */
  readonly passesMs: number;
  readonly isTidyAtEnd: boolean;
}

/** Often none at all, so that others end on the borders of spans, or a millisecond before them. */
const quick = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      0,
      0,
      0,
      SECOND_MS,
      MINUTE_MS - 1,
      MINUTE_MS,
      5 * MINUTE_MS - 1,
      5 * MINUTE_MS,
      10 * MINUTE_MS,
    ),
  },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 10 * MINUTE_MS }) },
);
const slow = fc.oneof(
  fc.constantFrom(10 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS - 1, DAY_MS),
  fc.integer({ min: 10 * MINUTE_MS, max: 2 * DAY_MS }),
);
const long = fc.oneof(
  fc.constantFrom(3 * DAY_MS, 7 * DAY_MS, 14 * DAY_MS, 30 * DAY_MS - 1, 30 * DAY_MS),
  fc.integer({ min: 2 * DAY_MS, max: 60 * DAY_MS }),
);

function pace(quickly: number, slowly: number, atLast: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: quickly, arbitrary: quick },
    { weight: slowly, arbitrary: slow },
    { weight: atLast, arbitrary: long },
  );
}

const vendor = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 3, arbitrary: fc.constantFrom(...VENDORS) },
);

/** The deeds of one of the courses, in order, each after a time of its own. */
function stepsOf(
  courses: readonly (readonly [weight: number, ...deeds: Deed[]])[],
  afterMs: fc.Arbitrary<number>,
): fc.Arbitrary<readonly Step[]> {
  const step = (deed: Deed) =>
    fc.record({
      deed: fc.constant(deed),
      afterMs,
      vendor,
      isTidy: fc.oneof(
        { weight: 4, arbitrary: fc.constant(true) },
        { weight: 1, arbitrary: fc.constant(false) },
      ),
    });
  return fc.oneof(
    ...courses.map(([weight, ...deeds]) => ({
      weight,
      arbitrary: deeds.length === 0 ? fc.constant([]) : fc.tuple(...deeds.map(step)),
    })),
  );
}

const sending = stepsOf(
  [
    [2],
    [2, 'startUpload'],
    [1, 'startUpload', 'cancel'],
    [2, 'startUpload', 'receiveSome'],
    [1, 'startUpload', 'receiveSome', 'fail'],
    [3, 'startUpload', 'receiveLastUndigested'],
    [1, 'startUpload', 'receiveLastUndigested', 'fail'],
    [12, 'startUpload', 'receiveLast'],
    [4, 'startUpload', 'receiveSome', 'receiveLastUndigested', 'judge'],
  ],
  pace(15, 1, 0),
);

const CONFIRMING = [
  [4, 'download', 'confirm'],
  [1, 'download', 'confirm', 'download'],
  [1, 'download', 'download', 'download', 'confirm', 'confirm'],
] as const satisfies readonly (readonly [number, ...Deed[]])[];
const OMITTING = [
  [3],
  [2, 'download'],
  [2, 'download', 'download', 'download'],
  [1, 'confirm'],
] as const satisfies readonly (readonly [number, ...Deed[]])[];

const ending = stepsOf(
  [[10], [2, 'cancel'], [2, 'lose'], [1, 'fail'], [1, 'lose', 'cancel']],
  pace(3, 3, 1),
);

/** How the recipients of one transfer are: nobody confirms, some do, all do. */
const reception = fc.constantFrom(
  stepsOf(OMITTING, pace(3, 2, 1)),
  stepsOf([...OMITTING, ...CONFIRMING], pace(6, 2, 1)),
  stepsOf([...OMITTING, ...CONFIRMING, ...CONFIRMING], pace(12, 3, 1)),
  stepsOf(CONFIRMING, pace(12, 3, 1)),
  stepsOf(CONFIRMING, pace(20, 2, 0)),
);

const recipients = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ACTIVE).map((one) => [one]) },
  {
    weight: 3,
    arbitrary: fc.uniqueArray(fc.constantFrom(...ACTIVE), { minLength: 2, maxLength: 4 }),
  },
  {
    weight: 1,
    arbitrary: fc.uniqueArray(fc.constantFrom(...ACTIVE, ...CROWD), {
      minLength: 5,
      maxLength: 8,
      size: 'max',
    }),
  },
);

const life: fc.Arbitrary<Life> = fc.record({
  afterMs: pace(5, 4, 1),
  resource: fc.constantFrom(...RESOURCES),
  sender: fc.constantFrom(...ACTIVE),
  vendor,
  // A sum of few of the largest does not fit into 32 bits.
  size: fc.constantFrom(0, 1, 700, 3_000_000, 2_000_000_001, 49_999_999_999),
  isOtherFile: fc.integer({ min: 0, max: 9 }).map((one) => one === 9),
  sending,
  receptions: fc
    .tuple(recipients, reception)
    .chain(([parties, steps]) =>
      fc.tuple(...parties.map((one) => fc.record({ party: fc.constant(one), steps }))),
    ),
  ending,
});

export const history: fc.Arbitrary<History> = fc.record({
  // Shortly before the end of a year, of a February with 29 days, of a summer month, and of a day.
  startsAt: fc.constantFrom(
    Date.UTC(2025, 11, 31, 20),
    Date.UTC(2024, 1, 28, 23, 59, 59, 999),
    Date.UTC(2026, 5, 29, 12),
    Date.UTC(2026, 2, 10, 23, 59),
  ),
  lives: fc.array(life, { minLength: 1, maxLength: 30, size: 'max' }),
  passesMs: fc.oneof(
    { weight: 6, arbitrary: quick },
    { weight: 3, arbitrary: slow },
    { weight: 1, arbitrary: long },
    { weight: 1, arbitrary: fc.constant(400 * DAY_MS) },
  ),
  isTidyAtEnd: fc.boolean(),
});

/** Histories that are long enough for something to be in their middle. */
export const longHistory = history.filter(({ lives }) => lives.length >= 5);

type Act =
  | { readonly kind: 'initialize'; readonly life: number }
  | { readonly kind: 'step'; readonly life: number; readonly by: PartyId; readonly step: Step };

interface TimedAct {
  readonly at: number;
  readonly act: Act;
}

export interface Play extends AsyncDisposable {
  readonly database: Database;
  readonly clock: { time: number; now(): number };
  /** How many acts are to come. */
  readonly left: number;
  /** Goes on by so many acts; by all that are left where it is not said. */
  play(acts?: number): Promise<void>;
}

/** Prepares to play a history on a database and a folder that has nothing in it. */
export async function openPlay(
  { database, folder }: { readonly database: Database; readonly folder: string },
  told: History,
): Promise<Play> {
  const clock = { time: told.startsAt, now: () => clock.time };
  const ids = createIdSource(clock);
  const context = { database, clock, ids, policy: accessListPolicy, scanner: null };
  const storage = await openDiskStorage(join(folder, 'files'));
  const onFault = (error: unknown) => {
    throw error;
  };
  const engine = createUploadEngine({ context, storage, onFault });
  const handlers = createTransferJobs(context, storage, engine);
  const faults: unknown[] = [];
  const jobs = createJobRunner({
    database,
    clock,
    // Files are judged when the history says so.
    handlers: {
      [DELETE_FILE]: handlers[DELETE_FILE],
      [MEET_DEADLINE]: handlers[MEET_DEADLINE],
    },
    onError: (error) => faults.push(error),
  });
  await openResources(database, ids, told.startsAt);
  const { lives } = told;
  const acts = toActs(told);
  /** By number of the life. */
  const transfers: string[] = [];
  let next = 0;

  async function tidy(): Promise<void> {
    await jobs.runDue();
    if (faults.length > 0) throw faults[0];
  }

  async function act({ at, act: done }: TimedAct): Promise<void> {
    clock.time = at;
    const { life: number } = done;
    const played = lives[number];
    if (played === undefined) throw new Error(`There is no life ${number}.`);
    if (done.kind === 'initialize') transfers[number] = await initialize(context, played);
    else {
      if (done.step.isTidy) await tidy();
      await take(context, played, transfers[number] ?? '', done);
    }
  }

  return {
    database,
    clock,
    get left() {
      return acts.length - next;
    },
    async play(count = acts.length) {
      const end = Math.min(acts.length, next + count);
      while (next < end) {
        const coming = acts[next];
        next += 1;
        if (coming !== undefined) await act(coming);
      }
      if (next < acts.length) return;
      clock.time = Math.max(clock.time, (acts.at(-1)?.at ?? told.startsAt) + told.passesMs);
      if (told.isTidyAtEnd) await tidy();
    },
    async [Symbol.asyncDispose]() {
      await jobs.stop();
      await engine.stop();
    },
  };
}

async function openResources(
  database: Database,
  ids: TransferContext['ids'],
  now: number,
): Promise<void> {
  for (const owner of OWNERS) {
    unwrap(await registerServiceOwner({ database, ids, now }, callerOf(owner), { name: 'Owner' }));
  }
  for (const { id, owner, settings } of RESOURCES) {
    const opened = { id, openTo: ['SEND', 'RECEIVE'] as const, ...settings };
    unwrap(await configureResource({ database, now }, callerOf(owner), opened));
  }
}

/** When each life begins. */
export function beginningsOf({ startsAt, lives }: History): number[] {
  let at = startsAt;
  return lives.map(({ afterMs }) => {
    at += afterMs;
    return at;
  });
}

/** All that happens, in order of time. */
function toActs(told: History): TimedAct[] {
  const acts: TimedAct[] = [];
  const beginnings = beginningsOf(told);
  for (const [life, { sender, sending, receptions, ending }] of told.lives.entries()) {
    const begins = beginnings[life] ?? told.startsAt;
    acts.push({ at: begins, act: { kind: 'initialize', life } });
    const add = (by: PartyId, from: number, steps: readonly Step[]): number => {
      let at = from;
      for (const step of steps) {
        at += step.afterMs;
        acts.push({ at, act: { kind: 'step', life, by, step } });
      }
      return at;
    };
    const sent = add(sender, begins, sending);
    for (const { party: recipient, steps } of receptions) add(recipient, sent, steps);
    add(sender, sent, ending);
  }
  return acts.sort((a, b) => a.at - b.at);
}

async function initialize(
  context: TransferContext,
  { resource, sender, vendor: software, receptions, isOtherFile }: Life,
): Promise<string> {
  const input = {
    resourceId: resource.id,
    fileName: 'file.txt',
    sender,
    recipients: receptions.map((one) => one.party),
    skipVirusScan: false,
    ...(isOtherFile ? { expectedDigest: OTHER_DIGEST } : {}),
  };
  return unwrap(await initializeTransfer(context, as(sender, software), input)).id;
}

/** What the transfer's status does not allow is refused, and changes nothing. */
async function take(
  context: TransferContext,
  { size }: Life,
  id: string,
  { by, step }: { readonly by: PartyId; readonly step: Step },
): Promise<void> {
  const caller = as(by, step.vendor);
  switch (step.deed) {
    case 'startUpload':
      await startUpload(context, caller, id, { length: size, metadata: null });
      return;
    case 'receiveSome':
      if (await isUploading(context, id)) {
        await recordOffset(context, id, Math.floor(size / 2));
      }
      return;
    case 'receiveLast':
      await receiveLastByte(context, id, size, DIGESTS);
      return;
    case 'receiveLastUndigested':
      await receiveLastByte(context, id, size, null);
      return;
    case 'judge':
      await judgeDigests(context, id, DIGESTS);
      return;
    case 'fail':
      await failUpload(context, id, 'VIRUS_FOUND');
      return;
    case 'lose':
      await loseFile(context, id, size > 1);
      return;
    case 'cancel':
      await cancelTransfer(context, caller, id);
      return;
    case 'download':
      await startDownload(context, caller, id);
      return;
    case 'confirm':
      await confirmDownload(context, caller, id, null);
      return;
  }
}

/** Bytes come only then; who notes them relies on it. */
async function isUploading({ database }: TransferContext, id: string): Promise<boolean> {
  const { status } = await database.read((db) =>
    db.selectFrom('transfer').select('status').where('id', '=', id).executeTakeFirstOrThrow(),
  );
  return status === 'UPLOAD_STARTED';
}

function as(who: PartyId, software: PartyId | null): Caller {
  return { ...callerOf(who), vendor: software };
}

function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
