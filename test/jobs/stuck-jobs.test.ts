import { describe, expect, it } from 'vitest';
import { findStuckJobs, postpone } from '../../src/jobs/index.ts';
import { defer, openScene, START, until } from './job-scene.ts';

const LIMIT_MS = 15 * 60_000;

describe('stuck jobs', () => {
  it('are those that were to be done longer ago than the limit, by kind, with the oldest', async () => {
    await using scene = await openScene((subject) => postpone(`${subject} has to wait.`), {
      kinds: ['purge', 'scan'],
    });
    const find = () =>
      scene.database.read((db) => findStuckJobs(db, { now: scene.clock.time, limitMs: LIMIT_MS }));
    await scene.schedule('second', START + 1, 'scan');
    await scene.schedule('first', START, 'scan');
    await scene.schedule('never tried', START, 'unhandled');
    scene.clock.time += LIMIT_MS - 1;
    await scene.schedule('not yet', scene.clock.time, 'scan');
    await scene.schedule('far', START + 1e9, 'scan');
    await scene.schedule('far', START + 1e9, 'purge');
    await scene.runner.runDue();
    expect(await find()).toEqual([]);

    scene.clock.time += 1;
    const first = {
      subject: 'first',
      wantedAt: START,
      attempts: 1,
      lastError: 'first has to wait.',
    };
    const unhandled = {
      kind: 'unhandled',
      count: 1,
      oldest: { subject: 'never tried', wantedAt: START, attempts: 0, lastError: null },
    };
    expect(await find()).toEqual([{ kind: 'scan', count: 1, oldest: first }, unhandled]);

    // However long its pause has become.
    for (let attempt = 2; attempt <= 12; attempt += 1) {
      scene.clock.time += 5 * 60_000;
      await scene.runner.runDue();
    }
    expect(await find()).toEqual([
      { kind: 'scan', count: 3, oldest: { ...first, attempts: 12 } },
      unhandled,
    ]);
    await scene.schedule('first', scene.clock.time, 'scan');
    expect(await find()).toMatchObject([{ count: 2, oldest: { subject: 'second' } }, unhandled]);
  });

  it('are found also while they are tried', async () => {
    const end = defer();
    await using scene = await openScene(() => end.promise);
    await scene.schedule('a');
    scene.clock.time += LIMIT_MS;
    const done = scene.runner.runDue();
    await until(() => scene.ran.length === 1);
    const now = scene.clock.time;
    expect(
      await scene.database.read((db) => findStuckJobs(db, { now, limitMs: LIMIT_MS })),
    ).toMatchObject([{ kind: 'work', count: 1, oldest: { subject: 'a' } }]);
    end.resolve();
    await done;
  });
});
