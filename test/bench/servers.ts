/** The servers that are measured, each a process of its own with its data in a folder that the benchmark chooses. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { spawnBroker, type TestBroker } from '../support/broker.ts';

export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Where its files are, with nothing else below it that a benchmark must not remove. */
  readonly folder: string;
}

type BareProgram = 'bare-upload' | 'bare-download' | 'bare-tus' | 'bare-list' | 'bare-initialize';

/** Starts one of the bare programs beside this file, which gets its folder and then the arguments. */
export async function startBare(
  program: BareProgram,
  parentFolder: string,
  args: readonly string[] = [],
): Promise<ServerProcess> {
  const folder = join(parentFolder, program);
  await mkdir(folder, { recursive: true });
  const script = join(import.meta.dirname, `${program}.ts`);
  // Its standard input stays open for as long as we live: it ends with that.
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [url] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>,
    exited.then(() => Promise.reject(new Error(`${program} ended at its start.`))),
  ]);
  return {
    url,
    pid: requirePid(child.pid),
    folder,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Starts Ferje as `npm start` does, with all of its data below a folder, but for a database that is named. */
export async function startFerje(
  parentFolder: string,
  databasePath?: string,
): Promise<ServerProcess & TestBroker> {
  const dataDir = join(parentFolder, 'ferje');
  await mkdir(dataDir, { recursive: true });
  const broker = await spawnBroker(dataDir, {
    env: databasePath === undefined ? {} : { DATABASE_URL: `sqlite:${databasePath}` },
  });
  const kill = () => broker.process.kill('SIGKILL');
  process.on('exit', kill);
  return {
    url: broker.url,
    pid: requirePid(broker.process.pid),
    folder: join(dataDir, 'files'),
    dataDir,
    async [Symbol.asyncDispose]() {
      process.off('exit', kill);
      await broker.stop('SIGKILL');
    },
  };
}

function requirePid(pid: number | undefined): number {
  if (pid === undefined) throw new Error('A server could not be started.');
  return pid;
}
