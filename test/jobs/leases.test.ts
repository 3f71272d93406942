/** Whoever does a job has claimed it, for as long as it lives. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../src/database/index.ts';
import { openDatabaseOf } from '../support/database-choice.ts';
import { type Deferred, defer, openScene, START, until } from './job-scene.ts';

const LEASE_MS = 30_000;

afterEach(() => {
  vi.useRealTimers();
});

/** Each run of a job waits until the test lets it end. */
async function openHangingScene() {
  const ends: Deferred[] = [];
  const scene = await openScene(() => {
    const end = defer();
    ends.push(end);
    return end.promise;
  });
  return {
    ...scene,
    /** By the order in which they were begun. */
    ends,
    async [Symbol.asyncDispose]() {
      for (const end of ends) end.resolve();
      await scene[Symbol.asyncDispose]();
    },
  };
}

function nextCommit(database: Database): Promise<void> {
  const { promise, resolve } = defer();
  const stop = database.onCommit(resolve);
  return promise.then(stop);
}

describe('a job that is claimed', () => {
  it('is begun by one of two runners only', async () => {
    await using scene = await openScene(() => new Promise<void>(setImmediate));
    const subjects = Array.from({ length: 60 }, (_, index) => `job ${index + 10}`);
    await Promise.all(subjects.map((subject) => scene.schedule(subject)));
    const reopened = await openDatabaseOf(scene.folder);
    const other = scene.createRunner(reopened);
    await Promise.all([scene.runner.runDue(), other.runDue()]);
    expect(scene.ran.toSorted()).toEqual(subjects);
    expect(await scene.jobs()).toEqual([]);
    expect(scene.errors).toEqual([]);
    await reopened.close();
  });

  it('is taken up by another runner when its lease has ended', async () => {
    await using scene = await openHangingScene();
    const other = scene.createRunner(scene.database);
    await scene.schedule('a');
    const first = scene.runner.runDue();
    await until(() => scene.ends.length === 1);
    scene.clock.time += LEASE_MS - 1;
    await other.runDue();
    expect(scene.ran).toEqual(['a']);
    scene.clock.time += 1;
    const second = other.runDue();
    await until(() => scene.ends.length === 2);
    const claimed = await scene.jobs();
    expect(claimed).toMatchObject([{ due_at: scene.clock.time + LEASE_MS, attempts: 0 }]);

    // Who has lost it has no say in it any more.
    scene.ends[0]?.resolve();
    await first;
    expect(await scene.jobs()).toEqual(claimed);
    scene.ends[1]?.resolve();
    await second;
    expect(await scene.jobs()).toEqual([]);
  });

  it('stays so for as long as it runs', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await using scene = await openHangingScene();
    for (const subject of ['a', 'b']) await scene.schedule(subject);
    const done = scene.runner.runDue();
    await until(() => scene.ends.length === 2);
    for (let renewals = 1; renewals <= 9; renewals += 1) {
      scene.clock.time += LEASE_MS / 3;
      const renewed = nextCommit(scene.database);
      vi.advanceTimersByTime(LEASE_MS / 3);
      await renewed;
      const due_at = scene.clock.time + LEASE_MS;
      expect(await scene.jobs()).toMatchObject([{ due_at }, { due_at }]);
    }
    await scene.createRunner(scene.database).runDue();
    expect(scene.ran).toEqual(['a', 'b']);
    for (const end of scene.ends) end.resolve();
    await done;
    expect(await scene.jobs()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('and scheduled anew keeps its new time when the lease would be renewed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await using scene = await openHangingScene();
    for (const subject of ['a', 'b']) await scene.schedule(subject);
    const done = scene.runner.runDue();
    await until(() => scene.ends.length === 2);
    await scene.schedule('a', START + 60_000);
    const renewed = nextCommit(scene.database);
    scene.clock.time += LEASE_MS / 3;
    vi.advanceTimersByTime(LEASE_MS / 3);
    await renewed;
    expect(await scene.jobs()).toMatchObject([
      { subject: 'a', due_at: START + 60_000, lease: null },
      { subject: 'b', due_at: scene.clock.time + LEASE_MS },
    ]);
    for (const end of scene.ends) end.resolve();
    await done;
  });
});

describe('a runner that starts', () => {
  it('begins at once what a dead process was doing, where the database is its own', async () => {
    await using scene = await openHangingScene();
    await scene.schedule('a');
    void scene.runner.runDue();
    await until(() => scene.ends.length === 1);
    scene.createRunner({ ...scene.database, isShared: false }).start();
    await until(() => scene.ends.length === 2);
    expect(scene.ran).toEqual(['a', 'a']);
  });

  it('waits for the end of the lease where others may be at work', async () => {
    await using scene = await openHangingScene();
    await scene.schedule('a');
    void scene.runner.runDue();
    await until(() => scene.ends.length === 1);
    const other = scene.createRunner({ ...scene.database, isShared: true });
    other.start();
    await scene.schedule('b');
    await until(() => scene.ran.includes('b'));
    expect(scene.ran).toEqual(['a', 'b']);
  });

  it('does not begin anew what it is doing itself', async () => {
    await using scene = await openHangingScene();
    await scene.schedule('a');
    const runner = scene.createRunner({ ...scene.database, isShared: false });
    void runner.runDue();
    await until(() => scene.ends.length === 1);
    const claimed = await scene.jobs();
    runner.start();
    await scene.schedule('b');
    await until(() => scene.ran.includes('b'));
    expect(scene.ran).toEqual(['a', 'b']);
    expect(await scene.jobs()).toMatchObject([...claimed, { subject: 'b' }]);
  });
});
