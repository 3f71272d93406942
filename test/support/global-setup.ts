/** Compiles once before the tests, so that those which start brokers as child processes find them in dist. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { CHECKOUT } from './checkout.ts';

export default function buildOnce(): void {
  if (process.env.SKIP_BUILD === '1') return;
  const script = join(CHECKOUT, 'src', 'cli', 'build.js');
  const { status } = spawnSync(process.execPath, [script, '--if-needed', '--quiet'], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    throw new Error('dist could not be built. SKIP_BUILD=1 runs the tests that do without.');
  }
}
