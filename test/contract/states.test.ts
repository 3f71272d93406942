/**
 * What each command does in each status, row by row of the contract's two tables, through the doors of a running
 * broker.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, GraphQLEnumType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFile, requestFile } from '../downloads/request-file.ts';
import {
  type Client,
  clientOf,
  initialize,
  type NewTransfer,
  openResource,
  publish,
  type Scene,
} from '../support/api.ts';
import { PARTIES, startTestBroker, type TestBroker } from '../support/broker.ts';
import { CHECKOUT } from '../support/checkout.ts';
import { EICAR, FINDING, openClamd, sayLeftOut, whyNoClamd } from '../support/clamd.ts';
import { FollowTransfer } from '../support/operations.ts';
import { openStream, subscribe, untilStatus } from '../support/streams.ts';
import { patchHeaders, rawRequest, tus } from '../support/uploads.ts';
import { type AgingBroker, DAY_MS, HOUR_MS, openAgingBroker } from './aging.ts';
import { openProcessingScene, type ProcessingScene } from './processing.ts';
import {
  type BegunTransfer,
  begin,
  download,
  downloaded,
  HALF,
  hang,
  patch,
  RECEIVED,
  SHA256,
  untilDeleted,
  WHOLE,
  WRONG_SHA256,
} from './progress.ts';
import {
  cancelling,
  closeResource,
  configuring,
  confirming,
  giveRight,
  linking,
  look,
  openRefused,
  refused,
  takeRight,
} from './steps.ts';

/** The contract's rows: status and command. One that names several statuses or commands with outcomes of their own is several. */
const TRANSFER_ROWS = [
  'INITIALIZED | POST, or the start of a PUT',
  'INITIALIZED | HEAD, PATCH, DELETE',
  'INITIALIZED | cancel',
  'INITIALIZED | expire',
  'UPLOAD_STARTED | last byte',
  'UPLOAD_STARTED | more bytes than declared or allowed',
  'UPLOAD_STARTED | 24 h without a byte',
  'UPLOAD_STARTED | cancel, also while a request runs',
  'UPLOAD_STARTED | DELETE, also while a request runs',
  'UPLOAD_STARTED | expire, also while a request runs',
  'UPLOAD_STARTED | SEND taken back',
  'UPLOAD_STARTED | PUT',
  'UPLOAD_STARTED | PATCH whose offset was right when checked and stale after the take-over',
  'UPLOAD_PROCESSING | digest wrong',
  'UPLOAD_PROCESSING | scan found something',
  'UPLOAD_PROCESSING | all well',
  'UPLOAD_PROCESSING | all well, the reminder already due',
  'UPLOAD_PROCESSING | POST, PATCH, PUT, DELETE',
  'UPLOAD_PROCESSING | cancel',
  'UPLOAD_PROCESSING | expire',
  'PUBLISHED | last confirmation',
  'PUBLISHED | cancel',
  'PUBLISHED | expire',
  'ALL_CONFIRMED_DOWNLOADED | download, link',
  'ALL_CONFIRMED_DOWNLOADED | cancel',
  'ALL_CONFIRMED_DOWNLOADED | grace over, where the resource purges',
  'ALL_CONFIRMED_DOWNLOADED | expire',
  'FAILED | cancel',
  'PURGED | cancel',
  'FAILED | expire, purge, late verdict',
  'CANCELLED | expire, purge',
  'CANCELLED | late verdict',
  'PURGED | expire, purge, late verdict',
  'FAILED | GET, link, tus requests',
  'CANCELLED | GET, link, tus requests',
  'PURGED | GET, link, tus requests',
] as const;

const RECIPIENT_ROWS = [
  'INITIALIZED | GET answered 200 or 206',
  'INITIALIZED | GET answered 304 or 416; HEAD',
  'INITIALIZED | confirm',
  'DOWNLOAD_STARTED | confirm, also while its own download runs',
  'DOWNLOAD_STARTED | confirm with another digest',
  'DOWNLOAD_STARTED | confirm after RECEIVE was taken back',
  'DOWNLOAD_CONFIRMED | confirm, with whatever digest',
  'DOWNLOAD_CONFIRMED | download',
] as const;

type Row = (typeof TRANSFER_ROWS)[number] | (typeof RECIPIENT_ROWS)[number];

const shown = new Set<Row>();

/** The test of a row. */
function row(name: Row, show: () => Promise<void>): void {
  shown.add(name);
  test(name, show);
}

const MAX = 1000;

/** Goes as it should, and is moved on where a test needs it. */
const clock = { shift: 0, now: () => Date.now() + clock.shift };
let broker: TestBroker;
beforeAll(async () => {
  broker = await startTestBroker({ clock });
});
afterAll(() => broker[Symbol.asyncDispose]());

const openScene = () => openResource(broker, { maxTransferSize: MAX });

/** What GET, link and the whole of tus answer once a transfer has ended. */
async function expectGone(scene: Scene, { id, uploadUrl, fileUrl }: NewTransfer): Promise<void> {
  const { sender, recipient } = scene;
  const gone = { status: 410, code: 'FILE_NOT_AVAILABLE' };
  expect(await refused('GET', fileUrl, recipient.authorization)).toMatchObject(gone);
  expect(await linking(recipient, id)).toMatchObject({
    __typename: 'ConflictError',
    code: 'FILE_NOT_AVAILABLE',
  });
  const upload = { status: 410, code: 'UPLOAD_ENDED' };
  for (const [method, headers, body] of [
    ['POST', { 'Upload-Length': '10' }, undefined],
    ['PATCH', patchHeaders(0), 'x'],
    ['PUT', {}, 'x'],
    ['DELETE', {}, undefined],
  ] as const) {
    const answer = await refused(method, uploadUrl, { ...sender.authorization, ...headers }, body);
    expect(answer).toMatchObject(upload);
  }
  expect(await tus('HEAD', uploadUrl, sender.authorization)).toMatchObject({ status: 410 });
}

describe('a transfer: INITIALIZED', () => {
  row('INITIALIZED | POST, or the start of a PUT', async () => {
    const scene = await openScene();
    const { sender } = scene;
    const posted = await begin(scene);
    const put = await initialize(scene);
    using _ = await rawRequest('PUT', put.uploadUrl, {
      ...sender.authorization,
      'Content-Length': '10',
    });
    await untilStatus(broker, sender, put.id, 'UPLOAD_STARTED');
    for (const { id } of [posted, put]) {
      const { events, upload, log } = await look(sender, id);
      expect(events).toEqual(['FILE_TRANSFER_INITIALIZED', 'UPLOAD_STARTED']);
      expect(log.at(-1)).toMatchObject({ transferStatus: 'UPLOAD_STARTED' });
      expect(upload).toMatchObject({ offset: 0, length: 10 });
      const untilExpiry = Date.parse(upload?.expiresAt ?? '') - clock.now();
      expect(untilExpiry).toBeGreaterThan(23.9 * HOUR_MS);
      expect(untilExpiry).toBeLessThanOrEqual(24 * HOUR_MS);
    }
    // The clock began with the upload, not with its first byte.
    const begun = (await look(sender, posted.id)).upload?.expiresAt;
    clock.shift += 1000;
    const head = await tus('HEAD', posted.uploadUrl, sender.authorization);
    expect(head.headers.get('upload-expires')).toBe(new Date(begun ?? '').toUTCString());
  });

  row('INITIALIZED | HEAD, PATCH, DELETE', async () => {
    const scene = await openScene();
    const { id, uploadUrl } = await initialize(scene);
    const { authorization } = scene.sender;
    expect(await tus('HEAD', uploadUrl, authorization)).toMatchObject({ status: 404 });
    const notFound = { status: 404, code: 'TRANSFER_NOT_FOUND' };
    const headers = { ...authorization, ...patchHeaders(0) };
    expect(await refused('PATCH', uploadUrl, headers, 'x')).toMatchObject(notFound);
    expect(await refused('DELETE', uploadUrl, authorization)).toMatchObject(notFound);
    expect(await look(scene.sender, id)).toMatchObject({
      status: 'INITIALIZED',
      events: ['FILE_TRANSFER_INITIALIZED'],
    });
  });

  row('INITIALIZED | cancel', async () => {
    const scene = await openScene();
    const { id } = await initialize(scene);
    expect(await cancelling(scene.sender, id)).toMatchObject({ status: 'CANCELLED' });
    const { events, upload } = await look(scene.sender, id);
    expect(events).toEqual(['FILE_TRANSFER_INITIALIZED', 'FILE_TRANSFER_CANCELLED']);
    expect(upload).toBeNull();
  });
});

describe('a transfer: UPLOAD_STARTED', () => {
  row('UPLOAD_STARTED | last byte', async () => {
    const scene = await openScene();
    const begun = await begin(scene);
    expect(await patch(begun, 0, HALF)).toMatchObject({ status: 204, offset: 5 });
    expect(await look(scene.sender, begun.id)).toMatchObject({
      status: 'UPLOAD_STARTED',
      size: null,
      digests: null,
    });
    expect(await patch(begun, 5, WHOLE.subarray(5))).toMatchObject({ status: 204, offset: 10 });
    const empty = await begin(scene, 0);
    for (const [{ id }, size] of [
      [begun, 10],
      [empty, 0],
    ] as const) {
      const { log, events, ...transfer } = await look(scene.sender, id);
      expect(events).toEqual(RECEIVED);
      expect(log[2]).toMatchObject({
        transferStatus: 'UPLOAD_PROCESSING',
        subject: { id: PARTIES.sender },
      });
      expect(transfer).toMatchObject({ size, upload: null });
    }
  });

  row('UPLOAD_STARTED | more bytes than declared or allowed', async () => {
    const scene = await openScene();
    const tooMany: [BegunTransfer, (begun: BegunTransfer) => Promise<unknown>][] = [
      // Announced, and found as they come.
      [await begin(scene), (begun) => patch(begun, 5, WHOLE)],
      [await begin(scene), (begun) => patchChunked(begun, 5, WHOLE)],
      [await begin(scene, null), (begun) => patch(begun, 5, randomBytes(MAX))],
      [await begin(scene, null), (begun) => patchChunked(begun, 5, randomBytes(MAX))],
    ];
    for (const [begun, send] of tooMany) {
      expect(await patch(begun, 0, HALF)).toMatchObject({ status: 204 });
      expect(await send(begun)).toMatchObject({ status: 413, code: 'FILE_TOO_LARGE' });
      expect(await look(scene.sender, begun.id)).toMatchObject({
        status: 'FAILED',
        failure: 'FILE_TOO_LARGE',
      });
      expect(await untilDeleted(scene.sender, begun.id)).toEqual([
        'FILE_TRANSFER_INITIALIZED',
        'UPLOAD_STARTED',
        'UPLOAD_FAILED',
        'FILE_DELETED',
      ]);
    }
  });

  /** A PATCH that does not say how much it brings. */
  function patchChunked({ uploadUrl, authorization }: BegunTransfer, offset: number, body: Buffer) {
    const headers = { ...authorization, ...patchHeaders(offset), 'Transfer-Encoding': 'chunked' };
    const { sent, refusal } = openRefused('PATCH', uploadUrl, headers);
    sent.end(body);
    return refusal;
  }

  const endsBy = (end: (scene: Scene, begun: BegunTransfer) => Promise<unknown>) => async () => {
    const scene = await openScene();
    const idle = await begin(scene);
    const running = await begin(scene);
    using request = await hang(scene, running, HALF);
    for (const begun of [idle, running]) {
      await end(scene, begun);
      expect(await look(scene.sender, begun.id)).toMatchObject({ status: 'CANCELLED' });
    }
    expect(await request.answer).toContain('410 Gone');
    expect(await untilDeleted(scene.sender, running.id)).toEqual([
      'FILE_TRANSFER_INITIALIZED',
      'UPLOAD_STARTED',
      'FILE_TRANSFER_CANCELLED',
      'FILE_DELETED',
    ]);
  };
  row(
    'UPLOAD_STARTED | cancel, also while a request runs',
    endsBy(async ({ sender }, { id }) => {
      expect(await cancelling(sender, id)).toMatchObject({ status: 'CANCELLED' });
    }),
  );
  row(
    'UPLOAD_STARTED | DELETE, also while a request runs',
    endsBy(async (_scene, { uploadUrl, authorization }) => {
      expect(await tus('DELETE', uploadUrl, authorization)).toMatchObject({ status: 204 });
    }),
  );

  row('UPLOAD_STARTED | SEND taken back', async () => {
    const scene = await openScene();
    await closeResource(scene);
    const begun = await begin(scene, MAX);
    const empty = await begin(scene);
    const other = await begin(scene);
    using request = await hang(scene, begun, HALF);
    await takeRight(scene, scene.sender, 'SEND');
    await request.write(WHOLE.subarray(5));
    const answer = await request.answer;
    expect(answer).toContain('204 No Content');
    expect(answer?.toLowerCase()).toContain('upload-offset: 10');

    const { uploadUrl, authorization } = begun;
    const refusal = { status: 403, code: 'NO_ACCESS_TO_RESOURCE' };
    for (const [method, url, headers, body] of [
      ['POST', empty.uploadUrl, { 'Upload-Length': '10' }, undefined],
      ['PATCH', uploadUrl, patchHeaders(10), 'x'],
      ['PUT', empty.uploadUrl, {}, WHOLE],
    ] as const) {
      const refusedOne = await refused(method, url, { ...authorization, ...headers }, body);
      expect(refusedOne).toMatchObject(refusal);
    }
    expect(await tus('HEAD', uploadUrl, authorization)).toMatchObject({ status: 200, offset: 10 });
    expect(await tus('DELETE', uploadUrl, authorization)).toMatchObject({ status: 204 });
    expect(await cancelling(scene.sender, other.id)).toMatchObject({ status: 'CANCELLED' });
  });

  row('UPLOAD_STARTED | PUT', async () => {
    const scene = await openScene();
    const { authorization } = scene.sender;
    const started = await begin(scene);
    using running = await hang(scene, started, HALF);
    const late = await refused('PUT', started.uploadUrl, authorization, WHOLE);
    expect(late).toMatchObject({ status: 409, code: 'OFFSET_MISMATCH' });
    expect(late.headers.get('upload-offset')).toBe('5');
    await running.write(WHOLE.subarray(5));
    expect(await running.answer).toContain('204 No Content');
    expect(await look(scene.sender, started.id)).toMatchObject({ status: 'PUBLISHED' });

    const empty = await initialize(scene);
    const length = { 'Content-Length': String(WHOLE.length) };
    const silent = openRefused('PUT', empty.uploadUrl, { ...authorization, ...length });
    await untilStatus(broker, scene.sender, empty.id, 'UPLOAD_STARTED');
    const put = await tus('PUT', empty.uploadUrl, authorization, WHOLE);
    expect(put).toMatchObject({ status: 201 });
    expect(await silent.refusal).toEqual({ status: 423, code: 'UPLOAD_BUSY' });
    expect(await look(scene.sender, empty.id)).toMatchObject({
      status: 'PUBLISHED',
      digests: { sha256: SHA256 },
    });
  });

  row(
    'UPLOAD_STARTED | PATCH whose offset was right when checked and stale after the take-over',
    async () => {
      const scene = await openScene();
      /** Bytes of the running request arrive in the same moment as the new one; answers whether that was late enough. */
      const attempt = async () => {
        const begun = await begin(scene);
        using running = await hang(scene, begun, HALF);
        const [taking] = await Promise.all([
          patch(begun, 5, 'XYZ'),
          running.write(Buffer.from('w')),
        ]);
        const head = tus('HEAD', begun.uploadUrl, begun.authorization);
        const ended = await running.answer;
        if (taking.status !== 409) return false;
        expect(taking).toMatchObject({ code: 'OFFSET_MISMATCH', offset: 6 });
        expect(ended).toContain('204 No Content');
        expect(ended?.toLowerCase()).toContain('upload-offset: 6');
        // It stays ended, whatever its client still sends.
        await running.write(WHOLE.subarray(6)).catch(() => undefined);
        expect(await head).toMatchObject({ status: 200, offset: 6 });
        return true;
      };
      let wasStale = false;
      for (let attempts = 0; !wasStale && attempts < 20; attempts += 1) wasStale = await attempt();
      expect(wasStale).toBe(true);
    },
  );

  test('Upload-Expires tells the earlier of a day without a byte and the end of the transfer', async () => {
    const scene = await openScene();
    const { sender } = scene;
    await configuring(scene, { transferTimeToLive: 'PT30H' });
    const begun = await begin(scene);
    await patch(begun, 0, HALF);
    const { expiresAt } = await look(sender, begun.id);
    const told = async () => {
      const head = await tus('HEAD', begun.uploadUrl, begun.authorization);
      const { upload } = await look(sender, begun.id);
      expect(head.headers.get('upload-expires')).toBe(
        new Date(upload?.expiresAt ?? '').toUTCString(),
      );
      return Date.parse(upload?.expiresAt ?? '');
    };
    const first = await told();
    expect(first).toBeLessThan(Date.parse(expiresAt) - 5 * HOUR_MS);
    await configuring(scene, { transferTimeToLive: 'PT20H' });
    const shorter = await begin(scene);
    const { upload, ...transfer } = await look(sender, shorter.id);
    expect(upload?.expiresAt).toBe(transfer.expiresAt);
  });
});

describe('a transfer: UPLOAD_PROCESSING', () => {
  let processing: ProcessingScene;
  beforeAll(async () => {
    const expectedDigest = { algorithm: 'SHA256' as const, value: WRONG_SHA256 };
    processing = await openProcessingScene({ expectedDigest }, {}, {}, {}, {});
  });
  afterAll(() => processing[Symbol.asyncDispose]());

  row('UPLOAD_PROCESSING | digest wrong', async () => {
    const scene = await openScene();
    const expectedDigest = { algorithm: 'SHA256' as const, value: WRONG_SHA256 };
    const failed = [
      'FILE_TRANSFER_INITIALIZED',
      'UPLOAD_STARTED',
      'UPLOAD_PROCESSING',
      'UPLOAD_FAILED',
      'FILE_DELETED',
    ];
    const put = await initialize(scene, { expectedDigest });
    const patched = await begin(scene, WHOLE.length, { expectedDigest });
    const mismatch = { status: 400, code: 'DIGEST_MISMATCH' };
    const { authorization } = scene.sender;
    expect(await refused('PUT', put.uploadUrl, authorization, WHOLE)).toMatchObject(mismatch);
    expect(await patch(patched, 0, WHOLE)).toMatchObject(mismatch);
    for (const transfer of [put, patched]) {
      expect(await look(scene.sender, transfer.id)).toMatchObject({
        status: 'FAILED',
        failure: 'DIGEST_MISMATCH',
      });
      expect(await untilDeleted(scene.sender, transfer.id)).toEqual(failed);
      await expectGone(scene, transfer);
    }

    // Also where the verdict comes after the answer.
    const late = await processing.complete(0);
    processing.goOn();
    await untilStatus(processing.broker, processing.sender, late.id, 'FAILED');
    expect(await look(processing.sender, late.id)).toMatchObject({ failure: 'DIGEST_MISMATCH' });
    expect(await untilDeleted(processing.sender, late.id)).toEqual(failed);
  });

  row('UPLOAD_PROCESSING | all well', async () => {
    const { id } = await processing.complete(1);
    const before = await look(processing.recipient, id);
    expect(before).toMatchObject({ status: 'UPLOAD_PROCESSING', publishedAt: null });
    expect(before.events.at(-1)).toBe('UPLOAD_PROCESSING');
    processing.goOn();
    await untilStatus(processing.broker, processing.sender, id, 'PUBLISHED');
    const after = await look(processing.recipient, id);
    expect(after).toMatchObject({ publishedAt: expect.any(String), events: RECEIVED });
    expect(after.log.at(-1)).toMatchObject({ transferStatus: 'PUBLISHED', subject: null });
    expect(after.digests?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  row('UPLOAD_PROCESSING | POST, PATCH, PUT, DELETE', async () => {
    const { id, uploadUrl } = await processing.complete(2);
    const { authorization } = processing.sender;
    const { size } = await look(processing.sender, id);
    for (const [method, headers, body] of [
      ['POST', { 'Upload-Length': String(size) }, undefined],
      ['PATCH', patchHeaders(size ?? 0), ''],
      ['PUT', {}, 'again'],
      ['DELETE', {}, undefined],
    ] as const) {
      const answer = await refused(method, uploadUrl, { ...authorization, ...headers }, body);
      expect([method, answer]).toMatchObject([method, { status: 409 }]);
      expect(answer.code).toMatch(/^(TRANSFER_ALREADY_UPLOADED|OFFSET_MISMATCH)$/);
    }
    const head = await tus('HEAD', uploadUrl, authorization);
    expect(head).toMatchObject({ status: 200, offset: size });
    expect(await look(processing.sender, id)).toMatchObject({ status: 'UPLOAD_PROCESSING' });
  });

  row('UPLOAD_PROCESSING | cancel', async () => {
    const { id } = await processing.complete(3);
    expect(await cancelling(processing.sender, id)).toMatchObject({ status: 'CANCELLED' });
    processing.goOn();
    expect(await untilDeleted(processing.sender, id)).toEqual([
      ...RECEIVED.slice(0, 3),
      'FILE_TRANSFER_CANCELLED',
      'FILE_DELETED',
    ]);
  });

  row('CANCELLED | late verdict', async () => {
    const expected = await processing.complete(4);
    await cancelling(processing.sender, expected.id);
    processing.goOn();
    await untilDeleted(processing.sender, expected.id);
    expect(await look(processing.sender, expected.id)).toMatchObject({
      status: 'CANCELLED',
      failure: null,
      publishedAt: null,
    });
  });
});

describe('a transfer: PUBLISHED and after', () => {
  row('PUBLISHED | last confirmation', async () => {
    const scene = await openScene();
    const other = await clientOf(broker, PARTIES.otherRecipient);
    const { id } = await downloaded(scene, [scene.recipient, other]);
    expect(await confirming(scene.recipient, id)).toMatchObject({ status: 'PUBLISHED' });
    expect(await confirming(other, id)).toMatchObject({ status: 'ALL_CONFIRMED_DOWNLOADED' });
    const { events, log } = await look(scene.sender, id);
    expect(events.slice(RECEIVED.length)).toEqual([
      'DOWNLOAD_STARTED',
      'DOWNLOAD_STARTED',
      'DOWNLOAD_CONFIRMED',
      'DOWNLOAD_CONFIRMED',
      'ALL_CONFIRMED_DOWNLOADED',
    ]);
    expect(log.at(-1)).toMatchObject({ subject: null, recipientStatus: null });
  });

  row('PUBLISHED | cancel', async () => {
    const scene = await openResource(broker);
    const { id, fileUrl } = await publish(scene, randomBytes(24 * 1024 * 1024));
    const { response } = await openFile(fileUrl, scene.recipient.authorization);
    expect(response.statusCode).toBe(200);
    expect(await cancelling(scene.sender, id)).toMatchObject({ status: 'CANCELLED' });
    await expect(response.toArray()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await untilDeleted(scene.sender, id)).toEqual([
      ...RECEIVED,
      'DOWNLOAD_STARTED',
      'FILE_TRANSFER_CANCELLED',
      'FILE_DELETED',
    ]);
  });

  row('ALL_CONFIRMED_DOWNLOADED | download, link', async () => {
    const scene = await openScene();
    const { recipient } = scene;
    const { id, fileUrl } = await downloaded(scene);
    await confirming(recipient, id);
    const before = await look(recipient, id);
    clock.shift += 60_000;
    await download(recipient, fileUrl);
    const link = await linking(recipient, id);
    if (link.__typename !== 'TemporaryLink') throw new Error(link.message);
    expect((await requestFile(link.url)).body.equals(WHOLE)).toBe(true);
    expect(await look(recipient, id)).toMatchObject({
      status: 'ALL_CONFIRMED_DOWNLOADED',
      viewerRecipient: { status: 'DOWNLOAD_CONFIRMED' },
      expiresAt: before.expiresAt,
    });
  });

  row('ALL_CONFIRMED_DOWNLOADED | cancel', async () => {
    const scene = await openScene();
    const { id } = await downloaded(scene);
    await confirming(scene.recipient, id);
    expect(await cancelling(scene.sender, id)).toMatchObject({ status: 'CANCELLED' });
    const events = await untilDeleted(scene.sender, id);
    expect(events.slice(-3)).toEqual([
      'ALL_CONFIRMED_DOWNLOADED',
      'FILE_TRANSFER_CANCELLED',
      'FILE_DELETED',
    ]);
  });

  /** A transfer that failed with bytes in the storage. */
  async function fail(scene: Scene): Promise<NewTransfer> {
    const begun = await begin(scene);
    await patch(begun, 0, HALF);
    expect(await patch(begun, 5, WHOLE)).toMatchObject({ status: 413 });
    return begun;
  }

  row('FAILED | cancel', async () => {
    const scene = await openScene();
    const { id } = await fail(scene);
    expect(await cancelling(scene.sender, id)).toMatchObject({
      __typename: 'ConflictError',
      code: 'TRANSFER_ENDED',
    });
    expect(await look(scene.sender, id)).toMatchObject({ status: 'FAILED' });
  });

  row('FAILED | GET, link, tus requests', async () => {
    const scene = await openScene();
    await expectGone(scene, await fail(scene));
  });

  row('CANCELLED | GET, link, tus requests', async () => {
    const scene = await openScene();
    const [initialized, begun, published] = [
      await initialize(scene),
      await begin(scene),
      await publish(scene, WHOLE),
    ];
    for (const transfer of [initialized, begun, published]) {
      await cancelling(scene.sender, transfer.id);
      await expectGone(scene, transfer);
    }
  });

  test('a cancel again answers the transfer and does nothing', async () => {
    const scene = await openScene();
    await closeResource(scene);
    const { id } = await publish(scene, WHOLE);
    await cancelling(scene.sender, id);
    const events = await untilDeleted(scene.sender, id);
    await takeRight(scene, scene.sender, 'SEND');
    expect(await cancelling(scene.sender, id)).toMatchObject({ id, status: 'CANCELLED' });
    expect((await look(scene.sender, id)).events).toEqual(events);
  });
});

const whyNoScan = whyNoClamd();
sayLeftOut('that a file in which the scanner finds something fails was not tested', whyNoScan);

describe.skipIf(whyNoScan !== undefined)('a transfer whose file is scanned', () => {
  row('UPLOAD_PROCESSING | scan found something', async () => {
    await using clamd = await openClamd();
    await using scanning = await startTestBroker({ env: { CLAMD_URL: clamd.url } });
    const scene = await openResource(scanning, { virusScan: 'REQUIRED' });
    const transfer = await publish(scene, Buffer.from(EICAR));
    expect(await untilDeleted(scene.sender, transfer.id)).toEqual([
      ...RECEIVED.slice(0, 3),
      'UPLOAD_FAILED',
      'FILE_DELETED',
    ]);
    expect(await look(scene.recipient, transfer.id)).toMatchObject({
      status: 'FAILED',
      failure: 'VIRUS_FOUND',
      statusText: `The virus scanner found ${FINDING} in the file.`,
      virusScan: { status: 'INFECTED', scannedAt: expect.any(String), finding: FINDING },
    });
    await expectGone(scene, transfer);
  });
});

describe('a transfer whose time passes', () => {
  let aging: AgingBroker;
  beforeAll(async () => {
    aging = await openAgingBroker();
  });
  afterAll(() => aging[Symbol.asyncDispose]());

  /** Without an event to tell of it, the status has to be asked for. */
  const untilPurged = (client: Client, id: string) =>
    expect.poll(async () => (await look(client, id)).status).toBe('PURGED');
  const ofRecipients = (log: Awaited<ReturnType<typeof look>>['log'], type: string) =>
    log.flatMap((event) => (event.type === type ? [event.subject?.id] : []));
  /** A transfer in processing: its file waits for the scanner. */
  const process = async (scene: Scene) => {
    const begun = await begin(scene);
    expect(await patch(begun, 0, WHOLE)).toMatchObject({ status: 204 });
    expect(await look(scene.sender, begun.id)).toMatchObject({ status: 'UPLOAD_PROCESSING' });
    return begun;
  };

  row('INITIALIZED | expire', async () => {
    const scene = await aging.openScene();
    const transfer = await initialize(scene);
    await aging.pass(scene, 30 * DAY_MS);
    await untilPurged(scene.sender, transfer.id);
    expect(await look(scene.sender, transfer.id)).toMatchObject({
      events: ['FILE_TRANSFER_INITIALIZED'],
      fileDeletedAt: null,
    });
  });

  row('UPLOAD_STARTED | 24 h without a byte', async () => {
    const scene = await aging.openScene();
    const empty = await begin(scene);
    const half = await begin(scene);
    await aging.pass(scene, 12 * HOUR_MS);
    await patch(half, 0, HALF);
    // The clock of one began with its upload, that of the other with its latest byte.
    await aging.pass(scene, 12 * HOUR_MS);
    await untilStatus(aging.broker, scene.sender, empty.id, 'FAILED');
    expect(await look(scene.sender, half.id)).toMatchObject({ status: 'UPLOAD_STARTED' });
    await aging.pass(scene, 12 * HOUR_MS);
    const failed = ['FILE_TRANSFER_INITIALIZED', 'UPLOAD_STARTED', 'UPLOAD_FAILED'];
    expect(await untilDeleted(scene.sender, half.id)).toEqual([...failed, 'FILE_DELETED']);
    expect(await look(scene.sender, empty.id)).toMatchObject({
      failure: 'UPLOAD_ABANDONED',
      events: failed,
    });
    await expectGone(scene, half);
  });

  row('UPLOAD_STARTED | expire, also while a request runs', async () => {
    const scene = await aging.openScene({ transferTimeToLive: 'PT1H', expiryReminder: null });
    const empty = await begin(scene);
    const half = await begin(scene);
    await patch(half, 0, HALF);
    const running = await begin(scene);
    using request = await hang({ ...scene, broker: aging.broker }, running, HALF);
    await aging.pass(scene, HOUR_MS);
    expect(await request.answer).toContain('410 Gone');
    for (const transfer of [half, running]) {
      expect(await untilDeleted(scene.sender, transfer.id)).toEqual([
        'FILE_TRANSFER_INITIALIZED',
        'UPLOAD_STARTED',
        'FILE_DELETED',
      ]);
      expect(await look(scene.sender, transfer.id)).toMatchObject({ status: 'PURGED' });
      await expectGone(scene, transfer);
    }
    await untilPurged(scene.sender, empty.id);
    expect(await look(scene.sender, empty.id)).toMatchObject({
      events: ['FILE_TRANSFER_INITIALIZED', 'UPLOAD_STARTED'],
      fileDeletedAt: null,
    });
  });

  row('UPLOAD_PROCESSING | all well, the reminder already due', async () => {
    const scene = await aging.openScene({ transferTimeToLive: 'P4D', expiryReminder: 'P2D' });
    const other = await clientOf(aging.broker, PARTIES.otherRecipient);
    const recipients = [scene.recipient.party, other.party];
    const begun = await begin(scene, WHOLE.length, { recipients });
    await aging.pass(scene, 23 * HOUR_MS);
    await patch(begun, 0, HALF);
    await aging.pass(scene, 23 * HOUR_MS);
    await patch(begun, 5, WHOLE.subarray(5, 6));
    const early = await publish(scene, WHOLE, { recipients });
    await aging.pass(scene, 2 * HOUR_MS);
    await patch(begun, 6, WHOLE.subarray(6));
    const { events, log } = await look(scene.sender, begun.id);
    expect(events).toEqual([...RECEIVED, 'FILE_EXPIRING', 'FILE_EXPIRING']);
    expect(ofRecipients(log, 'FILE_EXPIRING')).toEqual(recipients);
    expect(log.at(-1)).toMatchObject({
      transferStatus: 'PUBLISHED',
      recipientStatus: 'INITIALIZED',
    });
    expect((await look(scene.sender, early.id)).events).toEqual(RECEIVED);
  });

  test('is told of before it expires, to each recipient that has not confirmed, once', async () => {
    const scene = await aging.openScene({ transferTimeToLive: 'P10D', expiryReminder: 'P2D' });
    const other = await clientOf(aging.broker, PARTIES.otherRecipient);
    const recipients = [scene.recipient.party, other.party];
    const { id, fileUrl } = await publish(scene, WHOLE, { recipients });
    await download(scene.recipient, fileUrl);
    await confirming(scene.recipient, id);
    await aging.pass(scene, 8 * DAY_MS - 60_000);
    expect((await look(scene.sender, id)).events).not.toContain('FILE_EXPIRING');
    await aging.pass(scene, 60_000);
    await expect.poll(async () => (await look(scene.sender, id)).events).toContain('FILE_EXPIRING');
    await aging.pass(scene, DAY_MS);
    const { log, status } = await look(scene.sender, id);
    expect(status).toBe('PUBLISHED');
    expect(ofRecipients(log, 'FILE_EXPIRING')).toEqual([other.party]);
  });

  row('UPLOAD_PROCESSING | expire', async () => {
    const scene = await aging.openScene({ virusScan: 'OPTIONAL' });
    const transfer = await process(scene);
    await aging.pass(scene, 30 * DAY_MS);
    expect(await untilDeleted(scene.sender, transfer.id)).toEqual([
      ...RECEIVED.slice(0, 3),
      'FILE_DELETED',
    ]);
    expect(await look(scene.sender, transfer.id)).toMatchObject({ status: 'PURGED' });
    await expectGone(scene, transfer);
  });

  row('PUBLISHED | expire', async () => {
    const scene = await aging.openScene({ expiryReminder: null });
    const [other, third] = await Promise.all([
      clientOf(aging.broker, PARTIES.otherRecipient),
      clientOf(aging.broker, PARTIES.stranger),
    ]);
    const recipients = [scene.recipient.party, other.party, third.party];
    const { id, fileUrl } = await publish(scene, WHOLE, { recipients });
    await download(scene.recipient, fileUrl);
    await confirming(scene.recipient, id);
    await aging.pass(scene, 30 * DAY_MS);
    await untilDeleted(scene.sender, id);
    const { events, log, ...transfer } = await look(scene.sender, id);
    expect(transfer).toMatchObject({ status: 'PURGED', fileDeletedAt: expect.any(String) });
    expect(events.slice(RECEIVED.length)).toEqual([
      'DOWNLOAD_STARTED',
      'DOWNLOAD_CONFIRMED',
      'FILE_DELETED',
      'FILE_NEVER_CONFIRMED_DOWNLOADED',
      'FILE_NEVER_CONFIRMED_DOWNLOADED',
    ]);
    expect(ofRecipients(log, 'FILE_NEVER_CONFIRMED_DOWNLOADED')).toEqual([
      other.party,
      third.party,
    ]);
    expect(log.slice(-3).map(({ time }) => time)).toEqual(Array(3).fill(transfer.fileDeletedAt));
    // What is known of it stays.
    expect(transfer).toMatchObject({ size: WHOLE.length, digests: { sha256: SHA256 } });
  });

  test('is read on to its end by a download that was running when the purge came', async () => {
    const scene = await aging.openScene({ expiryReminder: null });
    const { recipient, sender } = scene;
    const { id, fileUrl, content } = await publish(scene, randomBytes(24 * 1024 * 1024));
    const { response } = await openFile(fileUrl, recipient.authorization);
    expect(response.statusCode).toBe(200);
    await aging.pass(scene, 30 * DAY_MS);
    await untilDeleted(sender, id);
    expect(await refused('GET', fileUrl, recipient.authorization)).toMatchObject({ status: 410 });
    expect(Buffer.concat(await response.toArray()).equals(content)).toBe(true);
  });

  row('ALL_CONFIRMED_DOWNLOADED | grace over, where the resource purges', async () => {
    const scene = await aging.openScene({ purgeGracePeriod: 'PT2H' });
    const { recipient } = scene;
    const { id, fileUrl } = await downloaded(scene);
    await confirming(recipient, id);
    await aging.pass(scene, 2 * HOUR_MS - 60_000);
    // Within the grace period it can still be fetched, which does not move its end.
    await download(recipient, fileUrl);
    await aging.pass(scene, 60_000);
    expect(await refused('GET', fileUrl, recipient.authorization)).toMatchObject({
      status: 410,
      code: 'FILE_NOT_AVAILABLE',
    });
    expect((await untilDeleted(scene.sender, id)).slice(-2)).toEqual([
      'DOWNLOAD_STARTED',
      'FILE_DELETED',
    ]);
    expect(await look(scene.sender, id)).toMatchObject({ status: 'PURGED' });
  });

  row('ALL_CONFIRMED_DOWNLOADED | expire', async () => {
    const kept = await aging.openScene({ purgeAfterAllConfirmed: false });
    const short = await aging.openScene({
      transferTimeToLive: 'PT1H',
      expiryReminder: null,
      purgeGracePeriod: 'PT2H',
    });
    const transfers = [];
    for (const scene of [kept, short]) {
      const { id } = await downloaded(scene);
      await confirming(scene.recipient, id);
      transfers.push({ scene, id });
    }
    await aging.pass(short, HOUR_MS);
    await untilPurged(short.sender, transfers[1]?.id ?? '');
    await aging.pass(kept, 3 * HOUR_MS);
    expect(await look(kept.sender, transfers[0]?.id ?? '')).toMatchObject({
      status: 'ALL_CONFIRMED_DOWNLOADED',
    });
    await aging.pass(kept, 30 * DAY_MS);
    for (const { scene, id } of transfers) {
      expect((await untilDeleted(scene.sender, id)).slice(-2)).toEqual([
        'ALL_CONFIRMED_DOWNLOADED',
        'FILE_DELETED',
      ]);
    }
  });

  /** A transfer that was purged with a file. */
  const purged = async () => {
    const scene = await aging.openScene({ expiryReminder: null });
    const transfer = await publish(scene, WHOLE);
    await aging.pass(scene, 30 * DAY_MS);
    await untilDeleted(scene.sender, transfer.id);
    return { scene, transfer };
  };

  row('PURGED | cancel', async () => {
    const { scene, transfer } = await purged();
    expect(await cancelling(scene.sender, transfer.id)).toMatchObject({
      __typename: 'ConflictError',
      code: 'TRANSFER_ENDED',
    });
  });

  row('PURGED | GET, link, tus requests', async () => {
    const { scene, transfer } = await purged();
    await expectGone(scene, transfer);
  });

  /** What has ended stays as it is, however much time passes. */
  async function expectNothingMore(scene: Scene, id: string): Promise<void> {
    await untilDeleted(scene.sender, id);
    const before = await look(scene.sender, id);
    // Another one, which ends while it is waited for, tells that all that was due has been done.
    const other = await initialize(scene);
    for (let month = 0; month < 2; month += 1) await aging.pass(scene, 30 * DAY_MS);
    await untilPurged(scene.sender, other.id);
    expect(await look(scene.sender, id)).toEqual(before);
  }

  row('FAILED | expire, purge, late verdict', async () => {
    const scene = await aging.openScene();
    const begun = await begin(scene);
    await patch(begun, 0, HALF);
    expect(await patch(begun, 5, WHOLE)).toMatchObject({ status: 413 });
    await expectNothingMore(scene, begun.id);
  });

  row('CANCELLED | expire, purge', async () => {
    const scene = await aging.openScene();
    const { id } = await downloaded(scene);
    await confirming(scene.recipient, id);
    await cancelling(scene.sender, id);
    await expectNothingMore(scene, id);
  });

  row('PURGED | expire, purge, late verdict', async () => {
    const scene = await aging.openScene({ virusScan: 'OPTIONAL' });
    const { id } = await process(scene);
    await aging.pass(scene, 30 * DAY_MS);
    await expectNothingMore(scene, id);
  });

  test('ends a subscription to it, also where no event tells of the end', async () => {
    const scene = await aging.openScene();
    const { id } = await initialize(scene);
    const client = openStream(aging.broker, scene.sender.token);
    const statuses: string[] = [];
    for await (const { transfer } of subscribe(client, FollowTransfer, { id })) {
      statuses.push(transfer.status);
      if (statuses.length === 1) await aging.pass(scene, 30 * DAY_MS);
    }
    await client.dispose();
    expect(statuses.at(-1)).toBe('PURGED');
  });
});

describe('a recipient', () => {
  const statusOf = async (client: Client, id: string) =>
    (await look(client, id)).viewerRecipient?.status;
  const startsOf = async (client: Client, id: string) =>
    (await look(client, id)).events.filter((type) => type === 'DOWNLOAD_STARTED').length;

  row('INITIALIZED | GET answered 200 or 206', async () => {
    const scene = await openResource(broker);
    const { recipient } = scene;
    const content = randomBytes(8 * 1024 * 1024);
    for (const [headers, status] of [
      [{}, 200],
      [{ Range: 'bytes=1-' }, 206],
    ] as const) {
      const { id, fileUrl } = await publish(scene, content);
      const { response } = await openFile(fileUrl, { ...recipient.authorization, ...headers });
      expect(response.statusCode).toBe(status);
      // Of the body nothing has been read.
      const { log, viewerRecipient } = await look(recipient, id);
      expect(viewerRecipient?.status).toBe('DOWNLOAD_STARTED');
      expect(log.at(-1)).toMatchObject({
        type: 'DOWNLOAD_STARTED',
        transferStatus: 'PUBLISHED',
        recipientStatus: 'DOWNLOAD_STARTED',
        subject: { id: recipient.party },
      });
      await response.toArray();
    }
  });

  row('INITIALIZED | GET answered 304 or 416; HEAD', async () => {
    const scene = await openScene();
    const { recipient } = scene;
    const { id, fileUrl } = await publish(scene, WHOLE);
    for (const [method, headers, status] of [
      ['GET', { 'If-None-Match': '*' }, 304],
      ['GET', { Range: 'bytes=10-' }, 416],
      ['HEAD', {}, 200],
    ] as const) {
      const all = { ...recipient.authorization, ...headers };
      expect(await requestFile(fileUrl, all, method)).toMatchObject({ status });
      expect(await statusOf(recipient, id)).toBe('INITIALIZED');
    }
    expect((await look(recipient, id)).events).toEqual(RECEIVED);
  });

  row('INITIALIZED | confirm', async () => {
    const scene = await openScene();
    const { id } = await publish(scene, WHOLE);
    for (const sha256 of [null, SHA256, WRONG_SHA256]) {
      expect(await confirming(scene.recipient, id, sha256)).toMatchObject({
        __typename: 'ConflictError',
        code: 'DOWNLOAD_NOT_STARTED',
      });
    }
    expect(await statusOf(scene.recipient, id)).toBe('INITIALIZED');
  });

  row('DOWNLOAD_STARTED | confirm, also while its own download runs', async () => {
    const scene = await openResource(broker);
    const { recipient } = scene;
    const content = randomBytes(24 * 1024 * 1024);
    const running = await publish(scene, content);
    const done = await downloaded(scene);
    const { response } = await openFile(running.fileUrl, recipient.authorization);
    for (const { id } of [running, done]) {
      expect(await confirming(recipient, id)).toMatchObject({
        __typename: 'Transfer',
        viewerRecipient: { status: 'DOWNLOAD_CONFIRMED' },
      });
      const confirmed = (await look(recipient, id)).log.at(-2);
      expect(confirmed).toMatchObject({
        type: 'DOWNLOAD_CONFIRMED',
        transferStatus: 'PUBLISHED',
        recipientStatus: 'DOWNLOAD_CONFIRMED',
        subject: { id: recipient.party },
      });
    }
    expect(Buffer.concat(await response.toArray()).equals(content)).toBe(true);
  });

  row('DOWNLOAD_STARTED | confirm with another digest', async () => {
    const scene = await openScene();
    const { recipient } = scene;
    const { id } = await downloaded(scene);
    const before = (await look(recipient, id)).events;
    expect(await confirming(recipient, id, WRONG_SHA256)).toMatchObject({
      __typename: 'ValidationError',
      code: 'DIGEST_MISMATCH',
      field: 'sha256',
    });
    expect(await statusOf(recipient, id)).toBe('DOWNLOAD_STARTED');
    expect((await look(recipient, id)).events).toEqual(before);
    expect(await confirming(recipient, id, SHA256.toUpperCase())).toMatchObject({
      status: 'ALL_CONFIRMED_DOWNLOADED',
    });
  });

  row('DOWNLOAD_STARTED | confirm after RECEIVE was taken back', async () => {
    const scene = await openScene();
    const { recipient } = scene;
    await closeResource(scene);
    const { id } = await downloaded(scene);
    await takeRight(scene, recipient, 'RECEIVE');
    expect(await confirming(recipient, id)).toMatchObject({
      __typename: 'AccessDeniedError',
      code: 'NO_ACCESS_TO_RESOURCE',
    });
    expect(await statusOf(recipient, id)).toBe('DOWNLOAD_STARTED');
    await giveRight(scene, recipient, 'RECEIVE');
    expect(await confirming(recipient, id)).toMatchObject({ __typename: 'Transfer' });
  });

  row('DOWNLOAD_CONFIRMED | confirm, with whatever digest', async () => {
    const scene = await openScene();
    const { recipient } = scene;
    const { id } = await downloaded(scene);
    await confirming(recipient, id);
    const { events } = await look(recipient, id);
    for (const sha256 of [null, SHA256, WRONG_SHA256]) {
      expect(await confirming(recipient, id, sha256)).toMatchObject({
        __typename: 'Transfer',
        status: 'ALL_CONFIRMED_DOWNLOADED',
        viewerRecipient: { status: 'DOWNLOAD_CONFIRMED' },
      });
    }
    expect((await look(recipient, id)).events).toEqual(events);
  });

  row('DOWNLOAD_CONFIRMED | download', async () => {
    const scene = await openScene();
    const { recipient } = scene;
    const { id, fileUrl } = await downloaded(scene);
    await confirming(recipient, id);
    await download(recipient, fileUrl);
    expect(await startsOf(recipient, id)).toBe(1);
    clock.shift += 5 * 60_000;
    await download(recipient, fileUrl);
    await download(recipient, fileUrl);
    expect(await startsOf(recipient, id)).toBe(2);
    expect(await statusOf(recipient, id)).toBe('DOWNLOAD_CONFIRMED');
    expect((await look(recipient, id)).log.at(-1)).toMatchObject({
      type: 'DOWNLOAD_STARTED',
      transferStatus: 'ALL_CONFIRMED_DOWNLOADED',
      recipientStatus: 'DOWNLOAD_CONFIRMED',
    });
  });
});

describe('the tables', () => {
  test('have a test for every row', () => {
    const rows = [...TRANSFER_ROWS, ...RECIPIENT_ROWS];
    expect([...shown].sort()).toEqual(rows.sort());
  });

  test('speak of every status of the schema', () => {
    const schema = buildSchema(readFileSync(join(CHECKOUT, 'schema', 'schema.graphql'), 'utf8'));
    for (const [name, rows] of [
      ['TransferStatus', TRANSFER_ROWS],
      ['RecipientStatus', RECIPIENT_ROWS],
    ] as const) {
      const type = schema.getType(name);
      if (!(type instanceof GraphQLEnumType)) throw new Error(`The schema has no ${name}.`);
      const statuses = new Set(rows.map((text) => text.split(' | ')[0]));
      expect([...statuses].sort()).toEqual(
        type
          .getValues()
          .map((value) => value.name)
          .sort(),
      );
    }
  });
});
