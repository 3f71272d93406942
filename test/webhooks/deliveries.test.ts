/** What a webhook's owner sees of its deliveries. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initialize, send } from '../support/api.ts';
import type { DeliveryStatus } from '../support/graphql/graphql.ts';
import { GetDelivery, GetWebhook } from '../support/webhook-operations.ts';
import { isSignedWith, startReceiver } from '../support/webhook-receiver.ts';
import {
  lookAtDeliveries,
  openWebhook,
  openWebhookScene,
  untilWebhook,
  type WebhookScene,
} from '../support/webhook-scene.ts';

const BEGINNINGS = { types: ['FILE_TRANSFER_INITIALIZED' as const] };
const COUNT = 7;

describe('the deliveries of a webhook', () => {
  let scene: WebhookScene;
  let id: string;
  /** Of the transfers, in the order of the log; every third is not taken. */
  const transfers: string[] = [];
  const isRefused = (index: number) => index % 3 === 2;

  beforeAll(async () => {
    scene = await openWebhookScene();
    const { receiver, sender } = scene;
    ({ id } = await openWebhook(sender, receiver, BEGINNINGS));
    receiver.answer = ({ event }) => ({
      status: isRefused(Number(event.sequence) - 1) ? 500 : 200,
      body: `number ${Number(event.sequence)}`,
    });
    for (let index = 0; index < COUNT; index += 1) {
      transfers.push((await initialize(scene, { fileName: `file-${index}.txt` })).id);
    }
    await untilWebhook(
      sender,
      id,
      ({ deliveries }) =>
        deliveries?.edges.length === COUNT &&
        deliveries.edges.every(({ node }) => node.attempts.length > 0),
    );
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  async function pageOf(first: number, after: string | null, status: DeliveryStatus | null) {
    const { webhook } = await scene.sender.run(GetWebhook, { id, first, after, status });
    if (webhook?.deliveries == null) throw new Error('There is no page.');
    return webhook.deliveries;
  }

  /** Page after page, as long as there is another. */
  async function pagesOf(first: number, status: DeliveryStatus | null = null) {
    const pages: string[][] = [];
    for (let after: string | null = null; ; ) {
      const { edges, pageInfo } = await pageOf(first, after, status);
      pages.push(edges.map(({ node }) => node.event.transferId));
      expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor ?? null);
      if (!pageInfo.hasNextPage) return pages;
      after = pageInfo.endCursor;
    }
  }

  it('are listed page by page, the newest first', async () => {
    const newestFirst = transfers.toReversed();
    expect(await pagesOf(3)).toEqual([
      newestFirst.slice(0, 3),
      newestFirst.slice(3, 6),
      newestFirst.slice(6),
    ]);
    expect(await pagesOf(COUNT)).toEqual([newestFirst]);
    expect(await pagesOf(100)).toEqual([newestFirst]);
  });

  it('are filtered by status', async () => {
    const newestFirst = (isWanted: (index: number) => boolean) =>
      transfers.filter((_, index) => isWanted(index)).toReversed();
    expect((await pagesOf(1, 'PENDING')).flat()).toEqual(newestFirst(isRefused));
    expect((await pagesOf(2, 'DELIVERED')).flat()).toEqual(
      newestFirst((index) => !isRefused(index)),
    );
    expect(await pagesOf(2, 'FAILED')).toEqual([[]]);
  });

  it('are none of a page that cannot be', async () => {
    const { sender, broker } = scene;
    for (const [variables, code] of [
      [{ first: 0 }, 'INVALID_INPUT'],
      [{ first: 101 }, 'INVALID_INPUT'],
      [{ after: 'nonsense' }, 'INVALID_CURSOR'],
    ] as const) {
      const { errors } = await send(broker, sender.token, GetWebhook, { id, ...variables });
      expect(errors).toMatchObject([{ extensions: { code } }]);
    }
  });

  it('tell what came of each, and of what event they are', async () => {
    const deliveries = await lookAtDeliveries(scene.sender, id);
    expect(deliveries.map(({ event }) => event.id)).toEqual(
      scene.receiver.requests.slice(1).map(({ event }) => event.id),
    );
    for (const [index, { attempts, status, nextAttemptAt, event }] of deliveries.entries()) {
      const isPending = isRefused(index);
      expect({ status, event, attempts }).toEqual({
        status: isPending ? 'PENDING' : 'DELIVERED',
        event: {
          id: event.id,
          type: 'FILE_TRANSFER_INITIALIZED',
          transferId: transfers[index],
          transferStatus: 'INITIALIZED',
        },
        attempts: [
          {
            at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
            durationMs: expect.any(Number),
            responseStatus: isPending ? 500 : 200,
            responseExcerpt: `number ${index + 1}`,
            error: null,
          },
        ],
      });
      if (!isPending) expect(nextAttemptAt).toBeNull();
      else
        expect(Date.parse(nextAttemptAt ?? '')).toBeGreaterThan(Date.parse(attempts[0]?.at ?? ''));
    }
  });

  it('are found by their ids, with the transfer as it is now', async () => {
    const [delivery] = await lookAtDeliveries(scene.sender, id);
    const { node } = await scene.sender.run(GetDelivery, { id: delivery?.id ?? '' });
    expect(node).toMatchObject({
      __typename: 'Delivery',
      id: delivery?.id,
      status: 'DELIVERED',
      event: {
        id: delivery?.event.id,
        type: 'FILE_TRANSFER_INITIALIZED',
        transfer: { id: transfers[0], fileName: 'file-0.txt', viewerRoles: ['SENDER'] },
      },
      attempts: [{ responseStatus: 200 }],
    });
  });

  it('belong to one webhook each, also where both are told of the same', async () => {
    await using other = await startReceiver();
    const { id: otherId } = await openWebhook(scene.sender, other, BEGINNINGS);
    const known = await lookAtDeliveries(scene.sender, id);
    const { id: transferId } = await initialize(scene);
    transfers.push(transferId);
    await other.until(({ accepted }) => accepted.length === 1);
    const { deliveries } = await untilWebhook(
      scene.sender,
      id,
      (webhook) => webhook.deliveries?.edges[0]?.node.event.transferId === transferId,
    );
    const [theirs] = await lookAtDeliveries(scene.sender, otherId);
    expect(theirs?.event).toEqual(deliveries?.edges[0]?.node.event);
    expect([...known.map((delivery) => delivery.id), deliveries?.edges[0]?.node.id]).not.toContain(
      theirs?.id,
    );
  });
});

it('every attempt is kept, the oldest first, with what came or why nothing did', async () => {
  const clock = { offset: 0, now: () => Date.now() + clock.offset };
  await using scene = await openWebhookScene({ clock });
  const { receiver, sender } = scene;
  const { id, secret } = await openWebhook(sender, receiver, BEGINNINGS);
  const untilAttempts = (count: number) =>
    untilWebhook(
      sender,
      id,
      ({ deliveries }) => deliveries?.edges[0]?.node.attempts.length === count,
    );
  receiver.answer = () => ({ status: 500, body: 'out of order' });
  await initialize(scene);
  await untilAttempts(1);
  await receiver.down();
  clock.offset = 60_000;
  await untilAttempts(2);
  await receiver.up();
  receiver.answer = () => ({ status: 201, body: 'made' });
  clock.offset = 120_000;
  await untilAttempts(3);
  const [delivery] = await lookAtDeliveries(sender, id);
  expect(delivery).toMatchObject({
    status: 'DELIVERED',
    nextAttemptAt: null,
    attempts: [
      { responseStatus: 500, responseExcerpt: 'out of order', error: null },
      {
        responseStatus: null,
        responseExcerpt: null,
        error: expect.stringMatching(/^The connection .*\.$/),
      },
      { responseStatus: 201, responseExcerpt: 'made', error: null },
    ],
  });
  const times = delivery?.attempts.map(({ at }) => at) ?? [];
  expect(times).toEqual(times.toSorted());
  const requests = receiver.requests.slice(1);
  expect(requests.map(({ headers }) => headers['webhook-id'])).toEqual([
    delivery?.event.id,
    delivery?.event.id,
  ]);
  expect(requests.every((request) => isSignedWith(secret, request))).toBe(true);
});

it.each([
  ['no answer beyond a status', '', null],
  ['a short one as a whole', 'ok', 'ok'],
  ['the first 1 KiB of a long one', 'a'.repeat(3000), 'a'.repeat(1024)],
  // The 1024th byte is in the middle of a letter.
  ['no part of a letter that is cut', `a${'ø'.repeat(2000)}`, `a${'ø'.repeat(511)}`],
  ['what no database could keep, as the sign for it', 'a\0b', 'a\ufffdb'],
])('of an answer is kept: %s', async (_, body, excerpt) => {
  await using scene = await openWebhookScene();
  const { receiver, sender } = scene;
  const { id } = await openWebhook(sender, receiver, BEGINNINGS);
  receiver.answer = () => ({ status: 200, body });
  await initialize(scene);
  const { deliveries } = await untilWebhook(
    sender,
    id,
    (webhook) => webhook.deliveries?.edges[0]?.node.status === 'DELIVERED',
  );
  expect(deliveries?.edges[0]?.node.attempts).toMatchObject([{ responseExcerpt: excerpt }]);
});

it('a delivery that failed for good is listed as FAILED, and nothing more is planned for it', async () => {
  const clock = { offset: 0, now: () => Date.now() + clock.offset };
  await using scene = await openWebhookScene({ clock });
  const { receiver, sender } = scene;
  const { id } = await openWebhook(sender, receiver, BEGINNINGS);
  await initialize(scene);
  await receiver.until(({ accepted }) => accepted.length === 1);
  receiver.answer = () => ({ status: 500 });
  const refused = await initialize(scene);
  for (;;) {
    const { deliveries } = await untilWebhook(sender, id, (webhook) => {
      const { status, nextAttemptAt } = webhook.deliveries?.edges[0]?.node ?? {};
      return status === 'FAILED' || Date.parse(nextAttemptAt ?? '') > clock.now();
    });
    const { nextAttemptAt = null } = deliveries?.edges[0]?.node ?? {};
    if (nextAttemptAt === null) break;
    clock.offset = Date.parse(nextAttemptAt) - Date.now();
  }
  const { webhook } = await sender.run(GetWebhook, { id, status: 'FAILED' });
  expect(webhook?.deliveries?.edges).toMatchObject([
    { node: { status: 'FAILED', nextAttemptAt: null, event: { transferId: refused.id } } },
  ]);
  const { webhook: pending } = await sender.run(GetWebhook, { id, status: 'PENDING' });
  expect(pending?.deliveries?.edges).toEqual([]);
});
