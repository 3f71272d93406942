/** A year of many transfers: whatever becomes of each, it happens on time, once, and leaves no byte and no work behind. */
import { expect, test } from 'vitest';
import { groupBy } from '../../src/domain/group-by.ts';
import { createJobRunner } from '../../src/jobs/index.ts';
import {
  cancelTransfer,
  confirmDownload,
  createTransferJobs,
  JOBS_AT_ONCE,
  type TransferRow,
} from '../../src/transfers/index.ts';
import { isOnPostgres } from '../support/database-choice.ts';
import {
  type Asker,
  makeResource,
  makeTransfer,
  openRoom,
  party,
  type Room,
  START,
} from '../support/graphql-room.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEKS = 52;
/** A commit of each command takes PostgreSQL several times as long as SQLite takes for those that share one. */
const COUNT = isOnPostgres ? 250 : 1000;

const [ANNA, BO] = [party(3), party(4)];

interface Actors {
  readonly room: Room;
  readonly sender: Asker;
  readonly anna: Asker;
  readonly bo: Asker;
}

type Act = (actors: Actors, id: string) => Promise<unknown>;

const upload: Act = ({ room, sender }, id) => room.upload(sender, id, 'ten bytes.');
const uploadHalf: Act = ({ room, sender }, id) => room.upload(sender, id, 'half', 10);
const cancel: Act = ({ room, sender }, id) =>
  cancelTransfer(room.services.transfers, sender.caller, id);
const download =
  (who: 'anna' | 'bo'): Act =>
  ({ room, ...actors }, id) =>
    room.download(actors[who], id);
const confirm =
  (who: 'anna' | 'bo'): Act =>
  ({ room, ...actors }, id) =>
    confirmDownload(room.services.transfers, actors[who].caller, id, null);

/** What its parties do with a transfer, and what then happens to it: hours after it was initialized. */
interface Fate {
  readonly acts: readonly (readonly [number, Act])[];
  readonly events: readonly (readonly [string, number])[];
  readonly ends: readonly [string, number];
}

const received = (at: number) =>
  [
    ['UPLOAD_STARTED', at],
    ['UPLOAD_PROCESSING', at],
    ['PUBLISHED', at],
  ] as const;
const EXPIRY = 30 * 24;
const REMINDER = 27 * 24;
const unfetched = [
  ['FILE_DELETED', EXPIRY],
  ['FILE_NEVER_CONFIRMED_DOWNLOADED', EXPIRY],
  ['FILE_NEVER_CONFIRMED_DOWNLOADED', EXPIRY],
] as const;

const FATES: Readonly<Record<string, Fate>> = {
  'never uploaded': { acts: [], events: [], ends: ['PURGED', EXPIRY] },
  'left half uploaded': {
    acts: [[1, uploadHalf]],
    events: [
      ['UPLOAD_STARTED', 1],
      ['UPLOAD_FAILED', 25],
      ['FILE_DELETED', 25],
    ],
    ends: ['FAILED', 25],
  },
  forgotten: {
    acts: [[1, upload]],
    events: [
      ...received(1),
      ['FILE_EXPIRING', REMINDER],
      ['FILE_EXPIRING', REMINDER],
      ...unfetched,
    ],
    ends: ['PURGED', EXPIRY],
  },
  'fetched by one': {
    acts: [
      [1, upload],
      [30, download('bo')],
      [31, confirm('bo')],
    ],
    events: [
      ...received(1),
      ['DOWNLOAD_STARTED', 30],
      ['DOWNLOAD_CONFIRMED', 31],
      ['FILE_EXPIRING', REMINDER],
      ...unfetched.slice(0, 2),
    ],
    ends: ['PURGED', EXPIRY],
  },
  'fetched by all': {
    acts: [
      [2, upload],
      [3, download('anna')],
      [4, download('bo')],
      [5, confirm('anna')],
      [6, confirm('bo')],
    ],
    events: [
      ...received(2),
      ['DOWNLOAD_STARTED', 3],
      ['DOWNLOAD_STARTED', 4],
      ['DOWNLOAD_CONFIRMED', 5],
      ['DOWNLOAD_CONFIRMED', 6],
      ['ALL_CONFIRMED_DOWNLOADED', 6],
      ['FILE_DELETED', 8],
    ],
    ends: ['PURGED', 8],
  },
  'uploaded late': {
    acts: [[28 * 24, upload]],
    events: [
      ...received(28 * 24),
      ['FILE_EXPIRING', 28 * 24],
      ['FILE_EXPIRING', 28 * 24],
      ...unfetched,
    ],
    ends: ['PURGED', EXPIRY],
  },
  withdrawn: {
    acts: [
      [1, upload],
      [100, cancel],
    ],
    events: [...received(1), ['FILE_TRANSFER_CANCELLED', 100], ['FILE_DELETED', 100]],
    ends: ['CANCELLED', 100],
  },
};

interface Planned {
  readonly fate: Fate;
  readonly createdAt: number;
  id: string;
}

test(`a year of ${COUNT} transfers leaves each with its own history`, async () => {
  await using room = await openRoom();
  const actors = {
    room,
    sender: room.as(party(2)),
    anna: room.as(ANNA),
    bo: room.as(BO),
  };
  await makeResource(room.as(party(1)), { expiryReminder: 'P3D', purgeGracePeriod: 'PT2H' });
  const { transfers: context, database } = room.services;
  const { storage, engine, clock } = room;
  const errors: unknown[] = [];
  const jobs = createJobRunner({
    database,
    clock,
    handlers: createTransferJobs(context, storage, engine),
    atOnce: JOBS_AT_ONCE,
    onError: (error) => errors.push(error),
  });
  const nextDue = async () => {
    const [job] = await database.read((db) =>
      db.selectFrom('job').select('due_at').orderBy('due_at').limit(1).execute(),
    );
    return job?.due_at ?? Infinity;
  };

  const fates = Object.values(FATES);
  const planned: Planned[] = Array.from({ length: COUNT }, (_, index) => ({
    fate: fates[index % fates.length] as Fate,
    // Those of a week have the same times, so that much of what is due is due together.
    createdAt: START + Math.floor((index / COUNT) * WEEKS) * 7 * DAY,
    id: '',
  }));
  const acts = planned
    .flatMap((transfer) => [
      {
        at: transfer.createdAt,
        async act() {
          transfer.id = await makeTransfer(actors.sender, [ANNA, BO]);
        },
      },
      ...transfer.fate.acts.map(([hours, act]) => ({
        at: transfer.createdAt + hours * HOUR,
        act: () => act(actors, transfer.id),
      })),
    ])
    .toSorted((a, b) => a.at - b.at);

  for (const byTime = groupBy(acts, ({ at }) => at), times = [...byTime.keys()]; ; ) {
    const due = await nextDue();
    const [time = Infinity] = times;
    if (Math.min(due, time) === Infinity) break;
    clock.time = Math.max(clock.time, Math.min(due, time));
    if (due <= time) await jobs.runDue();
    else await Promise.all(byTime.get(times.shift() ?? 0)?.map(({ act }) => act()) ?? []);
  }

  expect(errors).toEqual([]);
  const seen = await database.read(async (db) => ({
    transfers: await db.selectFrom('transfer').selectAll().execute(),
    events: await db
      .selectFrom('event')
      .select(['transfer_id', 'type', 'time'])
      .orderBy('position')
      .execute(),
  }));
  const events = groupBy(seen.events, ({ transfer_id }) => transfer_id);
  const ids = new Map(seen.transfers.map((transfer) => [transfer.id, transfer]));
  const histories = planned.map(({ id }) => {
    const transfer = ids.get(id);
    if (transfer === undefined) throw new Error(`There is no transfer ${id}.`);
    return historyOf(transfer, events.get(id) ?? []);
  });
  expect(histories).toEqual(
    planned.map(({ fate }) => ({
      status: fate.ends,
      events: [['FILE_TRANSFER_INITIALIZED', 0], ...fate.events],
    })),
  );
  const left: string[] = [];
  for await (const blobs of storage.list()) left.push(...blobs.map(({ key }) => key));
  expect(left).toEqual([]);
});

/** How a transfer ended and what was told of it, in hours after it was initialized. */
function historyOf(
  transfer: Pick<TransferRow, 'status' | 'status_changed_at' | 'created_at'>,
  events: readonly { readonly type: string; readonly time: number }[],
) {
  const hours = (time: number) => (time - transfer.created_at) / HOUR;
  return {
    status: [transfer.status, hours(transfer.status_changed_at)],
    events: events.map(({ type, time }) => [type, hours(time)]),
  };
}
