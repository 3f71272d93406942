import { once } from 'node:events';
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { clientOf, initialize, publish, type Scene } from '../support/api.ts';
import { PARTIES } from '../support/broker.ts';
import {
  CancelTransfer,
  ConfigureResource,
  ConfirmDownload,
  CreateDownloadLink,
  GrantResourceAccess,
  RevokeResourceAccess,
} from '../support/operations.ts';
import { downloadsTold, eventsOf, openFile, openScene, requestFile } from './request-file.ts';

/** A scene whose resource is open to nobody, with rights for its sender and its recipient. */
async function openListedScene(): Promise<Scene & AsyncDisposable> {
  const scene = await openScene();
  const { owner, sender, recipient, resourceId } = scene;
  const { configureResource } = await owner.run(ConfigureResource, {
    input: { id: resourceId, openTo: [] },
  });
  expect(configureResource).toMatchObject({ __typename: 'Resource', openTo: [] });
  await owner.run(GrantResourceAccess, {
    input: { resourceId, parties: [sender.party], actions: ['SEND'] },
  });
  await grantReceive(scene);
  expect(recipient.party).not.toBe(sender.party);
  return scene;
}

async function grantReceive({ owner, recipient, resourceId }: Scene): Promise<void> {
  const { grantResourceAccess } = await owner.run(GrantResourceAccess, {
    input: { resourceId, parties: [recipient.party], actions: ['RECEIVE'] },
  });
  expect(grantResourceAccess).toMatchObject({ __typename: 'Resource' });
}

async function revokeReceive({ owner, recipient, resourceId }: Scene): Promise<void> {
  const { revokeResourceAccess } = await owner.run(RevokeResourceAccess, {
    input: { resourceId, parties: [recipient.party], actions: ['RECEIVE'] },
  });
  expect(revokeResourceAccess).toMatchObject({ __typename: 'Resource' });
}

/** The status and code of an answer that has to be a problem document. */
async function refusal(url: string, headers: Record<string, string>): Promise<[number, string]> {
  const { status, code, headers: answered, body } = await requestFile(url, headers);
  expect(answered['content-type']).toBe('application/problem+json');
  expect(JSON.parse(body.toString())).toMatchObject({ status, code });
  return [status, code ?? ''];
}

describe('who may download', () => {
  test.each([
    ['no token', undefined],
    ['no bearer token', 'Basic dXNlcjpwYXNz'],
    ['a token that is none', 'Bearer nonsense'],
  ])('with %s a request is 401, and told by what scheme it may come', async (_, authorization) => {
    await using scene = await openScene();
    const { fileUrl } = await publish(scene);
    const answer = await requestFile(
      fileUrl,
      authorization === undefined ? {} : { Authorization: authorization },
    );
    expect(answer).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });

  test('an expired token is 401', async () => {
    await using scene = await openScene();
    const { fileUrl } = await publish(scene);
    const late = await clientOf(scene.broker, PARTIES.recipient, { lifetimeSeconds: -60 });
    expect(await refusal(fileUrl, late.authorization)).toEqual([401, 'UNAUTHENTICATED']);
  });

  test('a transfer that is not there and one that the caller may not see are the same 404', async () => {
    await using scene = await openScene();
    const { id, fileUrl } = await publish(scene);
    const stranger = await clientOf(scene.broker, PARTIES.stranger);
    const unseen = await requestFile(fileUrl, stranger.authorization);
    expect(unseen).toMatchObject({ status: 404, code: 'TRANSFER_NOT_FOUND' });
    const other = '00000000-0000-7000-8000-000000000000';
    const unknown = await requestFile(fileUrl.replace(id, other), stranger.authorization);
    expect(unknown.body.toString()).toBe(unseen.body.toString().replace(id, other));
    expect(unknown.status).toBe(404);
    expect(await refusal(fileUrl.replace(id, 'nonsense'), stranger.authorization)).toEqual([
      404,
      'TRANSFER_NOT_FOUND',
    ]);
  });

  test('the sender and the owner of the resource see the transfer, but are no recipients', async () => {
    await using scene = await openScene();
    const { id, fileUrl } = await publish(scene);
    const refused = [403, 'NOT_A_RECIPIENT'];
    expect(await refusal(fileUrl, scene.sender.authorization)).toEqual(refused);
    expect(await refusal(fileUrl, scene.owner.authorization)).toEqual(refused);
    expect(await downloadsTold(scene.recipient, id)).toBe(0);
  });

  test('a sender that is among the recipients downloads', async () => {
    await using scene = await openScene();
    const { fileUrl, content } = await publish(scene, undefined, {
      recipients: [PARTIES.recipient, PARTIES.sender],
    });
    const { status, body } = await requestFile(fileUrl, scene.sender.authorization);
    expect([status, body.equals(content)]).toEqual([200, true]);
  });

  test.each(['altinn:broker.write', 'altinn:serviceowner', 'other'])(
    'a token with the scope %s alone is 403',
    async (scope) => {
      await using scene = await openScene();
      const { fileUrl } = await publish(scene);
      const writer = await clientOf(scene.broker, PARTIES.recipient, { scope });
      expect(await refusal(fileUrl, writer.authorization)).toEqual([403, 'INSUFFICIENT_SCOPE']);
    },
  );

  test('a missing scope is told before whether there is a transfer', async () => {
    await using scene = await openScene();
    const writer = await clientOf(scene.broker, PARTIES.recipient, {
      scope: 'altinn:broker.write',
    });
    const url = `${scene.broker.url}/files/00000000-0000-7000-8000-000000000000`;
    expect(await refusal(url, writer.authorization)).toEqual([403, 'INSUFFICIENT_SCOPE']);
  });

  test('the scope altinn:broker.read is enough', async () => {
    await using scene = await openScene();
    const { fileUrl } = await publish(scene);
    const reader = await clientOf(scene.broker, PARTIES.recipient, { scope: 'altinn:broker.read' });
    expect(await requestFile(fileUrl, reader.authorization)).toMatchObject({ status: 200 });
  });

  test('a recipient whose right was taken back is refused until it is given again', async () => {
    await using scene = await openListedScene();
    const { id, fileUrl } = await publish(scene);
    await revokeReceive(scene);
    const { authorization } = scene.recipient;
    expect(await refusal(fileUrl, authorization)).toEqual([403, 'NO_ACCESS_TO_RESOURCE']);
    expect(await requestFile(fileUrl, authorization, 'HEAD')).toMatchObject({ status: 403 });
    expect(await downloadsTold(scene.recipient, id)).toBe(0);
    await grantReceive(scene);
    expect(await requestFile(fileUrl, authorization)).toMatchObject({ status: 200 });
  });

  test('an access list is asked before the status', async () => {
    await using scene = await openListedScene();
    const { fileUrl } = await initialize(scene);
    await revokeReceive(scene);
    const refused = await refusal(fileUrl, scene.recipient.authorization);
    expect(refused).toEqual([403, 'NO_ACCESS_TO_RESOURCE']);
  });
});

describe('when a file can be downloaded', () => {
  test('not before its upload has begun, nor while it runs: 409', async () => {
    await using scene = await openScene();
    const { uploadUrl, fileUrl } = await initialize(scene);
    const { authorization } = scene.recipient;
    expect(await refusal(fileUrl, authorization)).toEqual([409, 'FILE_NOT_AVAILABLE']);
    const created = await fetch(uploadUrl, {
      method: 'POST',
      headers: {
        ...scene.sender.authorization,
        'Tus-Resumable': '1.0.0',
        'Upload-Length': '10',
      },
    });
    expect(created.status).toBe(201);
    expect(await refusal(fileUrl, authorization)).toEqual([409, 'FILE_NOT_AVAILABLE']);
    expect(await requestFile(fileUrl, authorization, 'HEAD')).toMatchObject({ status: 409 });
  });

  test('not after it was cancelled: 410', async () => {
    await using scene = await openScene();
    const { id, fileUrl } = await publish(scene);
    await scene.sender.run(CancelTransfer, { id });
    const { authorization } = scene.recipient;
    expect(await refusal(fileUrl, authorization)).toEqual([410, 'FILE_NOT_AVAILABLE']);
    expect(await requestFile(fileUrl, authorization, 'HEAD')).toMatchObject({ status: 410 });
    const range = { ...authorization, Range: 'bytes=0-1', 'If-None-Match': '*' };
    expect(await refusal(fileUrl, range)).toEqual([410, 'FILE_NOT_AVAILABLE']);
    expect(await downloadsTold(scene.recipient, id)).toBe(0);
  });

  test('not after its upload failed: 410', async () => {
    await using scene = await openScene();
    const { uploadUrl, fileUrl } = await initialize(scene, {
      expectedDigest: { algorithm: 'SHA256', value: '0'.repeat(64) },
    });
    const { authorization } = scene.sender;
    const put = await fetch(uploadUrl, { method: 'PUT', headers: authorization, body: 'x' });
    expect(put.status).toBe(400);
    const refused = await refusal(fileUrl, scene.recipient.authorization);
    expect(refused).toEqual([410, 'FILE_NOT_AVAILABLE']);
  });

  test('not from the moment on that it expires: 410', async () => {
    const clock = { at: Date.now(), now: () => clock.at };
    await using scene = await openScene({ clock });
    const { owner, resourceId, broker } = scene;
    await owner.run(ConfigureResource, { input: { id: resourceId, transferTimeToLive: 'P1D' } });
    const { fileUrl } = await publish(scene);
    const { authorization } = await clientOf(broker, PARTIES.recipient, {
      lifetimeSeconds: 2 * 86_400,
    });
    clock.at += 86_400_000 - 1;
    expect(await requestFile(fileUrl, authorization)).toMatchObject({ status: 200 });
    clock.at += 1;
    expect(await refusal(fileUrl, authorization)).toEqual([410, 'FILE_NOT_AVAILABLE']);
  });

  test('also after every recipient has confirmed', async () => {
    await using scene = await openScene();
    const { id, fileUrl } = await publish(scene);
    const { recipient } = scene;
    await requestFile(fileUrl, recipient.authorization);
    const { confirmDownload } = await recipient.run(ConfirmDownload, { id });
    expect(confirmDownload).toMatchObject({ status: 'ALL_CONFIRMED_DOWNLOADED' });
    expect(await requestFile(fileUrl, recipient.authorization)).toMatchObject({ status: 200 });
    const { createDownloadLink } = await recipient.run(CreateDownloadLink, { id });
    expect(createDownloadLink).toMatchObject({ __typename: 'TemporaryLink' });
  });
});

describe('DOWNLOAD_STARTED', () => {
  test('is in the log when the headers arrive', async () => {
    await using scene = await openScene();
    const { id, fileUrl } = await publish(scene, Buffer.alloc(32 * 1024 * 1024, 'x'));
    const { request, response } = await openFile(fileUrl, scene.recipient.authorization);
    expect(response.statusCode).toBe(200);
    const started = (await eventsOf(scene.owner, id)).at(-1);
    expect(started).toMatchObject({
      type: 'DOWNLOAD_STARTED',
      transferStatus: 'PUBLISHED',
      recipientStatus: 'DOWNLOAD_STARTED',
      subject: { id: PARTIES.recipient },
      actor: { party: { id: PARTIES.recipient }, vendor: null },
    });
    request.destroy();
  });

  test('is told for a range as for the whole file', async () => {
    await using scene = await openScene();
    const { id, fileUrl } = await publish(scene);
    const headers = { ...scene.recipient.authorization, Range: 'bytes=5-9' };
    expect(await requestFile(fileUrl, headers)).toMatchObject({ status: 206 });
    expect(await downloadsTold(scene.recipient, id)).toBe(1);
  });

  test('is told once for downloads within five minutes, and again after them', async () => {
    const clock = { at: Date.now(), now: () => clock.at };
    await using scene = await openScene({ clock });
    const { id, fileUrl } = await publish(scene);
    const { recipient } = scene;
    const download = async (at: number) => {
      clock.at = at;
      expect(await requestFile(fileUrl, recipient.authorization)).toMatchObject({ status: 200 });
      return downloadsTold(recipient, id);
    };
    const start = clock.at;
    const fiveMinutes = 5 * 60_000;
    expect(await download(start)).toBe(1);
    expect(await download(start + 1)).toBe(1);
    expect(await download(start + fiveMinutes - 1)).toBe(1);
    expect(await download(start + fiveMinutes)).toBe(2);
    // Five minutes after the last one that was told, not after the first.
    expect(await download(start + fiveMinutes + 1)).toBe(2);
    expect(await download(start + 2 * fiveMinutes)).toBe(3);
  });

  test('is told once where many ranges are asked for at the same time', async () => {
    await using scene = await openScene();
    const { id, fileUrl, content } = await publish(scene);
    const { recipient } = scene;
    const parts = await Promise.all(
      Array.from({ length: 20 }, (_, part) => {
        const Range = `bytes=${part * 5000}-${part * 5000 + 4999}`;
        return requestFile(fileUrl, { ...recipient.authorization, Range });
      }),
    );
    expect(Buffer.concat(parts.map(({ body }) => body)).equals(content)).toBe(true);
    expect(await downloadsTold(recipient, id)).toBe(1);
  });

  test('of a recipient that has confirmed leaves it confirmed', async () => {
    const clock = { at: Date.now(), now: () => clock.at };
    await using scene = await openScene({ clock });
    const { id, fileUrl } = await publish(scene);
    const { recipient } = scene;
    await requestFile(fileUrl, recipient.authorization);
    await recipient.run(ConfirmDownload, { id });
    clock.at += 5 * 60_000;
    expect(await requestFile(fileUrl, recipient.authorization)).toMatchObject({ status: 200 });
    expect((await eventsOf(recipient, id)).at(-1)).toMatchObject({
      type: 'DOWNLOAD_STARTED',
      transferStatus: 'ALL_CONFIRMED_DOWNLOADED',
      recipientStatus: 'DOWNLOAD_CONFIRMED',
    });
  });

  test('is told of each recipient for itself', async () => {
    await using scene = await openScene();
    const other = await clientOf(scene.broker, PARTIES.otherRecipient);
    const { id, fileUrl } = await publish(scene, undefined, {
      recipients: [PARTIES.recipient, PARTIES.otherRecipient],
    });
    await requestFile(fileUrl, scene.recipient.authorization);
    await requestFile(fileUrl, other.authorization);
    const subjects = (await eventsOf(scene.sender, id))
      .filter(({ type }) => type === 'DOWNLOAD_STARTED')
      .map(({ subject }) => subject?.id);
    expect(subjects).toEqual([PARTIES.recipient, PARTIES.otherRecipient]);
  });

  test('names the vendor and the system user that acted', async () => {
    await using scene = await openScene();
    const { id, fileUrl } = await publish(scene);
    const system = await clientOf(scene.broker, PARTIES.recipient, { vendor: PARTIES.stranger });
    await requestFile(fileUrl, system.authorization);
    expect((await eventsOf(scene.owner, id)).at(-1)?.actor).toMatchObject({
      party: { id: PARTIES.recipient },
      vendor: { id: PARTIES.stranger },
      systemUserId: expect.any(String),
    });
  });
});

test('a request with a body is answered as one without', async () => {
  await using scene = await openScene();
  const { fileUrl, content } = await publish(scene);
  const body = 'a body that nobody asked for';
  const headers = { ...scene.recipient.authorization, 'Content-Length': body.length };
  const sent = request(fileUrl, { headers, agent: false }).end(body);
  const [response] = await once(sent, 'response');
  expect(response.statusCode).toBe(200);
  expect(Buffer.concat(await response.toArray()).equals(content)).toBe(true);
});
