/** testWebhook: somebody tries out whether an endpoint answers. */
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/domain/duration.ts';
import { type Client, initialize } from '../support/api.ts';
import { PARTIES } from '../support/broker.ts';
import { TestWebhook, UpdateWebhook } from '../support/webhook-operations.ts';
import { validateCloudEvent, verifySignature } from '../support/webhook-receiver.ts';
import {
  createWebhook,
  lookAtWebhook,
  openWebhook,
  openWebhookScene,
  untilWebhook,
} from '../support/webhook-scene.ts';

const BEGINNINGS = { types: ['FILE_TRANSFER_INITIALIZED' as const] };

async function testing(client: Client, id: string) {
  return (await client.run(TestWebhook, { id })).testWebhook;
}

it('an endpoint is sent one marked event of no transfer, signed as every other', async () => {
  await using scene = await openWebhookScene();
  const { broker, receiver, sender } = scene;
  const { id, secret } = await openWebhook(sender, receiver);
  await testing(sender, id);
  expect(receiver.requests).toHaveLength(2);
  const [, request] = receiver.requests;
  if (request === undefined) throw new Error('Nothing came.');
  validateCloudEvent(request);
  verifySignature(secret, request);
  expect(request.headers['content-type']).toBe('application/cloudevents+json');
  expect(request.headers['webhook-id']).toBe(request.event.id);
  expect(JSON.parse(request.text)).toEqual({
    specversion: '1.0',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    type: 'platform.events.test',
    source: broker.url,
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    subject: `urn:altinn:organization:identifier-no:${PARTIES.sender.slice(5)}`,
    datacontenttype: 'application/json',
    data: { test: true },
  });
  await testing(sender, id);
  expect(receiver.requests[2]?.event.id).not.toBe(request.event.id);
});

describe('the answer tells what the endpoint said', () => {
  it.each([
    ['nothing but a status', { status: 204 }, null],
    ['some words', { status: 200, body: 'Tusen takk!' }, 'Tusen takk!'],
    ['that it is out of order', { status: 503, body: 'later' }, 'later'],
    ['to go elsewhere', { status: 302, headers: { location: 'http://10.0.0.1/' } }, null],
  ])('%s', async (_, answer, excerpt) => {
    await using scene = await openWebhookScene();
    const { receiver, sender } = scene;
    const { id } = await openWebhook(sender, receiver);
    receiver.answer = () => answer;
    expect(await testing(sender, id)).toEqual({
      __typename: 'DeliveryAttempt',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      durationMs: expect.any(Number),
      responseStatus: answer.status,
      responseExcerpt: excerpt,
      error: null,
    });
  });

  it('nothing at all, because nobody is there', async () => {
    await using scene = await openWebhookScene();
    const { receiver, sender } = scene;
    const { id } = await openWebhook(sender, receiver);
    await receiver.down();
    expect(await testing(sender, id)).toMatchObject({
      __typename: 'DeliveryAttempt',
      responseStatus: null,
      responseExcerpt: null,
      error: expect.stringMatching(/^The connection .*\.$/),
    });
  });

  it('how long it took', async () => {
    await using scene = await openWebhookScene();
    const { receiver, sender } = scene;
    const { id } = await openWebhook(sender, receiver);
    const takenMs = 50;
    receiver.answer = () =>
      new Promise((resolve) => setTimeout(() => resolve({ status: 200 }), takenMs));
    const answer = await testing(sender, id);
    if (answer.__typename !== 'DeliveryAttempt') throw new Error(answer.message);
    // Timers are coarser than the clock that measures.
    expect(answer.durationMs).toBeGreaterThanOrEqual(takenMs - 5);
  });
});

it('a test counts for nothing: neither as a delivery nor as a failure', async () => {
  const clock = { offset: 0, now: () => Date.now() + clock.offset };
  await using scene = await openWebhookScene({ clock });
  const { receiver, sender } = scene;
  const { id } = await openWebhook(sender, receiver, BEGINNINGS);
  for (const status of [200, 500, 410]) {
    receiver.answer = () => ({ status });
    expect(await testing(sender, id)).toMatchObject({ responseStatus: status });
  }
  expect(await lookAtWebhook(sender, id)).toMatchObject({
    status: 'ACTIVE',
    deliveries: { edges: [] },
  });

  // Five days of failures disable; those of tests are none.
  clock.offset = 6 * DAY_MS;
  receiver.answer = () => ({ status: 500 });
  await initialize(scene);
  await untilWebhook(
    sender,
    id,
    ({ deliveries }) => deliveries?.edges[0]?.node.attempts.length === 1,
  );
  expect(await lookAtWebhook(sender, id)).toMatchObject({ status: 'ACTIVE' });
  // A success of a test ends no failures either, and what is tried again is counted from the first.
  receiver.answer = () => ({ status: 200 });
  await testing(sender, id);
  await receiver.down();
  clock.offset += 6 * DAY_MS;
  const { statusText } = await untilWebhook(sender, id, ({ status }) => status === 'DISABLED');
  expect(statusText).toContain('Every delivery has failed since');
});

it('a test takes no number of the sequence', async () => {
  await using scene = await openWebhookScene();
  const { receiver, sender } = scene;
  const { id } = await openWebhook(sender, receiver, BEGINNINGS);
  await initialize(scene);
  await receiver.until(({ accepted }) => accepted.length === 1);
  await testing(sender, id);
  await initialize(scene);
  await receiver.until(({ accepted }) => accepted.length === 2);
  expect(receiver.accepted.map(({ sequence }) => Number(sequence))).toEqual([1, 2]);
});

it('a webhook that is not ACTIVE is sent nothing', async () => {
  await using scene = await openWebhookScene();
  const { receiver, sender } = scene;
  const { id } = await openWebhook(sender, receiver);
  await sender.run(UpdateWebhook, { input: { id, enabled: false } });
  receiver.answer = () => ({ status: 503 });
  const { id: asked } = await createWebhook(sender, receiver);
  await untilWebhook(sender, asked, ({ statusText }) => (statusText ?? '').includes('503'));
  const { length } = receiver.requests;
  for (const [webhookId, status] of [
    [id, 'DISABLED'],
    [asked, 'PENDING_VALIDATION'],
  ] as const) {
    expect(await testing(sender, webhookId)).toEqual({
      __typename: 'ConflictError',
      code: 'WEBHOOK_NOT_ACTIVE',
      message: expect.stringContaining(status),
    });
  }
  expect(receiver.requests).toHaveLength(length);
});
