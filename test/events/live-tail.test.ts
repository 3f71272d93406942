import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/index.ts';
import { SCOPES, type Viewer } from '../../src/domain/caller.ts';
import type { PartyId } from '../../src/domain/party-id.ts';
import { EVENT_TYPES, TRANSFER_ROLES } from '../../src/domain/transfer-status.ts';
import {
  type Bell,
  createBell,
  createEventLog,
  type EventFilter,
  type EventRow,
  findLogEnd,
  readEvents,
} from '../../src/events/index.ts';
import { configureResource } from '../../src/resources/index.ts';
import { initializeTransfer, startUpload } from '../../src/transfers/index.ts';
import { receiveLastByte } from '../../src/transfers/upload/judge-upload.ts';
import {
  ANNA,
  BO,
  callerOf,
  OWNER,
  openTransferScene,
  party,
  RESOURCE,
  SENDER,
  STRANGER,
  type TransferScene,
  viewerOf,
} from '../support/transfer-scene.ts';

const PARTIES = [OWNER, SENDER, ANNA, BO, STRANGER];
const RESOURCES = [RESOURCE, 'other-files'];
const DIGESTS = { sha256: 'a'.repeat(64), md5: null };

/** A log on the scene's database that counts what it reads from there. */
async function openCountedLog({ database }: TransferScene) {
  let reads = 0;
  const counted: Database = {
    ...database,
    read(query) {
      reads += 1;
      return database.read(query);
    },
  };
  const bell = createBell();
  return { log: await createEventLog(counted, bell), bell, reads: () => reads };
}

async function take(rows: AsyncIterator<EventRow>, count: number): Promise<EventRow[]> {
  const taken: EventRow[] = [];
  while (taken.length < count) {
    const { done, value } = await rows.next();
    if (done === true) break;
    taken.push(value);
  }
  return taken;
}

/** Settles when so many readers wait for news. */
async function waiting(bell: Bell, count: number): Promise<void> {
  while (bell.waiting !== count) await new Promise(setImmediate);
}

interface Story {
  readonly sender: PartyId;
  readonly recipients: readonly PartyId[];
  readonly resourceId: string;
  /** What happens after it was initialized, by number. */
  readonly acts: readonly number[];
}

const story: fc.Arbitrary<Story> = fc.record({
  sender: fc.constantFrom(...PARTIES),
  recipients: fc.uniqueArray(fc.constantFrom(...PARTIES), { minLength: 1, maxLength: 4 }),
  resourceId: fc.constantFrom(...RESOURCES),
  acts: fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { maxLength: 5 }),
});

const optional = <T>(values: readonly T[]) =>
  fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }));

/** Without `transferId`, which is drawn from the transfers there are. */
const filter = fc.record({
  types: optional(EVENT_TYPES),
  resourceIds: optional(RESOURCES),
  role: fc.option(fc.constantFrom(...TRANSFER_ROLES)),
  audience: fc.constantFrom('ALL' as const, 'MINE' as const),
  transfer: fc.option(fc.nat({ max: 3 }), { freq: 2 }),
});

/** Tells a story; an act that its transfer's status refuses changes nothing. */
async function tell(scene: TransferScene, { sender, recipients, resourceId, acts }: Story) {
  const { context } = scene;
  const caller = callerOf(sender);
  const input = { resourceId, fileName: 'a.txt', sender, recipients, skipVirusScan: false };
  const made = await initializeTransfer(context, caller, input);
  if (!made.ok) return undefined;
  const { id } = made.value;
  const [first = ANNA, last = first] = [recipients[0], recipients.at(-1)];
  const steps = [
    async () => {
      await startUpload(context, caller, id, { length: 3, metadata: null });
      await receiveLastByte(context, id, 3, DIGESTS);
    },
    () => scene.download(first, id),
    () => scene.confirm(last, id),
    () => scene.cancel(id),
    () => scene.deleteFile(id),
  ];
  for (const act of acts) await steps[act]?.().catch(() => undefined);
  return id;
}

describe('the live tail', () => {
  it('gives each viewer by each filter what the database would', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(story, { minLength: 1, maxLength: 6 }),
        fc.array(filter, { minLength: 3, maxLength: 6 }),
        async (stories, filters) => {
          await using scene = await openTransferScene();
          const settings = { id: 'other-files', openTo: ['SEND', 'RECEIVE'] as const };
          const configured = { database: scene.database, now: scene.clock.time };
          await configureResource(configured, callerOf(OWNER), settings);
          const { log, bell, reads } = await openCountedLog(scene);
          const [some, all] = [log.follow(viewerOf(ANNA), {}, 0), log.followAll({}, 0)];
          const [next, first] = [some.next(), all.next()];
          await waiting(bell, 2);

          const ids: (string | undefined)[] = [];
          for (const told of stories) ids.push(await tell(scene, told));
          const end = await scene.database.read(findLogEnd);
          if (end > 0) {
            await first;
            await take(all, end - 1);
          }

          const before = reads();
          for (const viewer of viewers()) {
            for (const { transfer, ...rest } of filters) {
              const wanted: EventFilter = {
                ...rest,
                transferId: transfer === null ? null : (ids[transfer % ids.length] ?? null),
              };
              const { rows } = await log.readBatch(viewer, wanted, 0);
              expect(rows).toEqual(
                await scene.database.read((db) =>
                  readEvents(db, viewer, wanted, { after: 0, limit: 1000 }),
                ),
              );
            }
          }
          if (end > 0) expect(reads()).toBe(before);
          await Promise.all([some.return?.(), all.return?.()]);
          await Promise.all([next, first]);
          log.close();
        },
      ),
      { numRuns: 25 },
    );
  });

  it('reads an event once, however many follow, and gives all of them one object', async () => {
    await using scene = await openTransferScene();
    const { log, bell, reads } = await openCountedLog(scene);
    const COUNT = 300;
    const follows = Array.from({ length: COUNT }, (_, index) =>
      log.follow(viewerOf([OWNER, SENDER, ANNA][index % 3] ?? ANNA), {}, 0),
    );
    const taking = follows.map((rows) => take(rows, 3));
    await waiting(bell, COUNT);
    const before = reads();
    for (let made = 0; made < 3; made += 1) await scene.initialize(ANNA);
    const [first = [], ...others] = await Promise.all(taking);
    // A look or two for each commit, and now and then one by itself.
    expect(reads() - before).toBeLessThan(COUNT / 3);
    for (const rows of others) {
      for (const [index, row] of rows.entries()) expect(row).toBe(first[index]);
    }
    await Promise.all(follows.map((rows) => rows.return?.()));
    log.close();
  });

  it('wakes only those whom an event concerns', async () => {
    await using scene = await openTransferScene();
    const { log, bell } = await openCountedLog(scene);
    const strangers = Array.from({ length: 50 }, (_, index) =>
      log.follow(viewerOf(party(100 + index)), {}, 0),
    );
    const ends = strangers.map((rows) => rows.next());
    const anna = log.follow(viewerOf(ANNA), {}, 0);
    const next = anna.next();
    await waiting(bell, 51);
    await scene.initialize(ANNA);
    await next;
    expect(bell.waiting).toBe(50);
    await Promise.all([anna, ...strangers].map((rows) => rows.return?.()));
    await Promise.all(ends);
    log.close();
  });

  it('reads nothing while nobody follows', async () => {
    await using scene = await openTransferScene();
    const { log, bell, reads } = await openCountedLog(scene);
    const rows = log.follow(viewerOf(ANNA), {}, 0);
    const next = rows.next();
    await waiting(bell, 1);
    await rows.return?.();
    await next;
    const before = reads();
    for (let made = 0; made < 5; made += 1) await scene.initialize(ANNA);
    expect(reads()).toBe(before);
    log.close();
  });

  it('lets one that falls far behind go on by the database, with nothing missed', async () => {
    await using scene = await openTransferScene();
    const [slow, quick] = [0, 1].map(() => scene.events.follow(viewerOf(ANNA), {}, 0));
    const COUNT = 1500;
    const first = slow?.next();
    await waiting(scene.bell, 1);
    const taking = quick && take(quick, COUNT);
    for (let made = 0; made < COUNT; made += 50) {
      await Promise.all(Array.from({ length: 50 }, () => scene.initialize(ANNA)));
    }
    expect((await taking)?.map(({ position }) => position)).toEqual(
      Array.from({ length: COUNT }, (_, index) => index + 1),
    );
    expect(await first).toMatchObject({ value: { position: 1 } });
    const rest = slow && (await take(slow, COUNT - 1));
    expect(rest?.map(({ position }) => position)).toEqual(
      Array.from({ length: COUNT - 1 }, (_, index) => index + 2),
    );
    await Promise.all([slow?.return?.(), quick?.return?.()]);
  });

  it('serves a party that comes while only the broker itself followed', async () => {
    await using scene = await openTransferScene();
    const all = scene.events.followAll({}, 0);
    const taking = take(all, 3);
    await scene.initialize(ANNA);
    await scene.initialize(ANNA);
    const rows = scene.events.follow(viewerOf(ANNA), {}, 0);
    expect((await take(rows, 2)).map(({ position }) => position)).toEqual([1, 2]);
    const next = rows.next();
    await scene.initialize(ANNA);
    expect(await next).toMatchObject({ value: { position: 3 } });
    expect(await taking).toHaveLength(3);
    await Promise.all([all.return?.(), rows.return?.()]);
  });

  it('tells who sees nothing how far the log is', async () => {
    await using scene = await openTransferScene();
    const id = await scene.initialize(ANNA);
    const batches = scene.events.followBatches(viewerOf(STRANGER), {}, 0);
    const next = batches.next();
    await waiting(scene.bell, 1);
    const rows = await scene.database.read((db) =>
      readEvents(db, null, { transferId: id }, { limit: 1 }),
    );
    const [row] = rows;
    if (row === undefined) throw new Error('There is no event.');
    const COUNT = 10_100;
    for (let from = 2; from <= COUNT; from += 500) {
      const positions = Array.from(
        { length: Math.min(500, COUNT - from + 1) },
        (_, index) => from + index,
      );
      await scene.database.write(async (tx) => {
        await tx
          .updateTable('history')
          .set({ log_end: positions.at(-1) ?? 0 })
          .execute();
        await tx
          .insertInto('event')
          .values(positions.map((position) => ({ ...row, position, id: `event ${position}` })))
          .execute();
      });
    }
    expect(await next).toMatchObject({ value: { rows: [] } });
    await batches.return?.();
  });
});

function viewers(): Viewer[] {
  return PARTIES.flatMap((who) => [
    viewerOf(who),
    viewerOf(who, [SCOPES.read]),
    viewerOf(who, [SCOPES.serviceOwner]),
    viewerOf(who, []),
  ]);
}
