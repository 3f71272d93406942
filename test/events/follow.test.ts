import { describe, expect, it } from 'vitest';
import type { EventRow } from '../../src/events/index.ts';
import { createIdSource } from '../../src/id-source.ts';
import { accessListPolicy } from '../../src/resources/index.ts';
import { openDatabaseOf } from '../support/database-choice.ts';
import {
  ANNA,
  BO,
  initializeIn,
  OWNER,
  openTransferScene,
  party,
  SENDER,
  STRANGER,
  type TransferScene,
  viewerOf,
} from '../support/transfer-scene.ts';

const ALL = {} as const;

/** Settles when so many readers wait for news. */
async function waiting({ bell }: TransferScene, count: number): Promise<void> {
  while (bell.waiting !== count) await new Promise(setImmediate);
}

async function take(rows: AsyncIterableIterator<EventRow>, count: number): Promise<EventRow[]> {
  const taken: EventRow[] = [];
  while (taken.length < count) {
    const { done, value } = await rows.next();
    if (done === true) break;
    taken.push(value);
  }
  return taken;
}

describe('following the log', () => {
  it('brings what is there, and then what happens, in order', async () => {
    await using scene = await openTransferScene();
    const first = await scene.initialize(ANNA);
    const rows = scene.events.follow(viewerOf(ANNA), ALL, 0);
    expect(await take(rows, 1)).toMatchObject([{ transfer_id: first, position: 1 }]);
    const next = rows.next();
    await waiting(scene, 1);
    const second = await scene.initialize(ANNA);
    expect(await next).toMatchObject({ done: false, value: { transfer_id: second, position: 2 } });
    await rows.return?.();
  });

  it('tells of a new transfer with everything that its log keeps', async () => {
    await using scene = await openTransferScene();
    const id = await scene.initialize(ANNA);
    const rows = scene.events.follow(viewerOf(SENDER), ALL, 0);
    expect(await take(rows, 1)).toEqual([
      {
        position: 1,
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        type: 'FILE_TRANSFER_INITIALIZED',
        time: scene.clock.time,
        transfer_id: id,
        transfer_status: 'INITIALIZED',
        recipient_status: null,
        status_text: 'The sender initialized the transfer.',
        subject_id: SENDER,
        actor_party: SENDER,
        actor_vendor: null,
        actor_client_id: 'client',
        actor_system_user_id: null,
        resource_id: 'tax-files',
        sender_id: SENDER,
        owner_id: OWNER,
      },
    ]);
    await rows.return?.();
  });

  it('resumes with nothing missed and nothing twice while a writer does not stop', async () => {
    await using scene = await openTransferScene();
    const COUNT = 500;
    const writing = (async () => {
      for (let made = 0; made < COUNT; made += 5) {
        await Promise.all(Array.from({ length: 5 }, () => scene.initialize(ANNA)));
      }
    })();
    const seen: number[] = [];
    // Goes away after ever more events, and comes back with the last one that it saw.
    for (let size = 1; seen.length < COUNT; size += 7) {
      const rows = scene.events.follow(viewerOf(ANNA), ALL, seen.at(-1) ?? 0);
      for (const row of await take(rows, Math.min(size, COUNT - seen.length))) {
        seen.push(row.position);
      }
      await rows.return?.();
    }
    await writing;
    expect(seen).toEqual(Array.from({ length: COUNT }, (_, index) => index + 1));
    expect(scene.bell.waiting).toBe(0);
  });

  it('misses nothing that happens while its reader is busy with an earlier event', async () => {
    await using scene = await openTransferScene();
    await scene.initialize(ANNA);
    await scene.initialize(ANNA);
    const rows = scene.events.follow(viewerOf(ANNA), ALL, 0);
    const positions = async (count: number) =>
      (await take(rows, count)).map(({ position }) => position);
    expect(await positions(1)).toEqual([1]);
    // The second one has been read already; that the third one is known, another reader shows.
    const other = scene.events.follow(viewerOf(ANNA), ALL, 2);
    const third = other.next();
    await scene.initialize(ANNA);
    await third;
    expect(await positions(2)).toEqual([2, 3]);
    await rows.return?.();
    await other.return?.();
  });

  it('brings what happens at once, not only when it next looks by itself', async () => {
    await using scene = await openTransferScene();
    const rows = scene.events.follow(viewerOf(ANNA), ALL, 0);
    const started = performance.now();
    for (let made = 0; made < 10; made += 1) {
      const next = rows.next();
      await waiting(scene, 1);
      await scene.initialize(ANNA);
      await next;
    }
    // By itself it looks once in a second.
    expect(performance.now() - started).toBeLessThan(5000);
    await rows.return?.();
  });

  it('brings the same to all who follow', async () => {
    await using scene = await openTransferScene();
    const follows = Array.from({ length: 20 }, () => scene.events.follow(viewerOf(ANNA), ALL, 0));
    const taking = follows.map((rows) => take(rows, 12));
    for (let made = 0; made < 3; made += 1) await scene.publish(ANNA);
    const taken = (await Promise.all(taking)).map((rows) => rows.map(({ position }) => position));
    for (const positions of taken) {
      expect(positions).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    }
    for (const rows of follows) await rows.return?.();
  });

  it('brings what a filter lets through, however much lies between', async () => {
    await using scene = await openTransferScene();
    const rows = scene.events.follow(
      viewerOf(ANNA),
      { types: ['FILE_TRANSFER_CANCELLED'], resourceIds: ['tax-files'] },
      0,
    );
    const next = rows.next();
    await Promise.all(Array.from({ length: 250 }, () => scene.initialize(ANNA)));
    const id = await scene.initialize(ANNA);
    await scene.cancel(id);
    expect(await next).toMatchObject({
      value: { type: 'FILE_TRANSFER_CANCELLED', transfer_id: id },
    });
    await rows.return?.();
  });

  it('brings a stranger nothing, and the broker itself everything', async () => {
    await using scene = await openTransferScene();
    const strange = scene.events.follow(viewerOf(STRANGER), ALL, 0);
    const none = strange.next();
    const all = scene.events.followAll(ALL, 0);
    await scene.publish(ANNA);
    expect((await take(all, 4)).map(({ type }) => type)).toEqual([
      'FILE_TRANSFER_INITIALIZED',
      'UPLOAD_STARTED',
      'UPLOAD_PROCESSING',
      'PUBLISHED',
    ]);
    await strange.return?.();
    expect(await none).toEqual({ done: true, value: undefined });
    await all.return?.();
  });

  it('also brings what another process writes, though nobody rings for it', async () => {
    await using scene = await openTransferScene();
    const rows = scene.events.follow(viewerOf(BO), ALL, 0);
    const next = rows.next();
    await waiting(scene, 1);
    const database = await openDatabaseOf(scene.folder);
    const clock = { now: () => scene.clock.time };
    const ids = createIdSource(clock);
    const context = { database, clock, ids, policy: accessListPolicy, scanner: null };
    const id = await initializeIn(context, [BO]);
    expect(await next).toMatchObject({ value: { transfer_id: id } });
    await rows.return?.();
    await database.close();
  });
});

describe('a follower that waits', () => {
  it('ends when it is told to return', async () => {
    await using scene = await openTransferScene();
    const rows = scene.events.follow(viewerOf(ANNA), ALL, 0);
    const next = rows.next();
    await waiting(scene, 1);
    expect(await rows.return?.()).toEqual({ done: true, value: undefined });
    expect(await next).toEqual({ done: true, value: undefined });
    expect(scene.bell.waiting).toBe(0);
    expect(await rows.next()).toEqual({ done: true, value: undefined });
  });

  it('ends with its signal', async () => {
    await using scene = await openTransferScene();
    const abort = new AbortController();
    const rows = scene.events.follow(viewerOf(ANNA), ALL, 0, abort.signal);
    const next = rows.next();
    await waiting(scene, 1);
    abort.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(scene.bell.waiting).toBe(0);
  });

  it('ends with the log, and none begins after that', async () => {
    await using scene = await openTransferScene();
    const rows = scene.events.follow(viewerOf(ANNA), ALL, 0);
    const next = rows.next();
    await waiting(scene, 1);
    scene.events.close();
    expect(await next).toEqual({ done: true, value: undefined });
    const late = scene.events.follow(viewerOf(ANNA), ALL, 0);
    expect(await late.next()).toEqual({ done: true, value: undefined });
  });

  it('does not begin where its signal was aborted before', async () => {
    await using scene = await openTransferScene();
    await scene.initialize(ANNA);
    const rows = scene.events.follow(viewerOf(ANNA), ALL, 0, AbortSignal.abort());
    expect(await rows.next()).toEqual({ done: true, value: undefined });
  });

  it('leaves nothing behind, ten thousand times', async () => {
    await using scene = await openTransferScene();
    const COUNT = 10_000;
    const aborts = Array.from({ length: COUNT }, () => new AbortController());
    const follows = aborts.map(({ signal }, index) =>
      scene.events.follow(viewerOf(party(index)), ALL, 0, signal),
    );
    const ends = follows.map((rows) => rows.next());
    await waiting(scene, COUNT);
    for (const abort of aborts.slice(0, COUNT / 2)) abort.abort();
    expect(scene.bell.waiting).toBe(COUNT / 2);
    await Promise.all(follows.map((rows) => rows.return?.()));
    expect(scene.bell.waiting).toBe(0);
    for (const end of await Promise.all(ends)) expect(end.done).toBe(true);
  });
});
