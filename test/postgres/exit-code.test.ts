/** A run of tests that failed has to say so, whatever the embedded server does when its process ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { CHECKOUT } from '../support/checkout.ts';

const SERVER = pathToFileURL(join(CHECKOUT, 'test', 'support', 'postgres-server.ts')).href;

it.each([0, 3])('a process that had a server ends with its own code, %i', async (code) => {
  const script = `
    import { startPostgresServer } from ${JSON.stringify(SERVER)};
    const server = await startPostgresServer();
    await server[Symbol.asyncDispose]();
    process.exitCode = ${code};
  `;
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', script],
    { cwd: CHECKOUT, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  expect(await once(child, 'exit')).toEqual([code, null]);
});
