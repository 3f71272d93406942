/** A folder for what nobody needs after this process. It goes with the process, also on Ctrl-C; only SIGKILL leaves it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a shell reports of a process that a signal ended is 128 and the signal's number. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export function makeTemporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'ferje-demo-'));
  process.on('exit', () => remove(path));
  for (const [signal, code] of Object.entries(SIGNALS)) {
    // Kept rather than once: npm hands a Ctrl-C on that the terminal has sent already, and the second one could kill.
    process.on(signal, () => process.exit(code));
  }
  return path;
}

/** A thread of Node's may still be making a file, so that a folder which was emptied is not: then it is emptied again. */
function remove(path: string): void {
  const ATTEMPTS = 10;
  for (let attempt = 1; ; attempt += 1) {
    try {
      rmSync(path, { recursive: true, force: true });
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}
