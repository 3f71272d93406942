/** Deliveries go on where they were, whatever became of the broker. */
import { describe, expect, it } from 'vitest';
import { clientOf, initialize, openResource } from '../support/api.ts';
import { PARTIES, spawnBroker } from '../support/broker.ts';
import { openDataFolder } from '../support/data-folder.ts';
import { startReceiver, VALIDATION } from '../support/webhook-receiver.ts';
import {
  createWebhook,
  openWebhook,
  REACH_LOOPBACK,
  untilWebhook,
} from '../support/webhook-scene.ts';

const start = (dataDir: string) => spawnBroker(dataDir, { env: REACH_LOOPBACK });

describe.each(['SIGKILL', 'SIGTERM'] as const)('after %s', (signal) => {
  it('what was under way is sent again, what had been delivered is not, and later events follow', async () => {
    await using folder = await openDataFolder();
    await using receiver = await startReceiver();
    const broker = await start(folder.path);
    const scene = await openResource(broker);
    const { id } = await openWebhook(scene.sender, receiver);
    const delivered = await initialize(scene);
    await untilWebhook(
      scene.sender,
      id,
      ({ deliveries }) => deliveries?.edges[0]?.node.status === 'DELIVERED',
    );
    receiver.answer = () => undefined;
    const underWay = await initialize(scene);
    await receiver.until(({ requests }) => requests.length === 3);
    const waiting = await initialize(scene);
    await broker.stop(signal);

    receiver.answer = () => ({ status: 200 });
    await using next = await start(folder.path);
    const sender = await clientOf(next, PARTIES.sender);
    const later = await initialize({ ...scene, broker: next, sender });
    await receiver.until(({ accepted }) => accepted.length === 4);
    expect(receiver.accepted.map(({ data }) => data.transferId)).toEqual([
      delivered.id,
      underWay.id,
      waiting.id,
      later.id,
    ]);
    expect(receiver.accepted.map(({ sequence }) => Number(sequence))).toEqual([1, 2, 3, 4]);
    const [first, again] = receiver.requests.filter(
      ({ event }) => event.resourceinstance === underWay.id,
    );
    expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(again?.text.replace(next.url, '')).toBe(first?.text.replace(broker.url, ''));
    const { deliveries } = await untilWebhook(sender, id, (webhook) =>
      (webhook.deliveries?.edges ?? []).every(({ node }) => node.status === 'DELIVERED'),
    );
    // An attempt that the broker cut itself is no attempt.
    expect(deliveries?.edges.map(({ node }) => node.attempts.length)).toEqual([1, 1, 1, 1]);
  });

  it('the endpoint is asked again that had not answered', async () => {
    await using folder = await openDataFolder();
    await using receiver = await startReceiver();
    const broker = await start(folder.path);
    const scene = await openResource(broker);
    receiver.answer = () => undefined;
    const { id } = await createWebhook(scene.sender, receiver);
    await receiver.until(({ requests }) => requests.length === 1);
    await broker.stop(signal);
    receiver.answer = () => ({ status: 200 });
    await using next = await start(folder.path);
    await untilWebhook(
      await clientOf(next, PARTIES.sender),
      id,
      ({ status }) => status === 'ACTIVE',
    );
    expect(receiver.requests.map(({ event }) => event.type)).toEqual([VALIDATION, VALIDATION]);
  });
});
