import { describe, expect, it } from 'vitest';
import { DatabaseFullError } from '../../src/database/index.ts';
import { scheduleJob, UNFINISHED, unscheduleJob } from '../../src/jobs/index.ts';
import { openDatabaseOf, refuse } from '../support/database-choice.ts';
import { defer, openScene, START, until } from './job-scene.ts';

describe('a job', () => {
  it('runs once when it is due, and is forgotten then', async () => {
    await using scene = await openScene();
    await scene.schedule('a');
    await scene.schedule('b', START - 1000);
    await scene.runner.runDue();
    expect(scene.ran).toEqual(['b', 'a']);
    expect(await scene.jobs()).toEqual([]);
    await scene.runner.runDue();
    expect(scene.ran).toHaveLength(2);
    expect(scene.errors).toEqual([]);
  });

  it('does not run before it is due', async () => {
    await using scene = await openScene();
    await scene.schedule('a', START + 1000);
    scene.clock.time += 999;
    await scene.runner.runDue();
    expect(scene.ran).toEqual([]);
    scene.clock.time += 1;
    await scene.runner.runDue();
    expect(scene.ran).toEqual(['a']);
  });

  it('that was not committed does not run', async () => {
    await using scene = await openScene();
    const refused = scene.database.write(async (tx) => {
      await scheduleJob(tx, { kind: 'work', subject: 'a', dueAt: START });
      throw new Error('no');
    });
    await expect(refused).rejects.toThrow('no');
    await scene.runner.runDue();
    expect(scene.ran).toEqual([]);
  });

  it('that is scheduled again moves, and stays one', async () => {
    await using scene = await openScene();
    await scene.schedule('a', START + 10);
    await scene.schedule('a', START + 20);
    scene.clock.time = START + 10;
    await scene.runner.runDue();
    expect(scene.ran).toEqual([]);
    await scene.schedule('a', START + 5);
    await scene.runner.runDue();
    expect(scene.ran).toEqual(['a']);
  });

  it('that is scheduled again while it runs runs again', async () => {
    await using scene = await openScene(async () => {
      if (scene.ran.length === 1) await scene.schedule('a', START + 10);
    });
    await scene.schedule('a');
    await scene.runner.runDue();
    expect(await scene.jobs()).toMatchObject([{ subject: 'a', due_at: START + 10 }]);
    scene.clock.time += 10;
    await scene.runner.runDue();
    expect(scene.ran).toEqual(['a', 'a']);
    expect(await scene.jobs()).toEqual([]);
  });

  it('that is due again while it runs is not begun beside itself', async () => {
    const [begun, end] = [defer(), defer()];
    await using scene = await openScene((_, time) => {
      if (time > 1) return;
      begun.resolve();
      return end.promise;
    });
    await scene.schedule('a');
    const first = scene.runner.runDue();
    await begun.promise;
    await scene.schedule('a');
    scene.runner.start();
    await scene.schedule('b');
    await until(() => scene.ran.includes('b'));
    expect(scene.ran).toEqual(['a', 'b']);
    end.resolve();
    await first;
    await until(() => scene.ran.length === 3);
    expect(scene.ran).toEqual(['a', 'b', 'a']);
    await scene.runner.stop();
    expect(await scene.jobs()).toEqual([]);
  });

  it('that is taken back does not run', async () => {
    await using scene = await openScene();
    await scene.schedule('a');
    await scene.schedule('b');
    await scene.database.write((tx) => unscheduleJob(tx, { kind: 'work', subject: 'a' }));
    await scene.runner.runDue();
    expect(scene.ran).toEqual(['b']);
  });

  it('that is taken back while it runs comes to its end', async () => {
    await using scene = await openScene(() =>
      scene.database.write((tx) => unscheduleJob(tx, { kind: 'work', subject: 'a' })),
    );
    await scene.schedule('a');
    await scene.runner.runDue();
    expect(scene.ran).toEqual(['a']);
    expect(await scene.jobs()).toEqual([]);
    expect(scene.errors).toEqual([]);
  });

  it('of a kind that nobody handles is left for who does', async () => {
    await using scene = await openScene();
    await scene.schedule('a', START, 'play');
    await scene.runner.runDue();
    expect(scene.ran).toEqual([]);
    expect(await scene.jobs()).toHaveLength(1);
  });
});

describe('a job that fails', () => {
  it('is tried again with growing pauses, up to five minutes, until it succeeds', async () => {
    const failures = 11;
    await using scene = await openScene(() => {
      if (scene.ran.length <= failures) throw new Error(`failure ${scene.ran.length}`);
    });
    await scene.schedule('a');
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= failures; attempt += 1) {
      await scene.runner.runDue();
      const [job] = await scene.jobs();
      expect(job).toMatchObject({ attempts: attempt, last_error: `failure ${attempt}` });
      pauses.push((job?.due_at ?? 0) - scene.clock.time);
      scene.clock.time = (job?.due_at ?? 0) - 1;
      await scene.runner.runDue();
      expect(scene.ran).toHaveLength(attempt);
      scene.clock.time += 1;
    }
    const seconds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300];
    expect(pauses).toEqual(seconds.map((count) => count * 1000));
    await scene.runner.runDue();
    expect(scene.ran).toHaveLength(failures + 1);
    expect(await scene.jobs()).toEqual([]);
    expect(scene.errors[0]).toBe('work a: failure 1');
    expect(scene.errors).toHaveLength(failures);
  });

  it('holds up no other', async () => {
    await using scene = await openScene((subject) => {
      if (subject.startsWith('bad')) throw new Error('no');
    });
    for (const subject of ['bad 1', 'good 1', 'bad 2', 'good 2']) await scene.schedule(subject);
    await scene.runner.runDue();
    expect(scene.ran.toSorted()).toEqual(['bad 1', 'bad 2', 'good 1', 'good 2']);
    expect((await scene.jobs()).map(({ subject }) => subject)).toEqual(['bad 1', 'bad 2']);
  });

  it('starts its pauses anew when it is scheduled again', async () => {
    await using scene = await openScene(() => {
      throw new Error('no');
    });
    await scene.schedule('a');
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await scene.runner.runDue();
      scene.clock.time += 300_000;
    }
    await scene.schedule('a', scene.clock.time);
    await scene.runner.runDue();
    expect(await scene.jobs()).toMatchObject([{ attempts: 1, due_at: scene.clock.time + 1000 }]);
  });

  it('keeps the time for which it was scheduled again meanwhile', async () => {
    await using scene = await openScene(async () => {
      await scene.schedule('a', START + 60_000);
      throw new Error('no');
    });
    await scene.schedule('a');
    await scene.runner.runDue();
    expect(await scene.jobs()).toMatchObject([{ due_at: START + 60_000, attempts: 0 }]);
  });

  it('waits for the end of its lease where even its failure cannot be noted', async () => {
    await using scene = await openScene(() => {
      throw new Error('no');
    });
    const repair = await refuse(scene.folder, 'update on job', 'new.lease is null');
    await scene.schedule('a');
    await scene.runner.runDue();
    expect(scene.ran).toEqual(['a']);
    expect(scene.errors).toEqual(['work a: no', 'work a: refused by a test']);
    scene.clock.time += 29_999;
    await scene.runner.runDue();
    expect(scene.ran).toEqual(['a']);
    scene.clock.time += 1;
    await scene.runner.runDue();
    expect(scene.ran).toEqual(['a', 'a']);
    await repair();
  });
});

describe('a runner', () => {
  it('goes on with what another one left, on the same database', async () => {
    await using scene = await openScene();
    await scene.schedule('a');
    const reopened = await openDatabaseOf(scene.folder);
    await scene.createRunner(reopened).runDue();
    expect(scene.ran).toEqual(['a']);
    expect(await scene.jobs()).toEqual([]);
    await reopened.close();
  });

  it('that has started runs what is scheduled as soon as it is committed', async () => {
    const done = defer();
    await using scene = await openScene(() => done.resolve());
    scene.runner.start();
    await scene.schedule('a');
    await done.promise;
    expect(scene.ran).toEqual(['a']);
  });

  it('that has started wakes when the next job is due', async () => {
    const done = defer();
    await using scene = await openScene((subject) => {
      if (subject === 'b') done.resolve();
    });
    // Time goes on by itself here.
    const started = performance.now();
    scene.clock.now = () => START + Math.floor(performance.now() - started);
    scene.runner.start();
    await scene.schedule('b', START + 60);
    await scene.schedule('a', START + 30);
    await done.promise;
    expect(scene.ran).toEqual(['a', 'b']);
    expect(scene.clock.now()).toBeGreaterThanOrEqual(START + 60);
  });

  it('lets no jobs of one kind hold up those of another', async () => {
    const long = defer();
    await using scene = await openScene(
      (subject) => (subject.startsWith('long') ? long.promise : undefined),
      { kinds: ['scan', 'work'] },
    );
    scene.runner.start();
    for (let index = 0; index < 10; index += 1)
      await scene.schedule(`long ${index}`, START, 'scan');
    await scene.schedule('short');
    await until(() => scene.ran.includes('short'));
    expect(scene.ran.filter((subject) => subject !== 'short')).toHaveLength(4);
    long.resolve();
    await until(() => scene.ran.length === 11);
  });

  it('runs as many of a kind at once as it is told', async () => {
    const end = defer();
    await using scene = await openScene(() => end.promise, {
      kinds: ['scan', 'work'],
      atOnce: { scan: 1, work: 6 },
    });
    for (let index = 0; index < 8; index += 1) {
      await scene.schedule(`scan ${index}`, START, 'scan');
      await scene.schedule(`work ${index}`);
    }
    const done = scene.runner.runDue();
    await until(() => scene.ran.length === 7);
    expect(scene.ran.filter((subject) => subject.startsWith('work'))).toHaveLength(6);
    end.resolve();
    await done;
    expect(scene.ran).toHaveLength(16);
  });

  it('reads nothing while nothing is due, and little while much else is committed', async () => {
    await using scene = await openScene();
    let reads = 0;
    let writes = 0;
    const runner = scene.createRunner({
      ...scene.database,
      read(query) {
        reads += 1;
        return scene.database.read(query);
      },
      write(command) {
        writes += 1;
        return scene.database.write(command);
      },
    });
    await scene.schedule('later', START + 60_000);
    runner.start();
    await until(() => reads > 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [readsBefore, writesBefore] = [reads, writes];
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(reads).toBe(readsBefore);
    const started = performance.now();
    for (let index = 0; index < 200; index += 1) {
      await scene.schedule('much later', START + 60_000 + index);
    }
    await runner.stop();
    expect(reads - readsBefore).toBeLessThanOrEqual(2 + (performance.now() - started) / 10);
    expect(writes).toBe(writesBefore);
    expect(scene.ran).toEqual([]);
  });

  it('lets a long job hold up no other', async () => {
    const long = defer();
    const short = defer();
    await using scene = await openScene((subject) => {
      if (subject === 'long') return long.promise;
      return short.resolve();
    });
    scene.runner.start();
    await scene.schedule('long');
    await scene.schedule('short');
    await short.promise;
    expect(scene.ran).toEqual(['long', 'short']);
    long.resolve();
  });

  it('runs a few at once, and each of them once', async () => {
    let now = 0;
    let most = 0;
    await using scene = await openScene(async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise(setImmediate);
      now -= 1;
    });
    const subjects = Array.from({ length: 50 }, (_, index) => `job ${index + 10}`);
    await Promise.all(subjects.map((subject) => scene.schedule(subject)));
    await scene.runner.runDue();
    expect(scene.ran.toSorted()).toEqual(subjects);
    expect(most).toBe(4);
  });

  it('waits for what runs when it is stopped, and begins nothing more', async () => {
    const begun = defer();
    const end = defer();
    await using scene = await openScene(() => {
      begun.resolve();
      return end.promise;
    });
    scene.runner.start();
    await scene.schedule('a');
    await begun.promise;
    let isStopped = false;
    const stopping = scene.runner.stop().then(() => {
      isStopped = true;
    });
    await scene.schedule('b');
    expect(isStopped).toBe(false);
    end.resolve();
    await stopping;
    expect(scene.ran).toEqual(['a']);
    expect((await scene.jobs()).map(({ subject }) => subject)).toEqual(['b']);
  });

  it('begins nothing of what it was just claiming when it is stopped', async () => {
    await using scene = await openScene();
    const [claimed, stopped] = [defer(), defer()];
    const runner = scene.createRunner({
      ...scene.database,
      // What is claimed is known a little late.
      async write(command) {
        const answer = await scene.database.write(command);
        claimed.resolve();
        await stopped.promise;
        return answer;
      },
      isShared: true,
    });
    await scene.schedule('a');
    runner.start();
    await claimed.promise;
    const stopping = runner.stop();
    stopped.resolve();
    await stopping;
    expect(scene.ran).toEqual([]);
    expect(await scene.jobs()).toMatchObject([{ due_at: START, attempts: 0, lease: null }]);
  });

  it('leaves what it could not finish to another one, and asks again only after a second', async () => {
    await using scene = await openScene((_, time) => (time === 1 ? UNFINISHED : undefined));
    await scene.schedule('a');
    await scene.runner.runDue();
    await scene.runner.runDue();
    scene.clock.time += 999;
    await scene.runner.runDue();
    expect(scene.ran).toEqual(['a']);
    expect(await scene.jobs()).toMatchObject([{ due_at: START, attempts: 0, lease: null }]);
    await scene.createRunner(scene.database).runDue();
    expect(scene.ran).toEqual(['a', 'a']);
    expect(await scene.jobs()).toEqual([]);
    expect(scene.errors).toEqual([]);
  });
});

describe('a runner on a full disk', () => {
  it('does what is due without a claim, and again after a second until its end can be noted', async () => {
    await using scene = await openScene();
    let isFull = true;
    const runner = scene.createRunner({
      ...scene.database,
      isShared: false,
      async write(command) {
        if (isFull) throw new DatabaseFullError('full');
        return scene.database.write(command);
      },
    });
    await scene.schedule('a');
    await runner.runDue();
    expect(scene.ran).toEqual(['a']);
    scene.clock.time += 999;
    await runner.runDue();
    expect(scene.ran).toEqual(['a']);
    isFull = false;
    scene.clock.time += 1;
    await runner.runDue();
    expect(scene.ran).toEqual(['a', 'a']);
    expect(await scene.jobs()).toEqual([]);
  });

  it('notes the end of what it did without a claim where it has made room', async () => {
    let isFull = true;
    await using scene = await openScene(() => {
      isFull = false;
    });
    const runner = scene.createRunner({
      ...scene.database,
      isShared: false,
      async write(command) {
        if (isFull) throw new DatabaseFullError('full');
        return scene.database.write(command);
      },
    });
    await scene.schedule('a');
    await runner.runDue();
    expect(scene.ran).toEqual(['a']);
    expect(await scene.jobs()).toEqual([]);
    expect(scene.errors).toEqual([]);
  });

  it('does nothing that others on the same database might be doing', async () => {
    await using scene = await openScene();
    const runner = scene.createRunner({
      ...scene.database,
      isShared: true,
      async write() {
        throw new DatabaseFullError('full');
      },
    });
    await scene.schedule('a');
    await runner.runDue();
    expect(scene.ran).toEqual([]);
    expect(scene.errors).toEqual(['runner : full']);
  });
});
