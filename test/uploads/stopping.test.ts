/** A broker that is told to stop does so soon, whatever uploads are doing, and the next one finds them whole. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientOf, initialize, openResource } from '../support/api.ts';
import { PARTIES, spawnBroker } from '../support/broker.ts';
import { GetTransfer } from '../support/operations.ts';
import { untilOffset, untilStatus } from '../support/streams.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { patchHeaders, rawRequest, tus } from '../support/uploads.ts';

const MIB = 1024 * 1024;

describe('a broker that gets SIGTERM', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await makeTemporaryFolder();
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  it('cuts all uploads at the same time, also those whose clients never pause', async () => {
    await using broker = await spawnBroker(folder.path);
    const scene = await openResource(broker);
    const { authorization } = scene.sender;
    const uploads = await Promise.all(
      Array.from({ length: 16 }, async () => {
        const { id, uploadUrl } = await initialize(scene);
        await tus('POST', uploadUrl, { ...authorization, 'Upload-Length': String(MIB) });
        const patch = await rawRequest('PATCH', uploadUrl, {
          ...authorization,
          ...patchHeaders(0),
          'Content-Length': String(MIB),
        });
        const sending = setInterval(() => patch.socket.write('x'), 5);
        patch.socket.on('close', () => clearInterval(sending));
        await untilOffset(broker, scene.sender, id, 1);
        return patch;
      }),
    );
    const begun = performance.now();
    expect(await broker.stop('SIGTERM')).toBe(0);
    // Each of them may take a second for its last bytes; one after the other that would be sixteen.
    expect(performance.now() - begun).toBeLessThan(6000);
    for (const { answer } of uploads) expect(await answer).toContain('503 Service Unavailable');
  });

  it('waits for no client that has its answer and never ends its request', async () => {
    await using broker = await spawnBroker(folder.path);
    const scene = await openResource(broker);
    const { authorization } = scene.sender;
    const { id, uploadUrl } = await initialize(scene);
    await tus('POST', uploadUrl, { ...authorization, 'Upload-Length': '10' });
    using hanging = await rawRequest('PATCH', uploadUrl, {
      ...authorization,
      ...patchHeaders(0),
      'Content-Length': '10',
    });
    await hanging.write(Buffer.from('12345'));
    await untilOffset(broker, scene.sender, id, 5);
    expect(await tus('HEAD', uploadUrl, authorization)).toMatchObject({ status: 200, offset: 5 });
    expect(await hanging.answer).toContain('204 No Content');
    const begun = performance.now();
    expect(await broker.stop('SIGTERM')).toBe(0);
    expect(performance.now() - begun).toBeLessThan(6000);
  });

  it.each([
    ['SHA-256', false],
    ['MD5', true],
  ])(
    'while %s catches up with a received file leaves the verdict to the next start',
    async (_name, computeMd5) => {
      const content = Buffer.alloc(384 * MIB, 'ferje');
      const end = Buffer.from('.');
      let id: string;
      {
        await using broker = await spawnBroker(folder.path);
        const scene = await openResource(broker, { computeMd5 });
        const { authorization } = scene.sender;
        const transfer = await initialize(scene);
        id = transfer.id;
        const length = { 'Upload-Length': String(content.length + end.length) };
        await tus('POST', transfer.uploadUrl, { ...authorization, ...length });
        await tus('PATCH', transfer.uploadUrl, { ...authorization, ...patchHeaders(0) }, content);
      }
      {
        await using broker = await spawnBroker(folder.path);
        const sender = await clientOf(broker, PARTIES.sender);
        const headers = { ...sender.authorization, ...patchHeaders(content.length) };
        const last = await tus('PATCH', `${broker.url}/uploads/${id}`, headers, end);
        expect(last.status).toBe(204);
        const begun = performance.now();
        expect(await broker.stop('SIGTERM')).toBe(0);
        expect(performance.now() - begun).toBeLessThan(6000);
        const log = broker.log.map((line) => JSON.parse(line) as { level: number; msg: string });
        expect(log.filter(({ level }) => level >= 50)).toEqual([]);
        expect(log.at(-1)?.msg).toBe('stopped');
      }
      await using broker = await spawnBroker(folder.path);
      const sender = await clientOf(broker, PARTIES.sender);
      await untilStatus(broker, sender, id, 'PUBLISHED');
      const { transfer } = await sender.run(GetTransfer, { id });
      const sha256 = createHash('sha256').update(content).update(end).digest('hex');
      expect(transfer?.digests?.sha256).toBe(sha256);
    },
    60_000,
  );
});
