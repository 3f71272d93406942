/** The rules that the contract's tables of states leave to words. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf, initialize, openResource, publish } from '../support/api.ts';
import { PARTIES, startTestBroker, type TestBroker } from '../support/broker.ts';
import { tus } from '../support/uploads.ts';
import { openProcessingScene } from './processing.ts';
import {
  begin,
  download,
  downloaded,
  HALF,
  patch,
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
  initializing,
  linking,
  look,
  refused,
  takeRight,
} from './steps.ts';

const MAX = 1000;

let broker: TestBroker;
beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker[Symbol.asyncDispose]());

const openScene = () => openResource(broker, { maxTransferSize: MAX });

test('FILE_DELETED is there exactly when stored bytes were deleted', async () => {
  const scene = await openScene();
  const { sender } = scene;
  const without = [await initialize(scene), await begin(scene)];
  const mismatch = { algorithm: 'SHA256' as const, value: WRONG_SHA256 };
  const half = await begin(scene);
  const withBytes = [half, await publish(scene, WHOLE)];
  const failing = await initialize(scene, { expectedDigest: mismatch });
  await patch(half, 0, HALF);
  await refused('PUT', failing.uploadUrl, sender.authorization, WHOLE);
  for (const { id } of [...without, ...withBytes]) await cancelling(sender, id);
  for (const { id } of [...withBytes, failing]) {
    const events = await untilDeleted(sender, id);
    expect(events.filter((type) => type === 'FILE_DELETED')).toHaveLength(1);
  }
  for (const { id } of without) {
    const { events, fileDeletedAt } = await look(sender, id);
    expect(events.at(-1)).toBe('FILE_TRANSFER_CANCELLED');
    expect(fileDeletedAt).toBeNull();
  }
});

test('a transfer keeps the settings that its resource had when it was initialized', async () => {
  const scene = await openScene();
  const { sender } = scene;
  await configuring(scene, { computeMd5: true, transferTimeToLive: 'P10D' });
  const before = await initialize(scene);
  const { expiresAt } = await look(sender, before.id);
  await configuring(scene, {
    computeMd5: false,
    transferTimeToLive: 'P1D',
    maxTransferSize: 5,
    virusScan: 'REQUIRED',
    requiredParty: PARTIES.stranger,
  });
  expect(await initializing(scene)).toMatchObject({ code: 'REQUIRED_PARTY_MISSING' });
  const put = await tus('PUT', before.uploadUrl, sender.authorization, WHOLE);
  expect(put).toMatchObject({ status: 201 });
  expect(await look(sender, before.id)).toMatchObject({
    status: 'PUBLISHED',
    expiresAt,
    digests: { sha256: SHA256, md5: createHash('md5').update(WHOLE).digest('hex') },
  });

  // What was less before does not become more either.
  await configuring(scene, { virusScan: 'DISABLED', requiredParty: null });
  const small = await initialize(scene);
  await configuring(scene, { computeMd5: true, maxTransferSize: MAX });
  const { authorization } = sender;
  const large = await refused('PUT', small.uploadUrl, authorization, WHOLE);
  expect(large).toMatchObject({ status: 413, code: 'FILE_TOO_LARGE' });
  expect(await tus('PUT', small.uploadUrl, authorization, HALF)).toMatchObject({ status: 201 });
  expect((await look(sender, small.id)).digests?.md5).toBeNull();
});

test('the access list is asked each time', async () => {
  const scene = await openScene();
  const { sender, recipient } = scene;
  await closeResource(scene);
  const { id, fileUrl } = await publish(scene, WHOLE);
  await takeRight(scene, recipient, 'RECEIVE');
  const denied = { status: 403, code: 'NO_ACCESS_TO_RESOURCE' };
  expect(await refused('GET', fileUrl, recipient.authorization)).toMatchObject(denied);
  expect(await initializing(scene)).toMatchObject({ code: 'RECIPIENT_NOT_IN_ACCESS_LIST' });
  // Who may see it never changes.
  expect(await look(recipient, id)).toMatchObject({ status: 'PUBLISHED' });
  await giveRight(scene, recipient, 'RECEIVE');
  await download(recipient, fileUrl);
  await takeRight(scene, sender, 'SEND');
  expect(await initializing(scene)).toMatchObject({ code: 'NO_ACCESS_TO_RESOURCE' });
  expect(await look(sender, id)).toMatchObject({ status: 'PUBLISHED' });
});

test('a reminder is at most half the time to live: refused where it is said, shortened where it is not', async () => {
  const scene = await openScene();
  const set = (settings: Parameters<typeof configuring>[1]) => configuring(scene, settings);
  const wrong = { code: 'INVALID_EXPIRY_REMINDER', field: 'expiryReminder' };
  expect(await set({ transferTimeToLive: 'P4D' })).toMatchObject({ expiryReminder: 'P2D' });
  expect(await set({ expiryReminder: 'P2DT1S' })).toMatchObject(wrong);
  expect(await set({ expiryReminder: 'P2D' })).toMatchObject({ expiryReminder: 'P2D' });
  const both = { transferTimeToLive: 'P2D', expiryReminder: 'P2D' };
  expect(await set(both)).toMatchObject(wrong);
  expect(await set({ transferTimeToLive: 'P2D' })).toMatchObject({ expiryReminder: 'P1D' });
  expect(await set({ transferTimeToLive: 'P30D' })).toMatchObject({ expiryReminder: 'P1D' });
});

test('an idempotency key answers the transfer that it made, whatever became of it, without asking for access again', async () => {
  const scene = await openScene();
  const { sender } = scene;
  await closeResource(scene);
  const keyed = (idempotencyKey: string) => initializing(scene, { idempotencyKey });
  const { id } = await initialize(scene, { idempotencyKey: 'one' });
  await cancelling(sender, id);
  await takeRight(scene, sender, 'SEND');
  await takeRight(scene, scene.recipient, 'RECEIVE');
  expect(await keyed('one')).toMatchObject({ id, status: 'CANCELLED' });
  expect(await keyed('two')).toMatchObject({ code: 'NO_ACCESS_TO_RESOURCE' });
  await giveRight(scene, sender, 'SEND');
  await giveRight(scene, scene.recipient, 'RECEIVE');
  const again = await keyed('two');
  expect(again).toMatchObject({ __typename: 'Transfer', status: 'INITIALIZED' });
  expect(again).not.toMatchObject({ id });
});

test('a sender among the recipients has both roles', async () => {
  const scene = await openScene();
  const { sender } = scene;
  const { id, fileUrl } = await publish(scene, WHOLE, { recipients: [sender.party] });
  expect([...(await look(sender, id)).viewerRoles].sort()).toEqual(['RECIPIENT', 'SENDER']);
  await download(sender, fileUrl);
  expect(await confirming(sender, id)).toMatchObject({ status: 'ALL_CONFIRMED_DOWNLOADED' });
  expect(await cancelling(sender, id)).toMatchObject({ status: 'CANCELLED' });
});

test('a service owner who is no party sees all of a transfer but its upload, and has no part in it', async () => {
  const scene = await openScene();
  const { owner, sender } = scene;
  const begun = await begin(scene);
  expect((await look(sender, begun.id)).upload).not.toBeNull();
  const seen = await look(owner, begun.id);
  expect(seen).toMatchObject({
    upload: null,
    viewerRoles: ['SERVICE_OWNER'],
    viewerRecipient: null,
    recipients: [{ party: { id: PARTIES.recipient } }],
    fileName: 'report.pdf',
  });
  const { id, fileUrl } = await downloaded(scene);
  // Who did what too, which recipients do not see of each other.
  expect((await look(owner, id)).log.at(-1)?.actor).toMatchObject({
    party: { id: PARTIES.recipient },
  });
  const denied = { __typename: 'AccessDeniedError', code: 'NOT_A_RECIPIENT' };
  expect(await linking(owner, id)).toMatchObject(denied);
  expect(await confirming(owner, id)).toMatchObject(denied);
  const refusal = { status: 403, code: 'NOT_A_RECIPIENT' };
  expect(await refused('GET', fileUrl, owner.authorization)).toMatchObject(refusal);
});

test('before publication a file is not available, and what a confirm answers tells why', async () => {
  const scene = await openScene();
  await using processing = await openProcessingScene({});
  const { recipient } = scene;
  const notYet = { status: 409, code: 'FILE_NOT_AVAILABLE' };
  const half = await begin(scene);
  await patch(half, 0, HALF);
  for (const [client, { id, fileUrl }, code] of [
    [recipient, await initialize(scene), 'NO_FILE_UPLOADED'],
    [recipient, half, 'NO_FILE_UPLOADED'],
    [processing.recipient, await processing.complete(0), 'TRANSFER_NOT_PUBLISHED'],
  ] as const) {
    expect(await refused('GET', fileUrl, client.authorization)).toMatchObject(notYet);
    expect(await linking(client, id)).toMatchObject({ code: 'FILE_NOT_AVAILABLE' });
    expect(await confirming(client, id)).toMatchObject({ __typename: 'ConflictError', code });
  }
});

test('after the end a first confirm is refused, and a repeated one answers the transfer', async () => {
  const scene = await openScene();
  const { recipient } = scene;
  const other = await clientOf(broker, PARTIES.otherRecipient);
  const { id } = await downloaded(scene, [recipient, other]);
  await confirming(recipient, id);
  await cancelling(scene.sender, id);
  expect(await confirming(other, id)).toMatchObject({ code: 'TRANSFER_ENDED' });
  expect(await confirming(recipient, id)).toMatchObject({ id, status: 'CANCELLED' });
});

test('the subject of an event is the party that acted: the sender, that recipient, or none', async () => {
  const scene = await openScene();
  const { id } = await downloaded(scene);
  await confirming(scene.recipient, id);
  await cancelling(scene.sender, id);
  await untilDeleted(scene.sender, id);
  const failed = await begin(scene);
  await patch(failed, 0, randomBytes(11));
  const { log } = await look(scene.sender, id);
  const failure = (await look(scene.sender, failed.id)).log.at(-1);
  const subjects = [...log, ...(failure === undefined ? [] : [failure])].map(
    ({ type, subject, recipientStatus }) => [type, subject?.id ?? null, recipientStatus],
  );
  const { sender, recipient } = PARTIES;
  expect(subjects).toEqual([
    ['FILE_TRANSFER_INITIALIZED', sender, null],
    ['UPLOAD_STARTED', sender, null],
    ['UPLOAD_PROCESSING', sender, null],
    ['PUBLISHED', null, null],
    ['DOWNLOAD_STARTED', recipient, 'DOWNLOAD_STARTED'],
    ['DOWNLOAD_CONFIRMED', recipient, 'DOWNLOAD_CONFIRMED'],
    ['ALL_CONFIRMED_DOWNLOADED', null, null],
    ['FILE_TRANSFER_CANCELLED', sender, null],
    ['FILE_DELETED', null, null],
    ['UPLOAD_FAILED', sender, null],
  ]);
});
