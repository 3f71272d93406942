/**
 * One run of the fault test: a broker is started, loaded, killed by SIGKILL and started again on the same folder, so often as
 * asked; then it settles, stops, and its files are compared. Everything random follows from the seed, though not the timing
 * of two processes.
 */
import { rm } from 'node:fs/promises';
import { makeDataDir, tokenFor } from '../support/broker.ts';
import { ACT_KINDS, createActs } from './acts.ts';
import { startBrokerChild } from './broker-child.ts';
import { checkFiles } from './check-files.ts';
import { createContents } from './contents.ts';
import { CONFIGURE, REGISTER } from './documents.ts';
import { drawKillMoment, untilMoment } from './kill-moments.ts';
import { createLives, type Life } from './lives.ts';
import { runLoad } from './load.ts';
import { createLogFollower } from './log-follower.ts';
import { createLogReader } from './log-reader.ts';
import { createRandom } from './random.ts';
import { countOutcomes, type FaultReport } from './report.ts';
import { ask } from './requests.ts';
import { makeResourceKinds, toSettings } from './resource-kinds.ts';
import { OWNER, RECIPIENTS, type Run, SENDERS } from './run.ts';
import { settle } from './settle.ts';
import { createViolations } from './violations.ts';

export interface FaultOptions {
  readonly seed: number;
  readonly kills: number;
  /** Files expire, are purged and reminded of. */
  readonly expires: boolean;
  /** The longest time to live of what is to expire. */
  readonly longestTimeToLiveMs: number;
  /** Hears of each kill. */
  readonly onKill?: (kill: number, moment: string) => void;
  /** With violations the folder stays, for whoever looks into it. */
  readonly keepsFaulty?: boolean;
}

const TOKEN_LIFETIME_SECONDS = 24 * 3600;

export async function runFaults(options: FaultOptions): Promise<FaultReport> {
  const { seed, kills, expires, keepsFaulty = false } = options;
  const random = createRandom(seed);
  const begunAt = Date.now();
  const dataDir = await makeDataDir();
  const tokens = new Map<string, string>();
  for (const party of [OWNER, ...SENDERS, ...RECIPIENTS]) {
    const lifetimeSeconds = TOKEN_LIFETIME_SECONDS;
    tokens.set(party, await tokenFor({ dataDir }, party, { lifetimeSeconds }));
  }
  const run: Run = {
    acts: createActs(),
    lives: createLives(),
    violations: createViolations(),
    contents: createContents(seed),
    resources: makeResourceKinds(options),
    records: [],
    tokenOf: (party) => tokens.get(party) ?? '',
  };
  const onFault = (fault: string) => run.violations.add('the broker', fault);
  const reader = createLogReader(run);
  const follower = createLogFollower(run);
  const killsByMoment = new Map<string, number>();

  // The first start makes the database, and may die of it too.
  await killAtStart(dataDir, random.between(20, 500), onFault);
  await prepare(run, dataDir, onFault);
  const load = runLoad(run, random.fork(), reader, follower);
  for (let kill = 1; kill <= kills; kill += 1) {
    const moment = drawKillMoment(random, expires);
    const child = startBrokerChild(dataDir, onFault);
    const url = moment.kind === 'while it starts' ? undefined : await child.listening;
    if (url !== undefined) run.lives.begin(url);
    await untilMoment(run, random, moment);
    run.acts.noteKill();
    run.lives.end();
    await child.end('SIGKILL');
    killsByMoment.set(moment.kind, (killsByMoment.get(moment.kind) ?? 0) + 1);
    options.onKill?.(kill, 'act' in moment ? `${moment.kind}: ${moment.act}` : moment.kind);
  }
  run.lives.stop();
  await load;
  const settledAfter = Date.now();
  const files = await endWell(run, dataDir, onFault, async (life) =>
    settle({ run, random: random.fork() }, life, reader, follower),
  );
  const isKept = keepsFaulty && run.violations.count > 0;
  if (!isKept) await rm(dataDir, { recursive: true, force: true });
  return {
    seed,
    kills,
    killsByMoment,
    acts: ACT_KINDS.map((kind) => ({ kind, ...run.acts.counts(kind) })),
    outcomes: countOutcomes(run.records),
    transfers: run.records.length,
    events: reader.events.length,
    files,
    seconds: { all: (Date.now() - begunAt) / 1000, settling: (Date.now() - settledAfter) / 1000 },
    violations: run.violations.list(),
    dataDir: isKept ? dataDir : undefined,
  };
}

type OnFault = (fault: string) => void;

async function killAtStart(dataDir: string, afterMs: number, onFault: OnFault): Promise<void> {
  const child = startBrokerChild(dataDir, onFault);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  await child.end('SIGKILL');
}

/** The owner registers and configures its resources. */
async function prepare(run: Run, dataDir: string, onFault: OnFault): Promise<void> {
  await withBroker(run, dataDir, onFault, 'SIGKILL', async (life) => {
    await ask(run, life, OWNER, REGISTER, { name: 'Brønnøysundregistrene' });
    for (const resource of run.resources) {
      const input = toSettings(resource);
      type Configured = { answer: { __typename: string } };
      const { answer } = await ask<Configured>(run, life, OWNER, CONFIGURE, { input });
      if (answer.__typename !== 'Resource') throw new Error(JSON.stringify(answer));
    }
  });
}

/** A last life, which ends as an operator ends it. Answers how many files are left. */
async function endWell(
  run: Run,
  dataDir: string,
  onFault: OnFault,
  act: (life: Life) => Promise<void>,
): Promise<number> {
  await withBroker(run, dataDir, onFault, 'SIGTERM', act);
  return checkFiles(run, dataDir);
}

async function withBroker(
  run: Run,
  dataDir: string,
  onFault: OnFault,
  signal: 'SIGKILL' | 'SIGTERM',
  act: (life: Life) => Promise<void>,
): Promise<void> {
  const child = startBrokerChild(dataDir, onFault);
  try {
    const url = await child.listening;
    if (url === undefined) throw new Error('The broker did not start.');
    await act(run.lives.begin(url));
  } finally {
    run.lives.end();
    const code = await child.end(signal);
    if (signal === 'SIGTERM' && code !== 0) onFault(`Told to stop, it ended with ${code}.`);
  }
}
