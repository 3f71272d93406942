import { expect, test } from 'vitest';
import { type Client, clientOf, publish } from '../support/api.ts';
import { PARTIES } from '../support/broker.ts';
import {
  CancelTransfer,
  ConfigureResource,
  CreateDownloadLink,
  GrantResourceAccess,
  RevokeResourceAccess,
} from '../support/operations.ts';
import { eventsOf, openFile, openScene, requestFile } from './request-file.ts';

const LINK_LIFETIME_MS = 15 * 60_000;

async function linkOf(client: Client, id: string): Promise<{ url: string; expiresAt: number }> {
  const { createDownloadLink: link } = await client.run(CreateDownloadLink, { id });
  if (link.__typename !== 'TemporaryLink') throw new Error(link.message);
  return { url: link.url, expiresAt: Date.parse(link.expiresAt) };
}

const REFUSED = { status: 403, code: 'LINK_INVALID' };

test('a link downloads without an Authorization header, also in ranges and on conditions', async () => {
  await using scene = await openScene();
  const { id, fileUrl, content } = await publish(scene);
  const { url } = await linkOf(scene.recipient, id);
  expect(url.startsWith(`${fileUrl}?`)).toBe(true);
  const whole = await requestFile(url);
  expect([whole.status, whole.body.equals(content)]).toEqual([200, true]);
  const part = await requestFile(url, {
    Range: 'bytes=-7',
    'If-Range': String(whole.headers.etag),
  });
  expect([part.status, part.body.equals(content.subarray(-7))]).toEqual([206, true]);
  expect(await requestFile(url, { 'If-None-Match': '*' })).toMatchObject({ status: 304 });
  expect(await requestFile(url, {}, 'HEAD')).toMatchObject({ status: 200 });
  expect((await eventsOf(scene.owner, id)).at(-1)).toMatchObject({
    type: 'DOWNLOAD_STARTED',
    subject: { id: PARTIES.recipient },
    actor: { party: { id: PARTIES.recipient } },
  });
});

test('a link acts as the vendor and the system user that made it', async () => {
  await using scene = await openScene();
  const { id } = await publish(scene);
  const system = await clientOf(scene.broker, PARTIES.recipient, { vendor: PARTIES.stranger });
  const { url } = await linkOf(system, id);
  await requestFile(url);
  expect((await eventsOf(scene.owner, id)).at(-1)?.actor).toMatchObject({
    party: { id: PARTIES.recipient },
    vendor: { id: PARTIES.stranger },
    clientId: expect.any(String),
    systemUserId: expect.any(String),
  });
});

test('a link that was changed anywhere is refused', async () => {
  await using scene = await openScene();
  const { id, fileUrl } = await publish(scene);
  const link = new URL((await linkOf(scene.recipient, id)).url).searchParams.get('link') ?? '';
  const [head = '', payload = '', signature = ''] = link.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forged = [
    '',
    'nonsense',
    `${head}.${payload}.`,
    `${head}.${payload}.${Buffer.alloc(32).toString('base64url')}`,
    `${head}.${encode({ ...claims, sub: PARTIES.otherRecipient })}.${signature}`,
    `${head}.${encode({ ...claims, exp: claims.exp + 3600 })}.${signature}`,
    `${encode({ alg: 'none' })}.${payload}.`,
    // An access token is no link.
    scene.recipient.token,
  ];
  for (const attempt of forged) {
    const answer = await requestFile(`${fileUrl}?link=${attempt}`);
    expect(answer, attempt).toMatchObject(REFUSED);
    expect(answer.headers['content-type']).toBe('application/problem+json');
  }
});

test('a link is no access token', async () => {
  await using scene = await openScene();
  const { id, fileUrl } = await publish(scene);
  const link = new URL((await linkOf(scene.recipient, id)).url).searchParams.get('link');
  const answer = await requestFile(fileUrl, { Authorization: `Bearer ${link}` });
  expect(answer).toMatchObject({ status: 401 });
});

test('a link leads to one transfer and to no other', async () => {
  await using scene = await openScene();
  const [mine, other] = [await publish(scene), await publish(scene)];
  const { url } = await linkOf(scene.recipient, mine.id);
  expect(await requestFile(url.replace(mine.id, other.id))).toMatchObject(REFUSED);
  const unknown = url.replace(mine.id, '00000000-0000-7000-8000-000000000000');
  expect(await requestFile(unknown)).toMatchObject(REFUSED);
});

test('a link of another broker is refused', async () => {
  await using scene = await openScene();
  await using otherScene = await openScene();
  const { id, fileUrl } = await publish(scene);
  const other = await publish(otherScene);
  const { search } = new URL((await linkOf(otherScene.recipient, other.id)).url);
  expect(await requestFile(`${fileUrl}${search}`)).toMatchObject(REFUSED);
  const { url } = await linkOf(scene.recipient, id);
  expect(await requestFile(url)).toMatchObject({ status: 200 });
});

test('a link ends at the time that was told', async () => {
  const clock = { at: Date.now(), now: () => clock.at };
  await using scene = await openScene({ clock });
  const { id } = await publish(scene);
  const { url, expiresAt } = await linkOf(scene.recipient, id);
  expect(expiresAt).toBeGreaterThan(clock.at + LINK_LIFETIME_MS - 1000);
  expect(expiresAt).toBeLessThanOrEqual(clock.at + LINK_LIFETIME_MS);
  clock.at = expiresAt - 1;
  expect(await requestFile(url)).toMatchObject({ status: 200 });
  clock.at = expiresAt;
  expect(await requestFile(url)).toMatchObject(REFUSED);
});

test('a download goes on after its link has ended', async () => {
  const clock = { at: Date.now(), now: () => clock.at };
  await using scene = await openScene({ clock });
  const { id, content } = await publish(scene, Buffer.alloc(32 * 1024 * 1024, 'x'));
  const { url, expiresAt } = await linkOf(scene.recipient, id);
  const { response } = await openFile(url);
  clock.at = expiresAt + 1;
  expect(await requestFile(url)).toMatchObject(REFUSED);
  expect(Buffer.concat(await response.toArray()).equals(content)).toBe(true);
});

test('an Authorization header beside a link counts, and the link does not', async () => {
  await using scene = await openScene();
  const { id, fileUrl } = await publish(scene);
  const { url } = await linkOf(scene.recipient, id);
  const stranger = await clientOf(scene.broker, PARTIES.stranger);
  expect(await requestFile(url, stranger.authorization)).toMatchObject({ status: 404 });
  expect(await requestFile(url, scene.sender.authorization)).toMatchObject({
    status: 403,
    code: 'NOT_A_RECIPIENT',
  });
  expect(await requestFile(url, { Authorization: 'Bearer nonsense' })).toMatchObject({
    status: 401,
  });
  const forged = `${fileUrl}?link=nonsense`;
  expect(await requestFile(forged, scene.recipient.authorization)).toMatchObject({ status: 200 });
});

test('a link works only as long as its recipient may receive', async () => {
  await using scene = await openScene();
  const { owner, sender, recipient, resourceId } = scene;
  await owner.run(ConfigureResource, { input: { id: resourceId, openTo: ['SEND'] } });
  const input = { resourceId, parties: [recipient.party], actions: ['RECEIVE' as const] };
  await owner.run(GrantResourceAccess, { input });
  const { id } = await publish(scene);
  const { url } = await linkOf(recipient, id);
  expect(await requestFile(url)).toMatchObject({ status: 200 });
  await owner.run(RevokeResourceAccess, { input });
  expect(await requestFile(url)).toMatchObject({ status: 403, code: 'NO_ACCESS_TO_RESOURCE' });
  await owner.run(GrantResourceAccess, { input });
  expect(await requestFile(url)).toMatchObject({ status: 200 });
  await sender.run(CancelTransfer, { id });
  expect(await requestFile(url)).toMatchObject({ status: 410, code: 'FILE_NOT_AVAILABLE' });
});

test('only a recipient of a file that is there gets a link', async () => {
  await using scene = await openScene();
  const { id } = await publish(scene);
  const codeFor = async (client: Client, transferId = id) => {
    const { createDownloadLink } = await client.run(CreateDownloadLink, { id: transferId });
    return createDownloadLink.__typename === 'TemporaryLink' ? 'a link' : createDownloadLink.code;
  };
  expect(await codeFor(scene.recipient)).toBe('a link');
  expect(await codeFor(scene.sender)).toBe('NOT_A_RECIPIENT');
  expect(await codeFor(scene.owner)).toBe('NOT_A_RECIPIENT');
  const stranger = await clientOf(scene.broker, PARTIES.stranger);
  expect(await codeFor(stranger)).toBe('TRANSFER_NOT_FOUND');
  const writer = await clientOf(scene.broker, PARTIES.recipient, { scope: 'altinn:broker.write' });
  expect(await codeFor(writer)).toBe('INSUFFICIENT_SCOPE');
  await scene.sender.run(CancelTransfer, { id });
  expect(await codeFor(scene.recipient)).toBe('FILE_NOT_AVAILABLE');
});
