/** A broker as a child process that can be killed at any moment, also while it starts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CHECKOUT } from '../support/checkout.ts';

/** What pino calls an error. */
const ERROR_LEVEL = 50;

export interface BrokerChild {
  /** Where it listens; undefined where it ended before. */
  readonly listening: Promise<string | undefined>;
  /** Ends it with the signal; answers its exit code, null where the signal ended it. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}

/** `onFault` hears of each error that it logs, and of an end that nobody asked for. */
export function startBrokerChild(dataDir: string, onFault: (fault: string) => void): BrokerChild {
  const child: ChildProcess = spawn(process.execPath, [join(CHECKOUT, 'dist', 'src', 'main.js')], {
    env: { PATH: process.env.PATH ?? '', PORT: '0', DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Who dies of a fault of its own leaves no broker behind.
  const reap = () => child.kill('SIGKILL');
  process.on('exit', reap);
  child.once('exit', () => process.off('exit', reap));
  let isEnding = false;
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  const listening = new Promise<string | undefined>((resolve) => {
    readLines(child, (line) => {
      const entry = parseEntry(line);
      if (entry.msg === 'listening') resolve(entry.url);
      if (entry.level === undefined || entry.level >= ERROR_LEVEL) onFault(line);
    });
    child.once('exit', (code, signal) => {
      if (!isEnding) onFault(`The broker ended by itself: ${code ?? signal}.`);
      resolve(undefined);
    });
  });
  return {
    listening,
    async end(signal) {
      isEnding = true;
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}

function readLines({ stdout, stderr }: ChildProcess, onLine: (line: string) => void): void {
  for (const stream of [stdout, stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', onLine);
  }
}

interface LogEntry {
  readonly level?: number;
  readonly msg?: string;
  readonly url?: string;
}

/** A line that is cut off by a kill, or is no log, has no level. */
function parseEntry(line: string): LogEntry {
  try {
    return JSON.parse(line) as LogEntry;
  } catch {
    return {};
  }
}
