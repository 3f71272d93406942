/** Secrets sign, are replaced, and go. */
import { expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../src/domain/duration.ts';
import { type Client, initialize } from '../support/api.ts';
import { RotateWebhookSecret, UpdateWebhook } from '../support/webhook-operations.ts';
import {
  isSignedWith,
  type ReceivedRequest,
  type Receiver,
  verifySignature,
} from '../support/webhook-receiver.ts';
import {
  createWebhook,
  lookAtWebhook,
  openWebhook,
  openWebhookScene,
  untilWebhook,
  type WebhookScene,
} from '../support/webhook-scene.ts';

const BEGINNINGS = { types: ['FILE_TRANSFER_INITIALIZED' as const] };

/** The new secret. */
async function rotate(client: Client, id: string): Promise<string> {
  const { rotateWebhookSecret } = await client.run(RotateWebhookSecret, { id });
  if (rotateWebhookSecret.__typename !== 'WebhookWithSecret') {
    throw new Error(rotateWebhookSecret.message);
  }
  expect(rotateWebhookSecret.webhook.id).toBe(id);
  return rotateWebhookSecret.secret;
}

/** What the endpoint is sent when something happens now. */
async function nextRequest(scene: WebhookScene): Promise<ReceivedRequest> {
  const { length } = scene.receiver.requests;
  await initialize(scene);
  await scene.receiver.until(({ requests }) => requests.length > length);
  return lastOf(scene.receiver);
}

function lastOf({ requests }: Receiver): ReceivedRequest {
  const last = requests.at(-1);
  if (last === undefined) throw new Error('Nothing came.');
  return last;
}

const signaturesOf = ({ headers }: ReceivedRequest) =>
  (headers['webhook-signature'] ?? '').split(' ');

it('one secret makes one signature, which fits nothing else', async () => {
  await using scene = await openWebhookScene();
  const { secret } = await openWebhook(scene.sender, scene.receiver, BEGINNINGS);
  const other = await createWebhook(scene.sender, scene.receiver);
  await scene.receiver.until(({ requests }) => requests.length === 2);
  await untilWebhook(scene.sender, other.id, ({ status }) => status === 'ACTIVE');
  await scene.sender.run(UpdateWebhook, { input: { id: other.id, enabled: false } });
  const request = await nextRequest(scene);
  expect(signaturesOf(request)).toEqual([expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/)]);
  verifySignature(secret, request);
  expect(() => verifySignature(other.secret, request)).toThrow();
  const changed = request.text.replace('SENDER', 'RECIPIENT');
  expect(changed).not.toBe(request.text);
  expect(() => verifySignature(secret, { ...request, text: changed })).toThrow();
  const headers = { ...request.headers, 'webhook-id': '01990000-0000-7000-8000-000000000000' };
  expect(() => verifySignature(secret, { ...request, headers })).toThrow();
});

it('an old secret signs beside the new one for 24 hours, then the new one alone', async () => {
  const clock = { offset: 0, now: () => Date.now() + clock.offset };
  await using scene = await openWebhookScene({ clock });
  const { receiver, sender } = scene;
  const { id, secret: old } = await openWebhook(sender, receiver, BEGINNINGS);
  const secret = await rotate(sender, id);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(secret).not.toBe(old);
  // Nobody has to be asked again.
  expect(await lookAtWebhook(sender, id)).toMatchObject({ status: 'ACTIVE' });

  const both = await nextRequest(scene);
  expect(signaturesOf(both)).toHaveLength(2);
  verifySignature(old, both);
  verifySignature(secret, both);

  clock.offset = DAY_MS - HOUR_MS;
  const late = await nextRequest(scene);
  expect(isSignedWith(old, late) && isSignedWith(secret, late)).toBe(true);

  clock.offset = DAY_MS;
  const after = await nextRequest(scene);
  expect(signaturesOf(after)).toHaveLength(1);
  expect(isSignedWith(secret, after)).toBe(true);
  expect(isSignedWith(old, after)).toBe(false);
});

it('rotated twice, each of the old ones is valid for its own 24 hours', async () => {
  const clock = { offset: 0, now: () => Date.now() + clock.offset };
  await using scene = await openWebhookScene({ clock });
  const { receiver, sender } = scene;
  const { id, secret: first } = await openWebhook(sender, receiver, BEGINNINGS);
  const second = await rotate(sender, id);
  clock.offset = 10 * HOUR_MS;
  const third = await rotate(sender, id);
  const signers = (request: ReceivedRequest) =>
    [first, second, third].map((secret) => isSignedWith(secret, request));

  expect(signers(await nextRequest(scene))).toEqual([true, true, true]);
  clock.offset = DAY_MS + HOUR_MS;
  expect(signers(await nextRequest(scene))).toEqual([false, true, true]);
  clock.offset = DAY_MS + 11 * HOUR_MS;
  expect(signers(await nextRequest(scene))).toEqual([false, false, true]);
});

it('what is tried again is signed with what is valid then', async () => {
  const clock = { offset: 0, now: () => Date.now() + clock.offset };
  await using scene = await openWebhookScene({ clock });
  const { receiver, sender } = scene;
  const { id, secret: old } = await openWebhook(sender, receiver, BEGINNINGS);
  receiver.answer = () => ({ status: 500 });
  const refused = await nextRequest(scene);
  await untilWebhook(
    sender,
    id,
    ({ deliveries }) => deliveries?.edges[0]?.node.attempts.length === 1,
  );
  const secret = await rotate(sender, id);
  receiver.answer = () => ({ status: 200 });
  clock.offset = 60_000;
  await receiver.until(({ accepted }) => accepted.length === 1);
  const accepted = lastOf(receiver);
  expect(isSignedWith(secret, refused)).toBe(false);
  expect(accepted.text).toBe(refused.text);
  expect(isSignedWith(secret, accepted) && isSignedWith(old, accepted)).toBe(true);
});

it('the secret of a webhook is replaced in whatever status it is', async () => {
  await using scene = await openWebhookScene();
  const { receiver, sender } = scene;
  receiver.answer = () => ({ status: 503 });
  const { id } = await createWebhook(sender, receiver);
  await untilWebhook(sender, id, ({ statusText }) => (statusText ?? '').includes('503'));
  await rotate(sender, id);
  await sender.run(UpdateWebhook, { input: { id, enabled: false } });
  const secret = await rotate(sender, id);
  expect(await lookAtWebhook(sender, id)).toMatchObject({ status: 'DISABLED' });
  receiver.answer = () => ({ status: 200 });
  await sender.run(UpdateWebhook, { input: { id, enabled: true } });
  await untilWebhook(sender, id, ({ status }) => status === 'ACTIVE');
  verifySignature(secret, lastOf(receiver));
});
