/** What happens when an endpoint does not take what it is sent. */
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../src/domain/duration.ts';
import { initialize, openResource } from '../support/api.ts';
import { startTestBroker } from '../support/broker.ts';
import { Redeliver, ReplayWebhook, UpdateWebhook } from '../support/webhook-operations.ts';
import { startReceiver, VALIDATION } from '../support/webhook-receiver.ts';
import {
  lookAtDeliveries,
  lookAtWebhook,
  openWebhook,
  REACH_LOOPBACK,
  untilWebhook,
} from '../support/webhook-scene.ts';

/** As the contract has it. */
const PAUSES_S = [10, 30, 60, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400];

/** A sender's webhook that is told of initialized transfers, and a clock that a test moves on. */
async function openScene() {
  const clock = { offset: 0, now: () => Date.now() + clock.offset };
  const broker = await startTestBroker({ env: REACH_LOOPBACK, clock });
  const receiver = await startReceiver();
  // Tokens outlive the months that a test lets pass.
  const scene = await openResource(broker, {}, { lifetimeSeconds: 400 * 86_400 });
  const { id } = await openWebhook(scene.sender, receiver, {
    types: ['FILE_TRANSFER_INITIALIZED'],
  });
  return {
    ...scene,
    clock,
    receiver,
    webhookId: id,
    deliveries: () => lookAtDeliveries(scene.sender, id),
    webhook: () => lookAtWebhook(scene.sender, id),
    untilWebhook: (isSo: Parameters<typeof untilWebhook>[2]) =>
      untilWebhook(scene.sender, id, isSo),
    async [Symbol.asyncDispose]() {
      await broker[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}
type Scene = Awaited<ReturnType<typeof openScene>>;

/** Waits until an attempt at the first delivery is written down, and answers when the next one is planned. */
async function untilAttempt(scene: Scene, count: number) {
  const { deliveries } = await scene.untilWebhook(
    (webhook) => webhook.deliveries?.edges.at(-1)?.node.attempts.length === count,
  );
  const delivery = deliveries?.edges.at(-1)?.node;
  if (delivery === undefined) throw new Error('There is no delivery.');
  return delivery;
}

/** Lets time pass until then. */
function passUntil({ clock }: Scene, time: string): void {
  clock.offset = Date.parse(time) - Date.now();
}

async function switchOn(scene: Scene): Promise<void> {
  await scene.sender.run(UpdateWebhook, { input: { id: scene.webhookId, enabled: true } });
}

const idsOf = (events: readonly { readonly data: { readonly transferId: string } }[]) =>
  events.map(({ data }) => data.transferId);

describe('an attempt that fails', () => {
  it('is made again by the schedule, under the same id, and given up after the last', async () => {
    await using scene = await openScene();
    scene.receiver.answer = () => ({ status: 500, body: 'later' });
    await initialize(scene);
    for (const [index, pause] of PAUSES_S.entries()) {
      const { status, attempts, nextAttemptAt } = await untilAttempt(scene, index + 1);
      const last = attempts.at(-1);
      if (last === undefined || nextAttemptAt === null) throw new Error('No other is planned.');
      expect(status).toBe('PENDING');
      expect(last).toMatchObject({ responseStatus: 500, responseExcerpt: 'later', error: null });
      // What the attempt took is between its beginning and the plan.
      const waitMs = Date.parse(nextAttemptAt) - Date.parse(last.at);
      expect(waitMs).toBeGreaterThanOrEqual(pause * 1000);
      expect(waitMs).toBeLessThanOrEqual(pause * 1100 + 10_000);
      passUntil(scene, nextAttemptAt);
    }
    const given = await untilAttempt(scene, PAUSES_S.length + 1);
    expect(given).toMatchObject({ status: 'FAILED', nextAttemptAt: null });
    const sent = scene.receiver.requests.filter(({ event }) => event.type !== VALIDATION);
    expect(sent).toHaveLength(PAUSES_S.length + 1);
    expect(new Set(sent.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([given.event.id]),
    );
    expect(new Set(sent.map(({ text }) => text)).size).toBe(1);
    // Each is signed afresh.
    expect(new Set(sent.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(sent.length);
  });

  it.each([
    ['seconds', '7200', 2 * HOUR_MS],
    ['a week, which is obeyed up to a day', String(7 * 86_400), DAY_MS],
    ['less than the schedule, which makes nothing shorter', '1', 10_000],
  ])('waits as long as Retry-After asks: %s', async (_, retryAfter, waitMs) => {
    await using scene = await openScene();
    scene.receiver.answer = () => ({ status: 429, headers: { 'retry-after': retryAfter } });
    await initialize(scene);
    const { attempts, nextAttemptAt } = await untilAttempt(scene, 1);
    const wait = Date.parse(nextAttemptAt ?? '') - Date.parse(attempts[0]?.at ?? '');
    expect(wait).toBeGreaterThanOrEqual(waitMs);
    expect(wait).toBeLessThanOrEqual(waitMs * 1.1 + 10_000);
  });

  it('holds up no later event', async () => {
    await using scene = await openScene();
    scene.receiver.answer = () => ({ status: 400 });
    const refused = await initialize(scene);
    await untilAttempt(scene, 1);
    scene.receiver.answer = () => ({ status: 200 });
    const later = [await initialize(scene), await initialize(scene)];
    await scene.receiver.until(({ accepted }) => accepted.length === 2);
    expect(idsOf(scene.receiver.accepted)).toEqual(later.map(({ id }) => id));
    expect(await untilAttempt(scene, 1)).toMatchObject({
      status: 'PENDING',
      event: { transferId: refused.id },
    });
  });

  it('is one where the endpoint redirects, which is not followed', async () => {
    await using scene = await openScene();
    await using elsewhere = await startReceiver();
    scene.receiver.answer = () => ({ status: 307, headers: { location: elsewhere.url } });
    await initialize(scene);
    const { attempts } = await untilAttempt(scene, 1);
    expect(attempts).toMatchObject([{ responseStatus: 307 }]);
    expect(elsewhere.requests).toEqual([]);
  });
});

describe('a webhook', () => {
  it('is disabled at once by 410 Gone, and goes on from where it stood when it is switched on', async () => {
    await using scene = await openScene();
    scene.receiver.answer = () => ({ status: 410 });
    const first = await initialize(scene);
    const { statusText } = await scene.untilWebhook(({ status }) => status === 'DISABLED');
    expect(statusText).toContain('410');
    const second = await initialize(scene);
    scene.receiver.answer = () => ({ status: 200 });
    await switchOn(scene);
    await scene.untilWebhook(({ status }) => status === 'ACTIVE');
    scene.clock.offset += 12_000;
    await scene.receiver.until(({ accepted }) => accepted.length === 2);
    expect(new Set(idsOf(scene.receiver.accepted))).toEqual(new Set([first.id, second.id]));
  });

  it('is disabled after five days of failures, says why, and misses nothing of a month', async () => {
    await using scene = await openScene();
    await scene.receiver.down();
    const transfers = [await initialize(scene)];
    // Its first delivery is given up before the five days are over.
    for (let attempt = 1; attempt <= PAUSES_S.length; attempt += 1) {
      const { nextAttemptAt } = await untilAttempt(scene, attempt);
      passUntil(scene, nextAttemptAt ?? '');
    }
    expect(await untilAttempt(scene, PAUSES_S.length + 1)).toMatchObject({ status: 'FAILED' });
    expect((await scene.webhook()).status).toBe('ACTIVE');
    scene.clock.offset += 4 * DAY_MS;
    transfers.push(await initialize(scene));
    const { statusText } = await scene.untilWebhook(({ status }) => status === 'DISABLED');
    expect(statusText).toMatch(/Every delivery has failed since \d{4}-.*refused/);
    scene.clock.offset += 30 * DAY_MS;
    transfers.push(await initialize(scene));
    await scene.receiver.up();
    await switchOn(scene);
    await scene.receiver.until(({ accepted }) => accepted.length === transfers.length);
    expect(new Set(idsOf(scene.receiver.accepted))).toEqual(new Set(transfers.map(({ id }) => id)));
    await scene.untilWebhook(
      ({ deliveries }) =>
        deliveries?.edges.length === transfers.length &&
        deliveries.edges.every(({ node }) => node.status === 'DELIVERED'),
    );
  });

  it('that fails, and answers again before five days are over, is not disabled', async () => {
    await using scene = await openScene();
    await scene.receiver.down();
    await initialize(scene);
    await untilAttempt(scene, 1);
    scene.clock.offset += 4 * DAY_MS;
    await scene.receiver.up();
    await scene.receiver.until(({ accepted }) => accepted.length === 1);
    await scene.receiver.down();
    scene.clock.offset += 2 * DAY_MS;
    await initialize(scene);
    await scene.untilWebhook(({ deliveries }) => deliveries?.edges[0]?.node.attempts.length === 1);
    expect((await scene.webhook()).status).toBe('ACTIVE');
  });

  it('that never answers slows no other', async () => {
    await using scene = await openScene();
    await using silent = await startReceiver();
    await openWebhook(scene.owner, silent, { types: ['FILE_TRANSFER_INITIALIZED'] });
    silent.answer = () => undefined;
    const transfers = [];
    for (let count = 0; count < 40; count += 1) transfers.push(await initialize(scene));
    await scene.receiver.until(({ accepted }) => accepted.length === transfers.length);
    expect(new Set(idsOf(scene.receiver.accepted)).size).toBe(transfers.length);
    expect(silent.accepted).toEqual([]);
  });
});

describe('replayWebhook', () => {
  it('delivers again what has happened since, under the same ids, and what happens meanwhile behind it', async () => {
    await using scene = await openScene();
    const before = await initialize(scene);
    await scene.receiver.until(({ accepted }) => accepted.length === 1);
    scene.clock.offset += HOUR_MS;
    const since = new Date(scene.clock.now()).toISOString();
    const again = [await initialize(scene), await initialize(scene), await initialize(scene)];
    await scene.receiver.until(({ accepted }) => accepted.length === 4);
    const ids = scene.receiver.accepted.slice(1).map(({ id }) => id);
    const { replayWebhook } = await scene.sender.run(ReplayWebhook, {
      id: scene.webhookId,
      since,
    });
    expect(replayWebhook).toMatchObject({ __typename: 'Webhook', status: 'ACTIVE' });
    const live = await initialize(scene);
    await scene.receiver.until(({ accepted }) => accepted.length === 8);
    const replayed = scene.receiver.accepted.slice(4);
    expect(idsOf(replayed)).toEqual([...again.map(({ id }) => id), live.id]);
    expect(replayed.slice(0, 3).map(({ id }) => id)).toEqual(ids);
    expect(idsOf(replayed)).not.toContain(before.id);
    const numbers = scene.receiver.accepted.map(({ sequence }) => Number(sequence));
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('sends at once and once what has not come through yet', async () => {
    await using scene = await openScene();
    scene.receiver.answer = () => ({ status: 500 });
    const since = new Date(scene.clock.now() - 1000).toISOString();
    const transfer = await initialize(scene);
    await untilAttempt(scene, 1);
    scene.receiver.answer = () => ({ status: 200 });
    await scene.sender.run(ReplayWebhook, { id: scene.webhookId, since });
    const next = await initialize(scene);
    await scene.receiver.until(({ accepted }) => accepted.length === 2);
    expect(new Set(idsOf(scene.receiver.accepted))).toEqual(new Set([transfer.id, next.id]));
    expect(await scene.deliveries()).toHaveLength(2);
  });
});

describe('redeliver', () => {
  it('sends one delivery again now, also one that was delivered', async () => {
    await using scene = await openScene();
    await initialize(scene);
    const { id, event } = await untilAttempt(scene, 1);
    const { redeliver } = await scene.sender.run(Redeliver, { deliveryId: id });
    expect(redeliver).toMatchObject({ __typename: 'Delivery', id, status: 'PENDING' });
    await scene.receiver.until(({ accepted }) => accepted.length === 2);
    expect(scene.receiver.accepted.map((sent) => sent.id)).toEqual([event.id, event.id]);
    expect(await untilAttempt(scene, 2)).toMatchObject({ status: 'DELIVERED' });
  });

  it('hurries one that waits for its next attempt', async () => {
    await using scene = await openScene();
    scene.receiver.answer = () => ({ status: 500 });
    await initialize(scene);
    const { id } = await untilAttempt(scene, 1);
    scene.receiver.answer = () => ({ status: 200 });
    await scene.sender.run(Redeliver, { deliveryId: id });
    expect(await untilAttempt(scene, 2)).toMatchObject({
      status: 'DELIVERED',
      attempts: [{ responseStatus: 500 }, { responseStatus: 200 }],
    });
  });
});
