/** Files that have to be scanned before they are published, by a real ClamAV daemon. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { RECEIVED, untilDeleted, WHOLE } from '../contract/progress.ts';
import { cancelling, initializing, look } from '../contract/steps.ts';
import { clientOf, initialize, openResource, publish, type Scene } from '../support/api.ts';
import { makeDataDir, startTestBroker, type TestBroker } from '../support/broker.ts';
import { EICAR, openClamd, sayLeftOut, type TestClamd, whyNoClamd } from '../support/clamd.ts';
import { dropDatabaseOf } from '../support/database-choice.ts';
import type { InitializeTransferInput, VirusScanPolicy } from '../support/graphql/graphql.ts';
import { untilStatus } from '../support/streams.ts';
import { tus } from '../support/uploads.ts';

const why = whyNoClamd();
sayLeftOut('transfers whose files are scanned were not tested', why);

const MIB = 1024 * 1024;

async function openBroker(clamd: TestClamd, dataDir?: string): Promise<TestBroker> {
  const env = { CLAMD_URL: clamd.url };
  return startTestBroker(dataDir === undefined ? { env } : { env, dataDir });
}

const withPolicy = (broker: TestBroker, virusScan: VirusScanPolicy) =>
  openResource(broker, { virusScan });

/** What becomes of a file that has been received. */
async function outcomeOf(scene: Scene, content: Buffer, input?: Partial<InitializeTransferInput>) {
  const { id } = await publish(scene, content, input);
  await untilStatus(scene.broker, scene.sender, id, 'PUBLISHED', 'FAILED');
  const { status, virusScan } = await look(scene.recipient, id);
  return { status, scan: virusScan.status };
}

async function readiness({ url }: TestBroker) {
  const response = await fetch(`${url}/health/ready`);
  return { status: response.status, body: await response.json() };
}

describe.skipIf(why !== undefined)('a file', () => {
  it('is scanned where the resource says so, or lets the sender choose', async () => {
    await using clamd = await openClamd();
    await using broker = await openBroker(clamd);
    const [required, optional, disabled] = [
      await withPolicy(broker, 'REQUIRED'),
      await withPolicy(broker, 'OPTIONAL'),
      await withPolicy(broker, 'DISABLED'),
    ];
    const bad = Buffer.from(EICAR);
    const clean = { status: 'PUBLISHED', scan: 'CLEAN' };
    const infected = { status: 'FAILED', scan: 'INFECTED' };
    const skipped = { status: 'PUBLISHED', scan: 'SKIPPED' };
    expect(await outcomeOf(required, WHOLE)).toEqual(clean);
    expect(await outcomeOf(required, bad)).toEqual(infected);
    expect(await outcomeOf(required, Buffer.alloc(0))).toEqual(clean);
    expect(await outcomeOf(optional, WHOLE)).toEqual(clean);
    expect(await outcomeOf(optional, bad)).toEqual(infected);
    expect(await outcomeOf(optional, bad, { skipVirusScan: true })).toEqual(skipped);
    expect(await outcomeOf(disabled, bad)).toEqual(skipped);
    expect(await initializing(required, { skipVirusScan: true })).toMatchObject({
      code: 'VIRUS_SCAN_REQUIRED',
    });
  });

  it('answers its last byte before it is scanned, and tells what is to come', async () => {
    await using clamd = await openClamd({ starts: false });
    await using broker = await openBroker(clamd);
    const scene = await withPolicy(broker, 'REQUIRED');
    const transfer = await initialize(scene);
    expect((await look(scene.sender, transfer.id)).virusScan).toEqual({
      status: 'PENDING',
      scannedAt: null,
      finding: null,
    });
    const put = await tus('PUT', transfer.uploadUrl, scene.sender.authorization, WHOLE);
    expect(put.status).toBe(201);
    expect(JSON.parse(put.body)).toMatchObject({ status: 'UPLOAD_PROCESSING', size: 10 });
  });

  it('waits for a daemon that is away, says so, and is published when that is back', async () => {
    await using clamd = await openClamd({ starts: false });
    await using broker = await openBroker(clamd);
    const scene = await withPolicy(broker, 'OPTIONAL');
    const waiting = await publish(scene, WHOLE);
    const other = await publish(scene, WHOLE);
    expect(await look(scene.recipient, waiting.id)).toMatchObject({
      status: 'UPLOAD_PROCESSING',
      statusText: expect.stringContaining('waits for the virus scanner'),
      virusScan: { status: 'PENDING' },
    });
    expect(await readiness(broker)).toMatchObject({
      status: 503,
      body: { notReady: ['scanner'], details: { scanner: expect.stringContaining(clamd.url) } },
    });
    await clamd.start();
    expect(await readiness(broker)).toMatchObject({ status: 200 });
    for (const { id } of [waiting, other]) {
      await untilStatus(broker, scene.sender, id, 'PUBLISHED');
      expect(await look(scene.sender, id)).toMatchObject({
        events: RECEIVED,
        statusText: expect.not.stringContaining('scanner'),
        virusScan: { status: 'CLEAN', scannedAt: expect.any(String), finding: null },
      });
    }
  });

  it('is scanned by the next broker where the one before it ended first', async () => {
    await using clamd = await openClamd({ starts: false });
    const dataDir = await makeDataDir();
    const made = await (async () => {
      await using broker = await openBroker(clamd, dataDir);
      const scene = await withPolicy(broker, 'REQUIRED');
      return { scene, bad: await publish(scene, Buffer.from(EICAR)) };
    })();
    await clamd.start();
    {
      await using broker = await openBroker(clamd, dataDir);
      const sender = await clientOf(broker, made.scene.sender.party);
      expect(await untilDeleted(sender, made.bad.id)).toEqual([
        ...RECEIVED.slice(0, 3),
        'UPLOAD_FAILED',
        'FILE_DELETED',
      ]);
    }
    await dropDatabaseOf(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  });

  it('that is cancelled while it waits has no verdict any more', async () => {
    await using clamd = await openClamd({ starts: false });
    await using broker = await openBroker(clamd);
    const scene = await withPolicy(broker, 'REQUIRED');
    const [cancelled, other] = [
      await publish(scene, Buffer.from(EICAR)),
      await publish(scene, WHOLE),
    ];
    await cancelling(scene.sender, cancelled.id);
    await clamd.start();
    await untilStatus(broker, scene.sender, other.id, 'PUBLISHED');
    const events = [...RECEIVED.slice(0, 3), 'FILE_TRANSFER_CANCELLED', 'FILE_DELETED'];
    expect(await untilDeleted(scene.sender, cancelled.id)).toEqual(events);
    expect(await look(scene.sender, cancelled.id)).toMatchObject({
      status: 'CANCELLED',
      failure: null,
      virusScan: { status: 'PENDING', finding: null },
    });
  });

  it('above what the scanner takes is refused at creation, or as soon as it is passed', async () => {
    await using clamd = await openClamd({ config: { StreamMaxLength: '1M' } });
    await using broker = await openBroker(clamd);
    const scene = await withPolicy(broker, 'OPTIONAL');
    const { authorization } = scene.sender;
    const announced = await initialize(scene);
    const length = { 'Upload-Length': String(MIB + 1) };
    expect(await tus('POST', announced.uploadUrl, { ...authorization, ...length })).toMatchObject({
      status: 413,
      code: 'FILE_TOO_LARGE',
    });
    expect(await look(scene.sender, announced.id)).toMatchObject({ status: 'INITIALIZED' });
    expect(await outcomeOf(scene, randomBytes(MIB))).toEqual({
      status: 'PUBLISHED',
      scan: 'CLEAN',
    });
    const large = randomBytes(MIB + 1);
    const unscanned = { status: 'PUBLISHED', scan: 'SKIPPED' };
    expect(await outcomeOf(scene, large, { skipVirusScan: true })).toEqual(unscanned);
  });

  it('of a transfer that is older than what is known of the scanner is refused at creation too', async () => {
    await using clamd = await openClamd({ starts: false });
    await using broker = await openBroker(clamd);
    const scene = await withPolicy(broker, 'REQUIRED');
    const { uploadUrl } = await initialize(scene);
    await clamd.start({ StreamMaxLength: '1M' });
    expect(await readiness(broker)).toMatchObject({ status: 200 });
    const headers = { ...scene.sender.authorization, 'Upload-Length': String(MIB + 1) };
    expect(await tus('POST', uploadUrl, headers)).toMatchObject({ status: 413 });
  });

  it('that turns out to be too large for the scanner fails, and is never called clean', async () => {
    await using clamd = await openClamd({ starts: false });
    await using broker = await openBroker(clamd);
    const scene = await withPolicy(broker, 'REQUIRED');
    // As long as the daemon is away nobody knows how little it takes.
    const { id } = await publish(scene, randomBytes(2 * MIB));
    await clamd.start({ StreamMaxLength: '1M' });
    await untilStatus(broker, scene.sender, id, 'FAILED');
    expect(await look(scene.sender, id)).toMatchObject({
      failure: 'FILE_TOO_LARGE',
      virusScan: { status: 'PENDING' },
    });
  });

  it('that the scanner cannot look into as a whole does not count as clean', async () => {
    await using clamd = await openClamd({ config: { MaxFileSize: '1M' } });
    await using broker = await openBroker(clamd);
    const scene = await withPolicy(broker, 'REQUIRED');
    const { id } = await publish(scene, randomBytes(2 * MIB));
    await untilStatus(broker, scene.sender, id, 'FAILED');
    expect(await look(scene.sender, id)).toMatchObject({
      failure: 'VIRUS_FOUND',
      statusText: expect.stringContaining('could not look into the whole file'),
    });
  });

  it('waits for a daemon that would call clean what it only looked into', async () => {
    await using clamd = await openClamd({ config: { AlertExceedsMax: 'no' } });
    await using broker = await openBroker(clamd);
    const scene = await withPolicy(broker, 'REQUIRED');
    const { id } = await publish(scene, WHOLE);
    expect(await readiness(broker)).toMatchObject({
      status: 503,
      body: { details: { scanner: expect.stringContaining('AlertExceedsMax yes') } },
    });
    await clamd.start({ AlertExceedsMax: 'yes' });
    await untilStatus(broker, scene.sender, id, 'PUBLISHED');
  });
});

describe('without a scanner', () => {
  it('a resource that requires one takes nothing, and others skip it', async () => {
    await using broker = await startTestBroker();
    const required = await withPolicy(broker, 'REQUIRED');
    expect(await initializing(required)).toMatchObject({
      __typename: 'ConflictError',
      code: 'SCANNER_NOT_AVAILABLE',
    });
    const optional = await withPolicy(broker, 'OPTIONAL');
    expect(await outcomeOf(optional, WHOLE)).toEqual({ status: 'PUBLISHED', scan: 'SKIPPED' });
    expect(await readiness(broker)).toMatchObject({ status: 200 });
  });
});
