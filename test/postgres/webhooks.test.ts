/** Webhooks where several brokers share a database: one of them sends, and another takes over from it. */
import { expect, it } from 'vitest';
import { clientOf, initialize, openResource } from '../support/api.ts';
import { PARTIES, spawnBroker, startTestBroker } from '../support/broker.ts';
import { openDataFolder } from '../support/data-folder.ts';
import { DeleteWebhook, Redeliver, UpdateWebhook } from '../support/webhook-operations.ts';
import { startReceiver } from '../support/webhook-receiver.ts';
import {
  lookAtDeliveries,
  openWebhook,
  REACH_LOOPBACK,
  untilWebhook,
} from '../support/webhook-scene.ts';

it('what is changed at one broker holds for the one that sends', async () => {
  await using folder = await openDataFolder();
  await using receiver = await startReceiver();
  await using elsewhere = await startReceiver();
  await using leader = await startTestBroker({ env: REACH_LOOPBACK, dataDir: folder.path });
  await using other = await startTestBroker({ env: REACH_LOOPBACK, dataDir: folder.path });
  const scene = await openResource(leader);
  const sender = await clientOf(other, PARTIES.sender);
  const { id } = await openWebhook(sender, receiver);
  const first = await initialize({ ...scene, broker: other, sender });
  await receiver.until(({ accepted }) => accepted.length === 1);
  await untilWebhook(
    sender,
    id,
    ({ deliveries }) => deliveries?.edges[0]?.node.status === 'DELIVERED',
  );
  const [delivery] = await lookAtDeliveries(sender, id);
  await sender.run(Redeliver, { deliveryId: delivery?.id ?? '' });
  await receiver.until(({ accepted }) => accepted.length === 2);

  await sender.run(UpdateWebhook, { input: { id, url: elsewhere.url } });
  await untilWebhook(sender, id, ({ status }) => status === 'ACTIVE');
  const second = await initialize(scene);
  await elsewhere.until(({ accepted }) => accepted.length === 1);
  expect(receiver.accepted.map(({ data }) => data.transferId)).toEqual([first.id, first.id]);
  expect(elsewhere.accepted.map(({ data }) => data.transferId)).toEqual([second.id]);

  await sender.run(DeleteWebhook, { id });
  const { id: remaining } = await openWebhook(scene.sender, receiver);
  const third = await initialize(scene);
  await receiver.until(({ accepted }) => accepted.length === 3);
  await untilWebhook(scene.sender, remaining, ({ deliveries }) =>
    (deliveries?.edges ?? []).every(({ node }) => node.status === 'DELIVERED'),
  );
  expect(receiver.accepted.at(-1)?.data.transferId).toBe(third.id);
  expect(elsewhere.accepted).toHaveLength(1);
});

it('another broker takes over from one that was killed, exactly where it was', async () => {
  await using folder = await openDataFolder();
  await using receiver = await startReceiver();
  const leader = await spawnBroker(folder.path, { env: REACH_LOOPBACK });
  const scene = await openResource(leader);
  const { id } = await openWebhook(scene.sender, receiver);
  await using other = await spawnBroker(folder.path, { env: REACH_LOOPBACK });
  receiver.answer = () => undefined;
  const underWay = await initialize(scene);
  await receiver.until(({ requests }) => requests.length === 2);
  await leader.stop('SIGKILL');
  receiver.answer = () => ({ status: 200 });
  const sender = await clientOf(other, PARTIES.sender);
  const later = await initialize({ ...scene, broker: other, sender });
  await receiver.until(({ accepted }) => accepted.length === 2);
  expect(receiver.accepted.map(({ data }) => data.transferId)).toEqual([underWay.id, later.id]);
  await untilWebhook(sender, id, ({ deliveries }) =>
    (deliveries?.edges ?? []).every(({ node }) => node.status === 'DELIVERED'),
  );
});
