import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  type Client,
  clientOf,
  initialize,
  openResource,
  publish,
  type Scene,
} from '../support/api.ts';
import { PARTIES, startTestBroker } from '../support/broker.ts';
import {
  CancelTransfer,
  ConfigureResource,
  ConfirmDownload,
  GetTransfer,
  GrantResourceAccess,
  RevokeResourceAccess,
} from '../support/operations.ts';

async function openScene(): Promise<Scene & AsyncDisposable> {
  const broker = await startTestBroker();
  const scene = await openResource(broker);
  return { ...scene, [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose]() };
}

/** The transfer where the confirmation was taken, else the code of why not. */
async function confirm(client: Client, id: string, sha256: string | null = null) {
  const { confirmDownload } = await client.run(ConfirmDownload, { id, sha256 });
  return confirmDownload.__typename === 'Transfer' ? confirmDownload : confirmDownload.code;
}

async function download(client: Client, url: string): Promise<Buffer> {
  const response = await fetch(url, { headers: client.authorization });
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

/** How the transfer stands for the client, and what was told of it. */
async function stateOf(client: Client, id: string) {
  const { transfer } = await client.run(GetTransfer, { id });
  const events = (transfer?.events?.edges ?? []).map(({ node }) => node);
  return { status: transfer?.status, viewer: transfer?.viewerRecipient?.status, transfer, events };
}

const sha256Of = (content: Buffer) => createHash('sha256').update(content).digest('hex');

const UPLOAD_EVENTS = [
  'FILE_TRANSFER_INITIALIZED',
  'UPLOAD_STARTED',
  'UPLOAD_PROCESSING',
  'PUBLISHED',
];

describe('a confirmation', () => {
  test('with the digest of what was downloaded is the end of a job', async () => {
    await using scene = await openScene();
    const { recipient, owner } = scene;
    const { id, fileUrl } = await publish(scene);
    const sha256 = sha256Of(await download(recipient, fileUrl));
    expect(await confirm(recipient, id, sha256)).toMatchObject({
      status: 'ALL_CONFIRMED_DOWNLOADED',
      viewerRecipient: { status: 'DOWNLOAD_CONFIRMED' },
    });
    const { transfer, events } = await stateOf(owner, id);
    expect(events.map(({ type }) => type)).toEqual([
      ...UPLOAD_EVENTS,
      'DOWNLOAD_STARTED',
      'DOWNLOAD_CONFIRMED',
      'ALL_CONFIRMED_DOWNLOADED',
    ]);
    // The confirmation tells the status that it found; what follows from it tells the one that it made.
    const actor = { party: { id: PARTIES.recipient } };
    expect(events.slice(-2)).toMatchObject([
      {
        transferStatus: 'PUBLISHED',
        recipientStatus: 'DOWNLOAD_CONFIRMED',
        subject: { id: PARTIES.recipient },
        actor,
      },
      {
        transferStatus: 'ALL_CONFIRMED_DOWNLOADED',
        recipientStatus: null,
        subject: null,
        actor,
      },
    ]);
    expect(transfer?.recipientCounts).toEqual({
      total: 1,
      initialized: 0,
      downloadStarted: 0,
      confirmed: 1,
    });
  });

  test('needs no digest', async () => {
    await using scene = await openScene();
    const { id, fileUrl } = await publish(scene);
    await download(scene.recipient, fileUrl);
    expect(await confirm(scene.recipient, id)).toMatchObject({
      status: 'ALL_CONFIRMED_DOWNLOADED',
    });
  });

  test('takes a digest in upper case', async () => {
    await using scene = await openScene();
    const { id, fileUrl, content } = await publish(scene);
    await download(scene.recipient, fileUrl);
    expect(await confirm(scene.recipient, id, sha256Of(content).toUpperCase())).toMatchObject({
      viewerRecipient: { status: 'DOWNLOAD_CONFIRMED' },
    });
  });

  test('is taken while the download of who confirms still runs', async () => {
    await using scene = await openScene();
    const content = Buffer.alloc(24 * 1024 * 1024, 'x');
    const { id, fileUrl } = await publish(scene, content);
    const response = await fetch(fileUrl, { headers: scene.recipient.authorization });
    expect(await confirm(scene.recipient, id)).toMatchObject({
      status: 'ALL_CONFIRMED_DOWNLOADED',
    });
    expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
  });

  test('of one of two recipients leaves the file published, and that of the last one ends it', async () => {
    await using scene = await openScene();
    const { recipient } = scene;
    const other = await clientOf(scene.broker, PARTIES.otherRecipient);
    const { id, fileUrl } = await publish(scene, undefined, {
      recipients: [PARTIES.recipient, PARTIES.otherRecipient],
    });
    await download(recipient, fileUrl);
    expect(await confirm(other, id)).toBe('DOWNLOAD_NOT_STARTED');
    expect(await confirm(recipient, id)).toMatchObject({
      status: 'PUBLISHED',
      viewerRecipient: { status: 'DOWNLOAD_CONFIRMED' },
    });
    expect(await stateOf(other, id)).toMatchObject({ status: 'PUBLISHED', viewer: 'INITIALIZED' });
    await download(other, fileUrl);
    expect(await confirm(other, id)).toMatchObject({ status: 'ALL_CONFIRMED_DOWNLOADED' });
    const { events, transfer } = await stateOf(scene.sender, id);
    expect(
      events.slice(UPLOAD_EVENTS.length).map(({ type, subject }) => [type, subject?.id]),
    ).toEqual([
      ['DOWNLOAD_STARTED', PARTIES.recipient],
      ['DOWNLOAD_CONFIRMED', PARTIES.recipient],
      ['DOWNLOAD_STARTED', PARTIES.otherRecipient],
      ['DOWNLOAD_CONFIRMED', PARTIES.otherRecipient],
      ['ALL_CONFIRMED_DOWNLOADED', undefined],
    ]);
    expect(transfer?.recipientCounts).toMatchObject({ total: 2, confirmed: 2 });
  });

  test('of all recipients at the same time ends the transfer once', async () => {
    await using scene = await openScene();
    const other = await clientOf(scene.broker, PARTIES.otherRecipient);
    const { id, fileUrl } = await publish(scene, undefined, {
      recipients: [PARTIES.recipient, PARTIES.otherRecipient],
    });
    await Promise.all([download(scene.recipient, fileUrl), download(other, fileUrl)]);
    await Promise.all(
      [scene.recipient, other, scene.recipient, other].map((client) => confirm(client, id)),
    );
    const { events } = await stateOf(scene.sender, id);
    const confirmations = events
      .map(({ type }) => type)
      .filter((type) => type === 'DOWNLOAD_CONFIRMED' || type === 'ALL_CONFIRMED_DOWNLOADED');
    expect(confirmations).toEqual([
      'DOWNLOAD_CONFIRMED',
      'DOWNLOAD_CONFIRMED',
      'ALL_CONFIRMED_DOWNLOADED',
    ]);
  });

  test('again answers the transfer, compares nothing and tells of nothing', async () => {
    await using scene = await openScene();
    const { recipient } = scene;
    const { id, fileUrl } = await publish(scene);
    await download(recipient, fileUrl);
    await confirm(recipient, id);
    const { events } = await stateOf(recipient, id);
    const confirmed = {
      status: 'ALL_CONFIRMED_DOWNLOADED',
      viewerRecipient: { status: 'DOWNLOAD_CONFIRMED' },
    };
    expect(await confirm(recipient, id)).toMatchObject(confirmed);
    expect(await confirm(recipient, id, '0'.repeat(64))).toMatchObject(confirmed);
    expect((await stateOf(recipient, id)).events).toHaveLength(events.length);
  });

  test('again answers the transfer also after it has ended, and after the right to receive was taken back', async () => {
    await using scene = await openScene();
    const { recipient, sender } = scene;
    const { id, fileUrl } = await publish(scene);
    await download(recipient, fileUrl);
    await confirm(recipient, id);
    await takeReceiveBack(scene);
    expect(await confirm(recipient, id)).toMatchObject({ status: 'ALL_CONFIRMED_DOWNLOADED' });
    await sender.run(CancelTransfer, { id });
    expect(await confirm(recipient, id)).toMatchObject({ status: 'CANCELLED' });
  });
});

describe('no confirmation is taken', () => {
  test('before a download was started', async () => {
    await using scene = await openScene();
    const { id, fileUrl, content } = await publish(scene);
    expect(await confirm(scene.recipient, id)).toBe('DOWNLOAD_NOT_STARTED');
    expect(await confirm(scene.recipient, id, sha256Of(content))).toBe('DOWNLOAD_NOT_STARTED');
    // What brings no byte starts no download.
    await fetch(fileUrl, { method: 'HEAD', headers: scene.recipient.authorization });
    expect(await confirm(scene.recipient, id)).toBe('DOWNLOAD_NOT_STARTED');
    expect(await stateOf(scene.recipient, id)).toMatchObject({
      status: 'PUBLISHED',
      viewer: 'INITIALIZED',
    });
  });

  test('with the digest of something else: everything stays, and the right one is taken afterwards', async () => {
    await using scene = await openScene();
    const { recipient } = scene;
    const { id, fileUrl, content } = await publish(scene);
    await download(recipient, fileUrl);
    const before = await stateOf(recipient, id);
    const wrong = sha256Of(content.subarray(1));
    const { confirmDownload } = await recipient.run(ConfirmDownload, { id, sha256: wrong });
    expect(confirmDownload).toMatchObject({
      __typename: 'ValidationError',
      code: 'DIGEST_MISMATCH',
      message: expect.stringContaining(wrong),
    });
    const after = await stateOf(recipient, id);
    expect(after).toMatchObject({ status: 'PUBLISHED', viewer: 'DOWNLOAD_STARTED' });
    expect(after.events).toHaveLength(before.events.length);
    expect(await confirm(recipient, id, sha256Of(content))).toMatchObject({
      status: 'ALL_CONFIRMED_DOWNLOADED',
    });
  });

  test.each([
    '',
    'abc',
    '0'.repeat(63),
    '0'.repeat(65),
    `${'0'.repeat(63)}g`,
    ` ${'0'.repeat(63)}`,
  ])('with "%s", which is no digest, whatever the status', async (sha256) => {
    await using scene = await openScene();
    const { id } = await initialize(scene);
    expect(await confirm(scene.recipient, id, sha256)).toBe('INVALID_INPUT');
  });

  test('of a file that has not come yet', async () => {
    await using scene = await openScene();
    const { recipient, sender } = scene;
    const { id, uploadUrl } = await initialize(scene);
    expect(await confirm(recipient, id)).toBe('NO_FILE_UPLOADED');
    const tus = { ...sender.authorization, 'Tus-Resumable': '1.0.0' };
    const headers = { ...tus, 'Upload-Length': '10' };
    expect((await fetch(uploadUrl, { method: 'POST', headers })).status).toBe(201);
    expect(await confirm(recipient, id)).toBe('NO_FILE_UPLOADED');
    const patched = await fetch(uploadUrl, {
      method: 'PATCH',
      headers: {
        ...tus,
        'Upload-Offset': '0',
        'Content-Type': 'application/offset+octet-stream',
      },
      body: 'half',
    });
    expect(patched.status).toBe(204);
    expect(await confirm(recipient, id)).toBe('NO_FILE_UPLOADED');
  });

  test('after the transfer was cancelled', async () => {
    await using scene = await openScene();
    const { recipient, sender } = scene;
    const { id, fileUrl, content } = await publish(scene);
    await download(recipient, fileUrl);
    await sender.run(CancelTransfer, { id });
    expect(await confirm(recipient, id, sha256Of(content))).toBe('TRANSFER_ENDED');
    expect(await stateOf(recipient, id)).toMatchObject({
      status: 'CANCELLED',
      viewer: 'DOWNLOAD_STARTED',
    });
  });

  test('after the upload failed', async () => {
    await using scene = await openScene();
    const { id, uploadUrl } = await initialize(scene, {
      expectedDigest: { algorithm: 'SHA256', value: '0'.repeat(64) },
    });
    const { authorization } = scene.sender;
    await fetch(uploadUrl, { method: 'PUT', headers: authorization, body: 'x' });
    expect(await confirm(scene.recipient, id)).toBe('TRANSFER_ENDED');
  });

  test('from a recipient whose right to receive was taken back', async () => {
    await using scene = await openScene();
    const { id, fileUrl } = await publish(scene);
    await download(scene.recipient, fileUrl);
    await takeReceiveBack(scene);
    expect(await confirm(scene.recipient, id)).toBe('NO_ACCESS_TO_RESOURCE');
    expect(await confirm(scene.recipient, id, 'no digest')).toBe('INVALID_INPUT');
  });

  test('from anybody else', async () => {
    await using scene = await openScene();
    const { broker, recipient, sender, owner } = scene;
    const { id, fileUrl } = await publish(scene);
    await download(recipient, fileUrl);
    expect(await confirm(sender, id)).toBe('NOT_A_RECIPIENT');
    expect(await confirm(owner, id)).toBe('NOT_A_RECIPIENT');
    expect(await confirm(await clientOf(broker, PARTIES.stranger), id)).toBe('TRANSFER_NOT_FOUND');
    expect(await confirm(recipient, '00000000-0000-7000-8000-000000000000')).toBe(
      'TRANSFER_NOT_FOUND',
    );
    expect(await confirm(recipient, 'nonsense')).toBe('TRANSFER_NOT_FOUND');
    const writer = await clientOf(broker, recipient.party, { scope: 'altinn:broker.write' });
    expect(await confirm(writer, id)).toBe('INSUFFICIENT_SCOPE');
    expect(await stateOf(recipient, id)).toMatchObject({ viewer: 'DOWNLOAD_STARTED' });
  });
});

/** The recipient's right to receive, given by the list alone, goes. */
async function takeReceiveBack({ owner, recipient, resourceId }: Scene): Promise<void> {
  await owner.run(ConfigureResource, { input: { id: resourceId, openTo: ['SEND'] } });
  const input = { resourceId, parties: [recipient.party], actions: ['RECEIVE' as const] };
  await owner.run(GrantResourceAccess, { input });
  const { revokeResourceAccess } = await owner.run(RevokeResourceAccess, { input });
  expect(revokeResourceAccess).toMatchObject({ __typename: 'Resource' });
}
