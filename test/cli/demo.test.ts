import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { CHECKOUT } from '../support/checkout.ts';

/** The demo as `npm run demo` runs it, with a temporary folder of its own. */
async function startDemo(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'ferje-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const script = join(CHECKOUT, 'dist', 'src', 'cli', 'demo.js');
  const child = spawn(process.execPath, [script, ...args], {
    env: { PATH: process.env.PATH ?? '', TMPDIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const outcome = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(
    ([stdout, stderr, [code]]) => ({ code: code as number | null, stdout, stderr }),
  );
  return { child, outcome, leftOver: () => readdir(folder) };
}

test('the demo moves a file over two broken connections, tells of it in two ways, and leaves nothing behind', async () => {
  const demo = await startDemo(['--size-mib', '8']);
  const { code, stdout, stderr } = await demo.outcome;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

  const [, sent] = /SHA-256 sent +([0-9a-f]{64})$/m.exec(stdout) ?? [];
  const [, received] = /SHA-256 received +([0-9a-f]{64})$/m.exec(stdout) ?? [];
  expect(sent).toBeDefined();
  expect(received).toBe(sent);

  // The upload went on from where the broker stood: past the chunks acknowledged, short of what had been handed over.
  const amounts = /cut .* after ([\d ]+) bytes\.[\s\S]*?The broker has ([\d ]+) bytes/.exec(stdout);
  const [handedOver = 0, kept = 0] = (amounts ?? [])
    .slice(1)
    .map((n) => Number(n.replaceAll(' ', '')));
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThanOrEqual(handedOver);
  expect(stdout).toContain('206, bytes 4194304-8388607/8388608');

  const live = [...stdout.matchAll(/» ([A-Z_]+):/g)].map(([, type]) => type);
  const log = [...stdout.matchAll(/^ +\d{4}-[\d-]+T[\d:.]+Z +([A-Z_]+)/gm)].map(([, type]) => type);
  expect(live).toEqual([
    'FILE_TRANSFER_INITIALIZED',
    'UPLOAD_STARTED',
    'UPLOAD_PROCESSING',
    'PUBLISHED',
    'DOWNLOAD_STARTED',
    'DOWNLOAD_CONFIRMED',
    'ALL_CONFIRMED_DOWNLOADED',
  ]);
  expect(log).toEqual(live);

  const webhooks = [
    ...stdout.matchAll(/» webhook (\S+?), (?:number (\d+), )?signature verified$/gm),
  ];
  expect(webhooks.map(([, type, number]) => [type, number])).toEqual([
    ['platform.events.validatesubscription', undefined],
    ['no.altinn.broker.published', '1'],
    ['no.altinn.broker.downloadstarted', '2'],
    ['no.altinn.broker.downloadconfirmed', '3'],
  ]);
  expect(stdout).toContain('the webhook is validated, and ACTIVE.');
  expect(stdout).toContain('By subscription 7 events, by webhook 3\n');
  expect(stdout).toContain('The 3 that concern the recipient came both ways, with the same ids.');
  expect(await demo.leftOver()).toEqual([]);
});

test('the demo removes its files on Ctrl-C, also where the signal comes twice', async () => {
  const demo = await startDemo(['--size-mib', '2000']);
  demo.child.stdout.on('data', (chunk: Buffer) => {
    if (!chunk.includes('makes a file')) return;
    demo.child.kill('SIGINT');
    demo.child.kill('SIGINT');
  });
  const { code, stderr } = await demo.outcome;
  expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
  expect(await demo.leftOver()).toEqual([]);
});

test('the demo says in one line why it fails', async () => {
  const nowhere = join(tmpdir(), 'ferje-is-not-here');
  const demo = await startDemo(['--size-mib', '1'], { TMPDIR: nowhere });
  const { code, stdout, stderr } = await demo.outcome;
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^The demo failed: [^\n]*ferje-is-not-here[^\n]*\n$/);
});

test.each([
  [['--size-mib', '0'], /^--size-mib holds "0"/],
  [['--size-mib', 'many'], /^--size-mib holds "many"/],
  [['--slowly'], /--slowly/],
])('the demo refuses %j with one line and code 2', async (args, message) => {
  const demo = await startDemo(args);
  const { code, stdout, stderr } = await demo.outcome;
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^[^\n]+\n$/);
});
