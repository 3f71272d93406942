/** Jobs that wait for something, and what ends their waiting. */
import { describe, expect, it } from 'vitest';
import { hurryJobs, postpone } from '../../src/jobs/index.ts';
import { defer, openScene, START, until } from './job-scene.ts';

describe('a job that is put off', () => {
  it('waits as after a failure, says why, and is no error', async () => {
    await using scene = await openScene((_, time) =>
      time <= 3 ? postpone(`The scanner is away (${time}).`) : undefined,
    );
    await scene.schedule('a');
    for (const [index, pauseMs] of [1000, 2000, 4000].entries()) {
      await scene.runner.runDue();
      expect(await scene.jobs()).toMatchObject([
        {
          due_at: scene.clock.time + pauseMs,
          wanted_at: START,
          attempts: index + 1,
          last_error: `The scanner is away (${index + 1}).`,
          lease: null,
        },
      ]);
      scene.clock.time += pauseMs;
    }
    await scene.runner.runDue();
    expect(await scene.jobs()).toEqual([]);
    expect(scene.errors).toEqual([]);
  });

  it('is forgotten about when it is scheduled anew', async () => {
    await using scene = await openScene(() => postpone('The scanner is away.'));
    await scene.schedule('a');
    await scene.runner.runDue();
    await scene.schedule('a', START + 5);
    expect(await scene.jobs()).toMatchObject([
      { due_at: START + 5, wanted_at: START + 5, attempts: 0, last_error: null },
    ]);
  });
});

describe('hurrying', () => {
  it('makes what was put off for that reason due now, of that kind', async () => {
    let isBack = false;
    await using scene = await openScene(
      (subject) => {
        if (isBack) return undefined;
        if (subject === 'fails') throw new Error('no');
        return postpone('The scanner is away.');
      },
      { kinds: ['scan', 'work'] },
    );
    await scene.schedule('put off', START, 'scan');
    await scene.schedule('fails', START, 'scan');
    await scene.schedule('other kind');
    await scene.runner.runDue();
    await scene.schedule('later', START + 1000, 'scan');
    isBack = true;
    await scene.database.write((tx) =>
      hurryJobs(tx, { kind: 'scan', because: 'The scanner is away', now: START }),
    );
    await scene.runner.runDue();
    expect((await scene.jobs()).map(({ subject }) => subject).toSorted()).toEqual([
      'fails',
      'later',
      'other kind',
    ]);
  });

  it('leaves alone what is running', async () => {
    const end = defer();
    await using scene = await openScene((_, time) =>
      time === 1 ? postpone('The scanner is away.') : end.promise,
    );
    await scene.schedule('a');
    await scene.runner.runDue();
    scene.clock.time += 1000;
    const done = scene.runner.runDue();
    await until(() => scene.ran.length === 2);
    const claimed = await scene.jobs();
    await scene.database.write((tx) =>
      hurryJobs(tx, { kind: 'work', because: 'The scanner', now: scene.clock.time }),
    );
    expect(await scene.jobs()).toEqual(claimed);
    end.resolve();
    await done;
  });
});
