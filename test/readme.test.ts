/** What README.md tells people to paste, pasted: each block is run as it stands there, with the test's own broker. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../src/domain/duration.ts';
import { createClamdScanner } from '../src/scanning/index.ts';
import { RETRY_PAUSES_MS } from '../src/webhooks/retry-schedule.ts';
import { clientOf, initialize, openResource, publish, send } from './support/api.ts';
import {
  makeDataDir,
  PARTIES,
  spawnBroker,
  startTestBroker,
  type TestBroker,
  tokenFor,
} from './support/broker.ts';
import { CHECKOUT } from './support/checkout.ts';
import { openClamd, sayLeftOut, whyNoClamd } from './support/clamd.ts';
import { freePort } from './support/free-port.ts';
import { EventLogEnd, GetTransfer, ListEvents } from './support/operations.ts';
import { REACH_LOOPBACK } from './support/webhook-scene.ts';

const README = readFileSync(join(CHECKOUT, 'README.md'), 'utf8');
const DEFAULT_URL = 'http://127.0.0.1:4000';

/** The code blocks of a language below a heading, down to the next heading of that rank. */
function blocksOf(heading: string, language: string): string[] {
  const blocks: string[] = [];
  const rank = rankOf(heading);
  let isInside = false;
  let fence: string | undefined;
  for (const line of README.split('\n')) {
    if (line.startsWith('```')) {
      fence = fence === undefined ? line.slice(3) : undefined;
      if (isInside && fence === language) blocks.push('');
    } else if (fence !== undefined) {
      if (isInside && fence === language) blocks.push(`${blocks.pop()}${line}\n`);
    } else if (rankOf(line) > 0 && rankOf(line) <= rank) {
      isInside = line === heading;
    }
  }
  if (blocks.length === 0) throw new Error(`README.md has no ${language} below "${heading}".`);
  return blocks;
}

/** 2 of a heading that begins with `## `, 0 of a line that is none. */
function rankOf(line: string): number {
  return /^(#+) /.exec(line)?.[1]?.length ?? 0;
}

/** A folder that looks like the checkout to what is pasted there, and takes the files that come of it. */
async function makeWorkFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ferje-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of ['package.json', 'node_modules', 'src', 'dist']) {
    await symlink(join(CHECKOUT, name), join(folder, name));
  }
  return folder;
}

/** Saves the blocks that begin with a comment of their name, as README.md asks for it. */
async function saveScripts(folder: string, blocks: readonly string[]): Promise<void> {
  for (const block of blocks) {
    const [, name] = /^\/\/ (\w+\.mjs)\n/.exec(block) ?? [];
    if (name === undefined) throw new Error(`A block of README.md has no name: ${block}`);
    await writeFile(join(folder, name), block);
  }
}

function paste(
  folder: string,
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    execFile(
      'bash',
      ['-u', '-c', script],
      { cwd: folder, env: { ...process.env, ...env } },
      (error, stdout, stderr) => {
        if (error === null) resolve({ stdout, stderr });
        else reject(new Error(`${error.message}\n${stdout}\n${stderr}`));
      },
    );
  });
}

test('a first transfer goes as README.md says, and curl follows its events', async () => {
  await using broker = await startTestBroker();
  const folder = await makeWorkFolder();
  await saveScripts(folder, blocksOf('## A first transfer', 'js'));
  const blocks = [
    ...blocksOf('## A first transfer', 'bash'),
    'echo "--- following"',
    ...blocksOf('## Following events', 'bash'),
    // There curl ends a stream by the clock, which is a failure to it.
    'true',
  ];
  const script = blocks.join('\n').replace(DEFAULT_URL, broker.url);
  expect(script).toContain(`export FERJE=${broker.url}\n`);

  const { stdout } = await paste(folder, script, { DATA_DIR: broker.dataDir });
  const [told = '', followed = ''] = stdout.split('--- following');
  expect(told).not.toMatch(/"message"|"errors"/);
  expect(told).toContain('{"data":{"registerServiceOwner":{"__typename":"ServiceOwner"}}}');
  expect(told).toContain('"status":"PUBLISHED","size":20000000');
  expect(told).toContain('What was sent is what arrived.');
  expect(told).toContain('{"data":{"confirmDownload":{"status":"ALL_CONFIRMED_DOWNLOADED"}}}');
  expect(told).toContain('Uploaded.');
  const watched = [...told.matchAll(/^data: .*"type":"([A-Z_]+)"/gm)].map(([, type]) => type);
  const all = [
    'FILE_TRANSFER_INITIALIZED',
    'UPLOAD_STARTED',
    'UPLOAD_PROCESSING',
    'PUBLISHED',
    'DOWNLOAD_STARTED',
    'DOWNLOAD_CONFIRMED',
    'ALL_CONFIRMED_DOWNLOADED',
  ];
  expect(watched).toEqual(all);

  const sent = await readFile(join(folder, 'large.bin'));
  const sender = await clientOf(broker, PARTIES.sender);
  const { events } = await sender.run(ListEvents, { last: 1 });
  const id = events?.edges[0]?.node.transferId ?? '';
  const { transfer } = await sender.run(GetTransfer, { id });
  expect(transfer).toMatchObject({ fileName: 'large.bin', status: 'PUBLISHED' });
  expect(transfer?.digests?.sha256).toBe(createHash('sha256').update(sent).digest('hex'));

  // The first of the two streams brought both transfers, the second one nothing.
  const kept = await readFile(join(folder, 'events.txt'), 'utf8');
  expect(kept.match(/^event: next$/gm)).toHaveLength(all.length + 4);
  expect(followed).not.toMatch(/data: \{/);
});

test('the graphql-ws lines of README.md go on after a restart, with nothing missed or doubled', async () => {
  const dataDir = await makeDataDir();
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const folder = await makeWorkFolder();
  await saveScripts(folder, blocksOf('## Following events', 'js'));

  const seen: string[] = [];
  let wake = () => {};
  async function seenSoFar(count: number): Promise<void> {
    while (seen.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  function follow(broker: TestBroker, token: string) {
    const child = spawn(process.execPath, ['follow.mjs'], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', FERJE: broker.url, TOKEN: token },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      seen.push(line.split(' ')[0] ?? '');
      wake();
    });
    return child;
  }

  let broker = await spawnBroker(dataDir);
  const { port } = new URL(broker.url);
  try {
    const scene = await openResource(broker);
    await publish(scene);
    const follower = follow(broker, scene.recipient.token);
    try {
      // It begins at the end of the log, and when that was is known once it has told of something.
      while (seen.length === 0) {
        await initialize(scene);
        await Promise.race([seenSoFar(1), new Promise((resolve) => setTimeout(resolve, 200))]);
      }
      await publish(scene);

      expect(await broker.stop('SIGTERM')).toBe(0);
      broker = await spawnBroker(dataDir, { env: { PORT: port } });
      const later = { ...scene, broker };
      await publish(later);
      await publish(later);

      const { events } = await scene.recipient.run(ListEvents, { first: 100 });
      const log = (events?.edges ?? []).map(({ node }) => node.id);
      const expected = log.slice(log.indexOf(seen[0] ?? ''));
      await seenSoFar(expected.length);
      // One more, so that doubled ones would have come before it.
      await initialize(later);
      await seenSoFar(expected.length + 1);
      expect(seen.slice(0, -1)).toEqual(expected);
    } finally {
      follower.kill();
      await once(follower, 'exit');
    }
  } finally {
    await broker.stop('SIGTERM');
  }
});

test('a webhook is made and told of a file as README.md says', async () => {
  await using broker = await startTestBroker({ env: REACH_LOOPBACK });
  const folder = await makeWorkFolder();
  const port = String(await freePort());
  const withPort = (block: string) => block.replaceAll('4001', port);
  await saveScripts(folder, blocksOf('## Webhooks', 'js').map(withPort));
  // Tokens, a resource, and how a transfer is made.
  const before = blocksOf('## A first transfer', 'bash').slice(0, 3);
  const blocks = [...before, ...blocksOf('## Webhooks', 'bash').map(withPort)];
  const script = blocks.join('\n').replace(DEFAULT_URL, broker.url);

  const { stdout } = await paste(folder, script, { DATA_DIR: broker.dataDir });
  expect(stdout).not.toMatch(/"message"|"errors"/);
  expect(stdout).toContain('"status":"PENDING_VALIDATION"');
  const sender = await clientOf(broker, PARTIES.sender);
  const { events } = await sender.run(ListEvents, { last: 1 });
  const id = events?.edges[0]?.node.transferId;
  expect(stdout.match(/^(no\.altinn|platform)\.\S+ ?\S*/gm)).toEqual([
    'platform.events.validatesubscription ',
    `no.altinn.broker.published ${id}`,
  ]);
  expect(stdout).toMatch(/"status":"ACTIVE","deliveries":.*"status":"DELIVERED".*"error":null/);
});

test('statistics are asked for and exported as README.md says', async () => {
  await using broker = await startTestBroker();
  const folder = await makeWorkFolder();
  // Tokens, a resource, and a transfer.
  const before = blocksOf('## A first transfer', 'bash').slice(0, 3);
  const blocks = [...before, ...blocksOf('## Statistics and exports', 'bash')];
  const script = blocks.join('\n').replace(DEFAULT_URL, broker.url);

  const { stdout } = await paste(folder, script, { DATA_DIR: broker.dataDir });
  expect(stdout).not.toMatch(/"message"|"errors"/);
  const month = new Date().toISOString().slice(0, 7);
  expect(stdout).toContain(
    `"rows":[{"period":"${month}","resource":{"id":"harbour-charts"},"transfers":1,"published":0,"open":1`,
  );
  expect(stdout).toMatch(/^year,month,resourceId,.*\r\n\d{4},\d+,harbour-charts,.*\r\n/m);
  const lines = (await readFile(join(folder, 'events.jsonl'), 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).type)).toEqual(['FILE_TRANSFER_INITIALIZED']);
});

test('the endpoint of README.md believes what is signed with its secret, and nothing else', async () => {
  const folder = await makeWorkFolder();
  const port = String(await freePort());
  const scripts = blocksOf('## Webhooks', 'js').map((block) => block.replaceAll('4001', port));
  await saveScripts(folder, scripts);
  const [secret, other] = [1, 2].map(
    (byte) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`,
  );
  const child = spawn(process.execPath, ['receive.mjs'], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}/`;
  try {
    await expect
      .poll(() =>
        fetch(url).then(
          ({ status }) => status,
          () => null,
        ),
      )
      .toBe(400);
    const body = '{"type":"no.altinn.broker.published","resourceinstance":"one"}';
    const sent = async (by: string, changed = body) => {
      const now = new Date();
      const headers = {
        'webhook-id': 'an-id',
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': new Webhook(by).sign('an-id', now, body),
      };
      return (await fetch(url, { method: 'POST', headers, body: changed })).status;
    };
    expect(await sent(secret ?? '')).toBe(204);
    expect(await sent(other ?? '')).toBe(400);
    expect(await sent(secret ?? '', body.replace('one', 'two'))).toBe(400);
  } finally {
    child.kill();
    await once(child, 'exit');
  }
});

test('README.md tells when a webhook is tried again', () => {
  const [, told = ''] = /tried again after ([^.]+)\./.exec(README) ?? [];
  const units = { s: SECOND_MS, min: MINUTE_MS, h: HOUR_MS };
  const pauses = [...told.matchAll(/(\d+) (s|min|h)\b/g)].map(
    ([, count, unit]) => Number(count) * units[unit as keyof typeof units],
  );
  expect(pauses).toEqual(RETRY_PAUSES_MS);
});

test('a backup made while the broker runs serves again, as a history of its own', async () => {
  const [backUp = '', renew = ''] = blocksOf('### Backup', 'bash');
  const folder = await makeWorkFolder();
  await using broker = await startTestBroker();
  const scene = await openResource(broker);
  const { id, content } = await publish(scene);
  const { eventLogEnd } = await scene.recipient.run(EventLogEnd, {});
  await paste(folder, `${backUp}\n${renew}`, { DATA_DIR: broker.dataDir });

  await using restored = await startTestBroker({ dataDir: join(folder, 'backup') });
  const token = await tokenFor(restored, PARTIES.recipient);
  const response = await fetch(`${restored.url}/files/${id}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
  const { errors } = await send(restored, token, ListEvents, { after: eventLogEnd });
  expect(errors?.[0]?.extensions?.code).toBe('INVALID_CURSOR');
});

test('README.md names every environment variable and command there is, and no other', async () => {
  const source = await readFile(join(CHECKOUT, 'src', 'config.ts'), 'utf8');
  const known = [...source.matchAll(/\benv\.([A-Z_]+)|'([A-Z]+_URL)', '\w+:'/g)].map(
    ([, dotted, quoted]) => dotted ?? quoted,
  );
  const [table = ''] = README.split('### Environment variables')[1]?.split('\n### ') ?? [];
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([A-Z_]+)`/g)]);
  expect(named.map(([, name]) => name).sort()).toEqual([...new Set(known)].sort());

  const { scripts } = JSON.parse(await readFile(join(CHECKOUT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const commands = [...README.matchAll(/(?:`|^|&& |\()npm (?:run )?(?:--silent )?([a-z:-]+)/gm)];
  expect(commands.length).toBeGreaterThan(10);
  for (const [, name = ''] of commands.filter(([, name]) => name !== 'ci')) {
    expect(scripts).toHaveProperty(name);
  }
});

test('the issuers that README.md shows are taken, and turn development tokens off', () => {
  const [, value = ''] = /^AUTH_ISSUERS='([^']+)'/m.exec(README) ?? [];
  const result = readConfig({ AUTH_ISSUERS: value });
  if ('faults' in result) throw new Error(result.faults.join('\n'));
  expect(result.config.trustsDevelopmentIssuer).toBe(false);
  expect(result.config.issuers).toEqual([
    { issuer: 'https://maskinporten.no/', jwksUrl: new URL('https://maskinporten.no/jwk') },
  ]);
});

const whyNoScan = whyNoClamd();
sayLeftOut("README's settings of ClamAV were not tried", whyNoScan);

test.skipIf(whyNoScan !== undefined)(
  'a ClamAV daemon that is set as it says is trusted, with all that it takes',
  async () => {
    const [lines = ''] = blocksOf('### Virus scanning', '');
    const config = Object.fromEntries(
      lines
        .trim()
        .split('\n')
        .map((line) => line.split(' ')),
    );
    await using clamd = await openClamd({ config });
    const scanner = createClamdScanner({ address: clamd.address, maxBytes: null });
    expect(await scanner.check()).toBeNull();
    expect(scanner.maxBytes).toBe(2000 * 1024 * 1024);
  },
);
