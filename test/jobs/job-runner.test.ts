import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/index.ts';
import { createJobRunner, type Job, type JobRunner, scheduleJob } from '../../src/jobs/index.ts';
import { openDatabaseOf, refuse } from '../support/database-choice.ts';
import { openTestDatabase } from '../support/test-database.ts';

const START = 1_000_000;

interface Deferred {
  readonly promise: Promise<void>;
  resolve(): void;
}

function defer(): Deferred {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** A runner whose jobs write down that they ran; what else they do, a test says. */
async function openScene(handle: (subject: string) => void | Promise<void> = () => undefined) {
  const { database, folder, ...store } = await openTestDatabase();
  const clock = { time: START, now: () => clock.time };
  const ran: string[] = [];
  const errors: string[] = [];
  const createRunner = (on: Database): JobRunner =>
    createJobRunner({
      database: on,
      clock,
      handlers: {
        async work(subject) {
          ran.push(subject);
          await handle(subject);
        },
      },
      onError: (error, { kind, subject }) =>
        errors.push(`${kind} ${subject}: ${error instanceof Error ? error.message : error}`),
    });
  const runner = createRunner(database);
  return {
    database,
    folder,
    clock,
    ran,
    errors,
    runner,
    createRunner,
    schedule: (subject: string, dueAt = START, kind = 'work') =>
      schedule(database, { kind, subject, dueAt }),
    jobs: () =>
      database.read((db) =>
        db.selectFrom('job').select(['subject', 'due_at', 'attempts', 'last_error']).execute(),
      ),
    async [Symbol.asyncDispose]() {
      await runner.stop();
      await database.close();
      await store[Symbol.asyncDispose]();
    },
  };
}

const schedule = (database: Database, job: Job) => database.write((tx) => scheduleJob(tx, job));

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

  it('waits too where even its failure cannot be noted', async () => {
    await using scene = await openScene(() => {
      throw new Error('no');
    });
    const repair = await refuse(scene.folder, 'update on job');
    await scene.schedule('a');
    await scene.runner.runDue();
    expect(scene.ran).toEqual(['a']);
    expect(scene.errors).toEqual(['work a: no', 'work a: refused by a test']);
    scene.clock.time += 999;
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

  it('does again what another one had begun and never finished', async () => {
    const hanging = defer();
    await using scene = await openScene((subject) =>
      scene.ran.filter((name) => name === subject).length === 1 ? hanging.promise : undefined,
    );
    await scene.schedule('a');
    const first = scene.runner.runDue();
    while (scene.ran.length === 0) await new Promise(setImmediate);
    await scene.createRunner(scene.database).runDue();
    expect(scene.ran).toEqual(['a', 'a']);
    expect(await scene.jobs()).toEqual([]);
    hanging.resolve();
    await first;
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
});
