/** Brokers for tests: the real one, in this process or as a child, on a fresh folder and a free port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pino from 'pino';
import { issueDevelopmentToken, loadDevelopmentKey } from '../../src/auth/index.ts';
import { type Broker, startBroker } from '../../src/broker.ts';
import { readConfig } from '../../src/config.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { parsePartyId } from '../../src/domain/party-id.ts';
import { CHECKOUT } from './checkout.ts';
import { databaseEnvironment, dropDatabaseOf } from './database-choice.ts';
import type { FlakyProxy } from './flaky-proxy.ts';
import { freePort } from './free-port.ts';

export const ALL_SCOPES = 'altinn:broker.write altinn:broker.read altinn:serviceowner';

/** Organisations as tests name them. */
export const PARTIES = {
  owner: '0192:991825827',
  sender: '0192:910753614',
  recipient: '0192:974760673',
  otherRecipient: '0192:971032081',
  stranger: '0192:987464291',
} as const;

type Environment = Readonly<Record<string, string>>;

export interface TestBroker extends AsyncDisposable {
  /** Where clients reach it. */
  readonly url: string;
  readonly dataDir: string;
}

export interface TokenOptions {
  readonly scope?: string;
  readonly vendor?: string;
  readonly lifetimeSeconds?: number;
}

/** An access token of the development issuer that the broker trusts. */
export async function tokenFor(
  { dataDir }: { readonly dataDir: string },
  party: string,
  { scope = ALL_SCOPES, vendor, lifetimeSeconds = 3600 }: TokenOptions = {},
): Promise<string> {
  const id = parsePartyId(party);
  if (id === undefined) throw new Error(`${party} is no party.`);
  return issueDevelopmentToken(await loadDevelopmentKey(dataDir), {
    party: id,
    vendor: (vendor === undefined ? undefined : parsePartyId(vendor)) ?? null,
    scope,
    lifetimeSeconds,
    now: Date.now(),
  });
}

export async function makeDataDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'ferje-'));
}

/** A broker behind a proxy that breaks connections: everything that clients are told leads through it. */
export async function startBrokerBehind(proxy: FlakyProxy): Promise<TestBroker> {
  const port = await freePort();
  proxy.target = new URL(`http://127.0.0.1:${port}`);
  return startTestBroker({ env: { PORT: String(port), PUBLIC_URL: proxy.url } });
}

/** A broker in this process. Without `dataDir` it gets a folder of its own, which goes with it. */
export async function startTestBroker({
  env = {},
  clock,
  dataDir,
}: {
  readonly env?: Environment;
  readonly clock?: Clock;
  readonly dataDir?: string;
} = {}): Promise<TestBroker> {
  const folder = dataDir ?? (await makeDataDir());
  const result = readConfig({
    PORT: '0',
    DATA_DIR: folder,
    LOG_LEVEL: 'silent',
    ...(await databaseEnvironment(folder)),
    ...env,
  });
  if ('faults' in result) throw new Error(result.faults.join('\n'));
  const logger = pino({ level: result.config.logLevel });
  const broker: Broker = await startBroker(result.config, {
    logger,
    ...(clock === undefined ? {} : { clock }),
  });
  return {
    url: broker.url,
    dataDir: folder,
    async [Symbol.asyncDispose]() {
      await broker.close();
      if (dataDir !== undefined) return;
      await dropDatabaseOf(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface BrokerProcess extends TestBroker {
  readonly process: ChildProcess;
  /** What it has written to standard output, a line each. */
  readonly log: readonly string[];
  /** Sends a signal and waits for the end; answers the exit code, null where the signal ended it. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** A broker as a child process, as `npm start` runs it. It keeps its folder, for the next one to start on. */
export async function spawnBroker(
  dataDir: string,
  {
    env = {},
    command = [],
  }: { readonly env?: Environment; readonly command?: readonly string[] } = {},
): Promise<BrokerProcess> {
  const [program = process.execPath, ...args] = [
    ...command,
    process.execPath,
    join(CHECKOUT, 'dist', 'src', 'main.js'),
  ];
  const child = spawn(program, args, {
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      DATA_DIR: dataDir,
      ...(await databaseEnvironment(dataDir)),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const log: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.push(line);
      const entry = line.startsWith('{')
        ? (JSON.parse(line) as { msg?: string; url?: string })
        : {};
      if (entry.msg === 'listening' && entry.url !== undefined) resolve(entry.url);
    });
    child.once('exit', (code) => reject(new Error(`The broker ended with ${code} at its start.`)));
  });
  const stop = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const [code] = await exited;
    return code;
  };
  return {
    url,
    dataDir,
    process: child,
    log,
    stop,
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL');
    },
  };
}
