/** Whoever counts may be killed at any moment: nothing is counted twice, nothing is left out. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Database } from '../../src/database/index.ts';
import { TRANSFER_ROLES } from '../../src/domain/transfer-status.ts';
import { CHECKOUT } from '../support/checkout.ts';
import { databaseEnvironment } from '../support/database-choice.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { compareSoFar, compareSome, countGenerations, type Question } from './comparison.ts';
import { copyLog } from './long-log.ts';
import { history, OWNERS, openPlay } from './random-history.ts';
import { questionsAbout } from './random-questions.ts';

const MAX_MS = 240_000;
const QUESTIONS = 8;
/** So that there is a middle: for who counts few events in one commit, and for the command, which counts thousands. */
const COPIES = 15;
const COPIES_FOR_COMMAND = 35;
/** Of the history that is copied. */
const LIVES = 20;

interface Scene extends AsyncDisposable {
  readonly database: Database;
  readonly folder: string;
  /** The position of the last event. */
  readonly end: number;
  readonly questions: readonly Question[];
}

/** A log of which nothing has been counted. */
async function openLongLog(copies: number): Promise<Scene> {
  const long = history.filter(({ lives }) => lives.length >= LIVES);
  const [told] = fc.sample(long, { seed: 26, numRuns: 1 });
  if (told === undefined) throw new Error('There is no history.');
  const store = await openTestDatabase();
  const play = await openPlay(store, told);
  await play.play();
  await play[Symbol.asyncDispose]();
  const end = await copyLog(store.database, copies);
  const [question, ...questions] = fc
    .sample(questionsAbout(told, QUESTIONS), { numRuns: 1 })
    .flat();
  if (question === undefined) throw new Error('There is no question.');
  const viewer = { party: OWNERS[1], roles: TRANSFER_ROLES };
  const all = { ...question, viewer, filter: {} };
  return { ...store, end, questions: [all, ...questions] };
}

type Killed = 'killed' | 'at its end';

/** Starts a program and kills it when it has written so many lines to standard output. */
async function killAfter(
  lines: number,
  folder: string,
  ...args: readonly string[]
): Promise<Killed> {
  const script = join(import.meta.dirname, 'counting-child.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let written = 0;
  createInterface({ input: child.stdout }).on('line', () => {
    written += 1;
    if (written === lines) child.kill('SIGKILL');
  });
  const [code, signal] = await exited;
  if (signal === 'SIGKILL') return 'killed';
  expect(code).toBe(0);
  return 'at its end';
}

it(
  'a broker that is killed while it counts, again and again, goes on where it was',
  async () => {
    await using scene = await openLongLog(COPIES);
    const { database, folder, end, questions } = scene;
    let before = 0;
    for (const lines of [1, 5, 20, 40]) {
      expect(await killAfter(lines, folder, 'count', '8')).toBe('killed');
      const position = await compareSoFar(database, questions);
      expect(position).toBeGreaterThanOrEqual(before);
      expect(position).toBeLessThan(end);
      before = position;
    }
    expect(before).toBeGreaterThan(0);
    expect(await killAfter(Infinity, folder, 'count', '8')).toBe('at its end');
    await compareSome(database, Date.now(), questions);
  },
  MAX_MS,
);

it(
  'a rebuild that is killed leaves the statistics in use as they are, and the next one is whole',
  async () => {
    await using scene = await openLongLog(COPIES);
    const { database, folder, questions } = scene;
    expect(await killAfter(Infinity, folder, 'count', '500')).toBe('at its end');
    for (const lines of [1, 4, 25]) {
      expect(await killAfter(lines, folder, 'rebuild', '31')).toBe('killed');
      await compareSome(database, Date.now(), questions);
    }
    expect(await killAfter(Infinity, folder, 'rebuild', '501')).toBe('at its end');
    await compareSome(database, Date.now(), questions);
    expect(await countGenerations(database)).toBe(1);
  },
  MAX_MS,
);

interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** Runs the command of `npm run rebuild-statistics`, without the build before it. */
async function startCommand(
  folder: string,
): Promise<{ readonly child: ChildProcess; readonly outcome: Promise<Outcome> }> {
  const script = join(CHECKOUT, 'src', 'cli', 'rebuild-statistics.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    env: {
      PATH: process.env.PATH ?? '',
      DATA_DIR: folder,
      ...(await databaseEnvironment(folder)),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  return { child, outcome: closed.then(([code, ended]) => ({ code, signal: ended, output })) };
}

/** Whether there was a moment at which another generation than the one in use had counted something, before the end. */
async function untilRebuilding(database: Database, ended: Promise<unknown>): Promise<boolean> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  // What a killed one has left goes first.
  let isCleared = false;
  while (!isOver) {
    const [inUse, rebuilt] = await database.read((db) =>
      db.selectFrom('statistics_generation').selectAll().orderBy('generation').execute(),
    );
    if (rebuilt === undefined) isCleared = true;
    else if (isCleared && inUse?.is_in_use === 1 && rebuilt.position > 0) return true;
    await new Promise(setImmediate);
  }
  return false;
}

/** Starts the command and ends it in its middle; again where it was too quick for that. */
async function endInItsMiddle(
  { database, folder }: Scene,
  signal: NodeJS.Signals,
): Promise<Outcome> {
  for (;;) {
    const command = await startCommand(folder);
    if (await untilRebuilding(database, command.outcome)) command.child.kill(signal);
    const outcome = await command.outcome;
    // A signal that comes when it is on its way out finds nobody who listens any more.
    const wasTooLate = outcome.code === 0 || (signal !== 'SIGKILL' && outcome.signal !== null);
    if (!wasTooLate) return outcome;
  }
}

it(
  'the command that rebuilds, ended in its middle, leaves the statistics in use as they are, and ends well when it is begun again',
  async () => {
    await using scene = await openLongLog(COPIES_FOR_COMMAND);
    const { database, folder, end, questions } = scene;
    expect(await killAfter(Infinity, folder, 'count', '500')).toBe('at its end');
    const killed = await endInItsMiddle(scene, 'SIGKILL');
    expect(killed.signal).toBe('SIGKILL');
    await compareSome(database, Date.now(), questions);
    const stopped = await endInItsMiddle(scene, 'SIGTERM');
    expect(stopped).toMatchObject({ code: 1, signal: null });
    expect(stopped.output).toContain('Stopped by SIGTERM. The statistics in use are as they were.');
    await compareSome(database, Date.now(), questions);

    const again = await (await startCommand(folder)).outcome;
    expect(again.code, again.output).toBe(0);
    expect(again.output).toContain(`100% | ${end} of ${end}`);
    expect(again.output).toContain('The statistics have been counted anew.');
    await compareSome(database, Date.now(), questions);
    expect(await countGenerations(database)).toBe(1);
  },
  MAX_MS,
);
