/** The main job from initialize to confirm, with the stock client and the accidents that networks have. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOf, initialize, openResource, type Scene } from '../support/api.ts';
import { PARTIES, startBrokerBehind, type TestBroker } from '../support/broker.ts';
import { type FlakyProxy, startFlakyProxy } from '../support/flaky-proxy.ts';
import { ConfirmDownload, GetTransfer } from '../support/operations.ts';
import { patchHeaders, tus, tusUpload } from '../support/uploads.ts';

const MIB = 1024 * 1024;

describe('a transfer from initialize to confirm', () => {
  let proxy: FlakyProxy;
  let broker: TestBroker;
  let scene: Scene;
  beforeAll(async () => {
    proxy = await startFlakyProxy();
    broker = await startBrokerBehind(proxy);
    scene = await openResource(broker, { computeMd5: true });
  });
  afterAll(async () => {
    await broker[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  it('moves a file whose connection is cut in the middle of a chunk, and tells the whole story', async () => {
    const content = randomBytes(20 * MIB);
    const { id, uploadUrl, fileUrl } = await initialize(scene, { fileName: 'årsrapport.pdf' });
    const cuts = proxy.cuts;
    proxy.cutAfter(10 * MIB + 12_345);
    await tusUpload(content, uploadUrl, scene.sender.authorization);
    expect(proxy.cuts).toBe(cuts + 1);

    const response = await fetch(fileUrl, { headers: scene.recipient.authorization });
    expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const confirmed = await scene.recipient.run(ConfirmDownload, { id, sha256 });
    expect(confirmed.confirmDownload).toMatchObject({ status: 'ALL_CONFIRMED_DOWNLOADED' });

    const { transfer } = await scene.sender.run(GetTransfer, { id });
    expect(transfer).toMatchObject({
      fileName: 'årsrapport.pdf',
      size: content.length,
      digests: { sha256, md5: createHash('md5').update(content).digest('hex') },
      upload: null,
      recipientCounts: { total: 1, initialized: 0, downloadStarted: 0, confirmed: 1 },
    });
    expect(transfer?.events?.edges.map(({ node }) => node.type)).toEqual([
      'FILE_TRANSFER_INITIALIZED',
      'UPLOAD_STARTED',
      'UPLOAD_PROCESSING',
      'PUBLISHED',
      'DOWNLOAD_STARTED',
      'DOWNLOAD_CONFIRMED',
      'ALL_CONFIRMED_DOWNLOADED',
    ]);
  });

  it('keeps every byte that came before a cut, also within a chunk', async () => {
    const { uploadUrl } = await initialize(scene);
    const { authorization } = scene.sender;
    await tus('POST', uploadUrl, { ...authorization, 'Upload-Length': String(8 * MIB) });
    proxy.cutAfter(3 * MIB);
    const headers = { ...authorization, ...patchHeaders(0) };
    await expect(tus('PATCH', uploadUrl, headers, randomBytes(8 * MIB))).rejects.toThrow();
    // Everything that has passed: all but the request's own head.
    await expect
      .poll(async () => (await tus('HEAD', uploadUrl, authorization)).offset)
      .toBeGreaterThan(3 * MIB - 2000);
  });

  it('finds its upload again where the answer to its creation was lost', async () => {
    const content = randomBytes(1000);
    const { id, uploadUrl } = await initialize(scene);
    const cuts = proxy.cuts;
    proxy.loseAnswerTo('POST /uploads');
    await tusUpload(content, uploadUrl, scene.sender.authorization, { uploadUrl: null });
    expect(proxy.cuts).toBe(cuts + 1);
    const { transfer } = await scene.sender.run(GetTransfer, { id });
    expect(transfer).toMatchObject({ status: 'PUBLISHED', size: 1000 });
  });

  it('has succeeded where the answer to its last PATCH was lost', async () => {
    const { id, uploadUrl } = await initialize(scene);
    const cuts = proxy.cuts;
    proxy.loseAnswerTo('PATCH');
    await tusUpload(randomBytes(1000), uploadUrl, scene.sender.authorization);
    expect(proxy.cuts).toBe(cuts + 1);
    const { transfer } = await scene.sender.run(GetTransfer, { id });
    const types = transfer?.events?.edges.map(({ node }) => node.type);
    expect(types?.filter((type) => type === 'PUBLISHED')).toHaveLength(1);
  });

  it('goes on with a fresh token of the same sender where the old one has ended', async () => {
    const content = randomBytes(2000);
    const { id, uploadUrl } = await initialize(scene);
    const { authorization } = scene.sender;
    await tus('POST', uploadUrl, { ...authorization, 'Upload-Length': '2000' });
    const first = { ...authorization, ...patchHeaders(0) };
    await tus('PATCH', uploadUrl, first, content.subarray(0, 1000));
    const ended = await clientOf(broker, PARTIES.sender, { lifetimeSeconds: -3600 });
    const refused = await tus(
      'PATCH',
      uploadUrl,
      { ...ended.authorization, ...patchHeaders(1000) },
      content.subarray(1000),
    );
    expect(refused).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    const fresh = await clientOf(broker, PARTIES.sender, { vendor: PARTIES.stranger });
    const last = await tus(
      'PATCH',
      uploadUrl,
      { ...fresh.authorization, ...patchHeaders(1000) },
      content.subarray(1000),
    );
    expect(last).toMatchObject({ status: 204, offset: 2000 });
    const { transfer } = await scene.sender.run(GetTransfer, { id });
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(transfer?.digests).toMatchObject({ sha256 });
  });
});
