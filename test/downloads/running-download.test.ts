import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, readlink, rm, truncate } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openResource, publish } from '../support/api.ts';
import { makeDataDir, spawnBroker } from '../support/broker.ts';
import { refuse } from '../support/database-choice.ts';
import { CancelTransfer } from '../support/operations.ts';
import { downloadsTold, openFile, openScene, requestFile } from './request-file.ts';

const MEBIBYTE = 1024 * 1024;
/** More than the buffers of both ends of a connection hold. */
const LARGE = 24 * MEBIBYTE;

/** How many files below a folder a process has open. */
async function openFiles(folder: string, pid: number | 'self' = 'self'): Promise<number> {
  const handles = await readdir(`/proc/${pid}/fd`);
  const targets = await Promise.all(
    // A handle may be gone by now, such as the one that listed them.
    handles.map((handle) => readlink(`/proc/${pid}/fd/${handle}`).catch(() => '')),
  );
  return targets.filter((target) => target.startsWith(folder)).length;
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

test('a large file is streamed: what a slow reader has not taken yet is not held in memory', async () => {
  const dataDir = await makeDataDir();
  const broker = await spawnBroker(dataDir);
  await using _ = broker;
  const scene = await openResource(broker);
  const content = randomBytes(64 * MEBIBYTE);
  const { id, fileUrl } = await publish(scene, content);
  const pid = broker.process.pid ?? 0;
  // The first request warms up what any download needs.
  await requestFile(fileUrl, { ...scene.recipient.authorization, Range: 'bytes=0-9' });
  const before = await residentBytes(pid);

  const { response } = await openFile(fileUrl, scene.recipient.authorization);
  await once(response, 'readable');
  // Other requests are served meanwhile; by their end a broker that reads ahead would have done so.
  for (let round = 0; round < 50; round += 1) await downloadsTold(scene.recipient, id);
  expect((await residentBytes(pid)) - before).toBeLessThan(32 * MEBIBYTE);

  const digest = createHash('sha256');
  for await (const chunk of response) digest.update(chunk);
  expect(digest.digest('hex')).toBe(createHash('sha256').update(content).digest('hex'));
  await broker.stop('SIGTERM');
  await rm(dataDir, { recursive: true });
});

test('a client that leaves early leaves no open file behind', async () => {
  await using scene = await openScene();
  const { fileUrl } = await publish(scene, Buffer.alloc(LARGE, 'x'));
  const folder = join(scene.broker.dataDir, 'files');
  const { request, response } = await openFile(fileUrl, scene.recipient.authorization);
  await once(response, 'readable');
  expect(await openFiles(folder)).toBe(1);
  request.destroy();
  await expect.poll(() => openFiles(folder)).toBe(0);
});

test('clients that leave before the answer leave no open file behind', async () => {
  await using scene = await openScene();
  const { id, fileUrl } = await publish(scene, Buffer.alloc(LARGE, 'x'));
  const folder = join(scene.broker.dataDir, 'files');
  const { hostname, port, pathname } = new URL(fileUrl);
  const { Authorization } = scene.recipient.authorization;
  /** Leaves when the broker has come so far with the request as so many turns of the event loop let it. */
  const leaveAfter = async (turns: number) => {
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: broker\r\nAuthorization: ${Authorization}\r\n\r\n`,
    );
    for (let turn = 0; turn < turns; turn += 1) await setImmediate();
    socket.resetAndDestroy();
  };
  for (let turns = 0; turns < 40; turns += 1) await leaveAfter(turns);
  // The broker goes on, and has nothing of them left.
  expect(
    await requestFile(fileUrl, { ...scene.recipient.authorization, Range: 'bytes=0-0' }),
  ).toMatchObject({ status: 206 });
  await expect.poll(() => openFiles(folder)).toBe(0);
  expect(await downloadsTold(scene.recipient, id)).toBe(1);
});

test('refused requests open no file, and answered ones close it', async () => {
  await using scene = await openScene();
  const { fileUrl } = await publish(scene);
  const folder = join(scene.broker.dataDir, 'files');
  const { authorization } = scene.recipient;
  for (const headers of [
    {},
    { Range: 'bytes=0-9' },
    { 'If-None-Match': '*' },
    { Range: 'bytes=999999-' },
  ]) {
    await requestFile(fileUrl, { ...authorization, ...headers });
    await requestFile(fileUrl, { ...authorization, ...headers }, 'HEAD');
  }
  await expect.poll(() => openFiles(folder)).toBe(0);
});

test('a start that cannot be noted is no download: 500, and no open file is left behind', async () => {
  await using scene = await openScene();
  const { fileUrl } = await publish(scene);
  const repair = await refuse(
    scene.broker.dataDir,
    'insert on event',
    "new.type = 'DOWNLOAD_STARTED'",
  );
  const { authorization } = scene.recipient;
  const refused = await requestFile(fileUrl, authorization);
  expect(refused).toMatchObject({ status: 500, code: 'INTERNAL_ERROR' });
  expect(refused.body.toString()).not.toContain('refused by a test');
  await expect.poll(() => openFiles(join(scene.broker.dataDir, 'files'))).toBe(0);
  await repair();
  expect(await requestFile(fileUrl, authorization)).toMatchObject({ status: 200 });
});

test('a stored file that has lost its end breaks the connection: nobody waits for what will not come', async () => {
  await using scene = await openScene();
  const { fileUrl, content } = await publish(scene);
  const folder = join(scene.broker.dataDir, 'files');
  const [stored = ''] = (await readdir(folder, { recursive: true })).filter((name) =>
    name.includes('/'),
  );
  await truncate(join(folder, stored), content.length - 1);
  const headers = { ...scene.recipient.authorization, Connection: 'keep-alive' };
  const { response } = await openFile(fileUrl, headers);
  await expect(response.toArray()).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect.poll(() => openFiles(folder)).toBe(0);
});

test('cancelling the transfer cuts a running download', async () => {
  await using scene = await openScene();
  const { id, fileUrl } = await publish(scene, Buffer.alloc(LARGE, 'x'));
  const { response } = await openFile(fileUrl, scene.recipient.authorization);
  await once(response, 'readable');
  await scene.sender.run(CancelTransfer, { id });
  let received = 0;
  await expect(
    (async () => {
      for await (const chunk of response) received += chunk.length;
    })(),
  ).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(response.complete).toBe(false);
  expect(received).toBeLessThan(LARGE);
  await expect.poll(() => openFiles(join(scene.broker.dataDir, 'files'))).toBe(0);
});

test('cancelling one transfer leaves the download of another alone', async () => {
  await using scene = await openScene();
  const [mine, other] = [
    await publish(scene, Buffer.alloc(LARGE, 'x')),
    await publish(scene, Buffer.alloc(LARGE, 'y')),
  ];
  const { authorization } = scene.recipient;
  const running = await openFile(mine.fileUrl, authorization);
  const cut = await openFile(other.fileUrl, authorization);
  await scene.sender.run(CancelTransfer, { id: other.id });
  await expect(cut.response.toArray()).rejects.toMatchObject({ code: 'ECONNRESET' });
  const content = Buffer.concat(await running.response.toArray());
  expect(content.equals(mine.content)).toBe(true);
});
