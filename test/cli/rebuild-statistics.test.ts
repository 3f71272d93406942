/** `npm run rebuild-statistics`, called rightly and wrongly. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { clientOf, initialize, openResource } from '../support/api.ts';
import { makeDataDir, PARTIES, startTestBroker } from '../support/broker.ts';
import { CHECKOUT } from '../support/checkout.ts';
import { CountTransfers } from '../support/statistics-operations.ts';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function rebuild(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> {
  const command = ['run', '--silent', 'rebuild-statistics', '--', ...args];
  return new Promise((resolve) => {
    const options = { cwd: CHECKOUT, env: { ...process.env, ...env } };
    const child = execFile('npm', command, options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

test('statistics are counted anew beside a broker that runs, with the same result', async () => {
  await using broker = await startTestBroker();
  const scene = await openResource(broker);
  for (let count = 0; count < 3; count += 1) await initialize(scene);
  const owner = await clientOf(broker, PARTIES.owner);
  const { statistics: before } = await owner.run(CountTransfers, {});
  expect(before?.totals.transfers).toBe(3);

  const { code, stdout, stderr } = await rebuild({ DATA_DIR: broker.dataDir });
  expect([code, stdout]).toEqual([0, 'The statistics have been counted anew.\n']);
  expect(stderr).toContain('100% | 3 of 3');

  await initialize(scene);
  const { statistics: after } = await owner.run(CountTransfers, {});
  expect(after?.totals.transfers).toBe(4);
});

test('a command that was called wrongly says what is wrong', async () => {
  const dataDir = await makeDataDir();
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  expect(await rebuild({ DATA_DIR: dataDir })).toEqual({
    code: 2,
    stdout: '',
    stderr: `There is no database at ${join(dataDir, 'ferje.sqlite')}; DATA_DIR or DATABASE_URL say where it is.\n`,
  });
  const wrong = await rebuild({ DATABASE_URL: 'mysql://nowhere' });
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('DATABASE_URL is "mysql://nowhere"; it may be');
  const option = await rebuild({ DATA_DIR: dataDir }, '--now');
  expect(option.code).toBe(2);
  expect(option.stderr).toContain("Unknown option '--now'");
  expect((await rebuild({}, '--help')).stdout).toContain('npm run rebuild-statistics');
});
