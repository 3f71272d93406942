/** A real ClamAV daemon with a small signature database of our own, which knows the EICAR test string. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClamdAddress } from '../../src/scanning/index.ts';
import { freePort } from './free-port.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';

/** What every scanner finds, and nothing is harmed by. In two parts, so that no scanner finds this file. */
export const EICAR = `${'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR'}${'-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'}`;
/** Its name in our database. */
export const FINDING = 'Ferje.Test.EICAR.UNOFFICIAL';

/** Where Debian puts it, which is not on everybody's path. */
const PATH = `${process.env.PATH ?? ''}:/usr/sbin`;

/** Why no daemon can be started here; undefined where one can. */
export function whyNoClamd(): string | undefined {
  const { error } = spawnSync('clamd', ['--version'], { env: { PATH } });
  return error === undefined ? undefined : 'clamd is not on the PATH';
}

/** A run that is killed takes the daemon with it, where the system can do that. */
function commandOf(file: string): [string, ...string[]] {
  const tied = ['--pdeathsig', 'KILL'];
  const isTied = spawnSync('setpriv', [...tied, 'true'], { env: { PATH } }).status === 0;
  const clamd = ['clamd', '--config-file', file] as const;
  return isTied ? ['setpriv', ...tied, ...clamd] : [...clamd];
}

/** Says once, plainly, what was not tested for want of it. */
export function sayLeftOut(what: string, why: string | undefined): void {
  if (why !== undefined) process.stderr.write(`LEFT OUT: ${what}, because ${why}.\n`);
}

/** Lines of clamd.conf(5), such as `{ StreamMaxLength: '3M' }`. */
export type ClamdConfig = Readonly<Record<string, string>>;

export interface TestClamd extends AsyncDisposable {
  readonly address: ClamdAddress;
  /** As CLAMD_URL has it. */
  readonly url: string;
  /** Ends it where it runs, and starts it on the same address. */
  start(config?: ClamdConfig): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** A daemon that runs; on a Unix socket unless `tcp`, and not yet where `starts` is false. */
export async function openClamd({
  config = {},
  tcp = false,
  starts = true,
}: {
  readonly config?: ClamdConfig;
  readonly tcp?: boolean;
  readonly starts?: boolean;
} = {}): Promise<TestClamd> {
  const folder = await makeTemporaryFolder();
  const database = join(folder.path, 'signatures');
  await mkdir(database);
  const hex = Buffer.from(EICAR).toString('hex');
  const md5 = createHash('md5').update(EICAR).digest('hex');
  await writeFile(join(database, 'test.hdb'), `${md5}:${EICAR.length}:Ferje.Test.EICAR\n`);
  // Anywhere within a file of any type.
  await writeFile(join(database, 'test.ndb'), `Ferje.Test.EICAR:0:*:${hex}\n`);
  const address: ClamdAddress = tcp
    ? { host: '127.0.0.1', port: await freePort() }
    : { path: join(folder.path, 'clamd.sock') };
  let child: ChildProcess | undefined;

  async function stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  async function start(more: ClamdConfig = {}): Promise<void> {
    await stop();
    const listens =
      'path' in address
        ? { LocalSocket: address.path, FixStaleSocket: 'yes' }
        : { TCPAddr: address.host, TCPSocket: String(address.port) };
    const lines = {
      ...listens,
      DatabaseDirectory: database,
      Foreground: 'yes',
      User: userInfo().username,
      StreamMaxLength: '40M',
      MaxFileSize: '40M',
      MaxScanSize: '100M',
      AlertExceedsMax: 'yes',
      ...config,
      ...more,
    };
    const file = join(folder.path, 'clamd.conf');
    await writeFile(
      file,
      Object.entries(lines)
        .map(([name, value]) => `${name} ${value}\n`)
        .join(''),
    );
    const [command, ...args] = commandOf(file);
    const started = spawn(command, args, {
      env: { PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    let said = '';
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (text: Buffer) => {
        said += text.toString();
      });
    }
    while (!(await answersPing(address))) {
      if (started.exitCode !== null) throw new Error(`clamd ended: ${said}`);
      await pause(20);
    }
  }

  if (starts) await start();
  return {
    address,
    url: 'path' in address ? `unix:${address.path}` : `tcp://${address.host}:${address.port}`,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function answersPing(address: ClamdAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => socket.write('zPING\0'));
    socket.on('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  });
}
