/** What is left of a webhook that was deleted: nothing. */
import { expect, it } from 'vitest';
import type { Database } from '../../src/database/index.ts';
import { initialize } from '../support/api.ts';
import { openDatabaseOf } from '../support/database-choice.ts';
import {
  DeleteWebhook,
  FindNode,
  GetWebhook,
  ListWebhooks,
  Redeliver,
  ReplayWebhook,
  RotateWebhookSecret,
  TestWebhook,
  UpdateWebhook,
} from '../support/webhook-operations.ts';
import { startReceiver } from '../support/webhook-receiver.ts';
import {
  createWebhook,
  lookAtDeliveries,
  openWebhook,
  openWebhookScene,
  untilWebhook,
} from '../support/webhook-scene.ts';

const BEGINNINGS = { types: ['FILE_TRANSFER_INITIALIZED' as const] };

it('nothing more is sent from the answer on, whatever is under way', async () => {
  await using scene = await openWebhookScene();
  await using witness = await startReceiver();
  const { receiver, sender } = scene;
  const { id } = await openWebhook(sender, receiver, BEGINNINGS);
  await openWebhook(sender, witness, BEGINNINGS);
  receiver.answer = () => undefined;
  // Some are being sent, and the rest waits for them.
  for (let count = 0; count < 40; count += 1) await initialize(scene);
  await receiver.until(({ requests }) => requests.length >= 3);
  const { deleteWebhook } = await sender.run(DeleteWebhook, { id });
  expect(deleteWebhook).toEqual({ __typename: 'DeletedWebhook', id });
  const { length } = receiver.requests;
  await initialize(scene);
  await witness.until(({ accepted }) => accepted.length === 41);
  expect(receiver.requests).toHaveLength(length);
  expect(receiver.accepted).toEqual([]);
});

it('an endpoint that has not answered the validation is not asked again', async () => {
  const clock = { offset: 0, now: () => Date.now() + clock.offset };
  await using scene = await openWebhookScene({ clock });
  await using witness = await startReceiver();
  const { receiver, sender } = scene;
  const [refusing, other] = [receiver, witness];
  for (const each of [refusing, other]) each.answer = () => ({ status: 503 });
  const { id } = await createWebhook(sender, refusing);
  const { id: otherId } = await createWebhook(sender, other);
  for (const each of [id, otherId]) {
    await untilWebhook(sender, each, ({ statusText }) => (statusText ?? '').includes('503'));
  }
  await sender.run(DeleteWebhook, { id });
  clock.offset += 60_000;
  await other.until(({ requests }) => requests.length === 2);
  expect(refusing.requests).toHaveLength(1);
});

it('it is not found any more, nor is any of its deliveries', async () => {
  await using scene = await openWebhookScene();
  const { broker, receiver, sender } = scene;
  const { id } = await openWebhook(sender, receiver, BEGINNINGS);
  const { id: kept } = await openWebhook(sender, receiver, BEGINNINGS);
  await initialize(scene);
  await receiver.until(({ accepted }) => accepted.length === 2);
  const [delivery] = await lookAtDeliveries(sender, id);
  const [other] = await lookAtDeliveries(sender, kept);
  if (delivery === undefined || other === undefined) throw new Error('There is no delivery.');
  expect((await sender.run(FindNode, { id: delivery.id })).node).toEqual({
    __typename: 'Delivery',
    id: delivery.id,
  });
  await sender.run(DeleteWebhook, { id });

  const missing = {
    __typename: 'NotFoundError',
    code: 'WEBHOOK_NOT_FOUND',
    message: `There is no webhook "${id}".`,
  };
  const since = '2026-01-01T00:00:00Z';
  const { updateWebhook } = await sender.run(UpdateWebhook, { input: { id, enabled: true } });
  const { deleteWebhook } = await sender.run(DeleteWebhook, { id });
  const { rotateWebhookSecret } = await sender.run(RotateWebhookSecret, { id });
  const { testWebhook } = await sender.run(TestWebhook, { id });
  const { replayWebhook } = await sender.run(ReplayWebhook, { id, since });
  for (const answer of [
    updateWebhook,
    deleteWebhook,
    rotateWebhookSecret,
    testWebhook,
    replayWebhook,
  ]) {
    expect(answer).toEqual(missing);
  }
  const { redeliver } = await sender.run(Redeliver, { deliveryId: delivery.id });
  expect(redeliver).toMatchObject({ __typename: 'NotFoundError', code: 'DELIVERY_NOT_FOUND' });
  expect((await sender.run(GetWebhook, { id })).webhook).toBeNull();
  for (const gone of [id, delivery.id]) {
    expect((await sender.run(FindNode, { id: gone })).node).toBeNull();
  }
  expect((await sender.run(ListWebhooks, {})).webhooks).toMatchObject([{ id: kept }]);

  // Nor is anything kept of it, while the other one has all that it had.
  const database = await openDatabaseOf(broker.dataDir);
  try {
    await expect.poll(() => deliveriesIn(database)).toEqual([other.id]);
    expect(await attemptsIn(database)).toEqual([other.id]);
  } finally {
    await database.close();
  }
  expect(await lookAtDeliveries(sender, kept)).toEqual([other]);
});

it('takes away also more deliveries than go at once', async () => {
  await using scene = await openWebhookScene();
  const { broker, receiver, sender } = scene;
  const { id } = await openWebhook(sender, receiver, BEGINNINGS);
  const { id: transferId } = await initialize(scene);
  await receiver.until(({ accepted }) => accepted.length === 1);
  await untilWebhook(
    sender,
    id,
    ({ deliveries }) => deliveries?.edges[0]?.node.status === 'DELIVERED',
  );
  const database = await openDatabaseOf(broker.dataDir);
  try {
    await addDeliveries(database, id, 1200);
    const { deliveries } = await untilWebhook(sender, id, () => true);
    expect(deliveries?.pageInfo.hasNextPage).toBe(true);
    await sender.run(DeleteWebhook, { id });
    await expect.poll(() => deliveriesIn(database), { timeout: 30_000 }).toEqual([]);
    expect(await attemptsIn(database)).toEqual([]);
  } finally {
    await database.close();
  }
  expect(receiver.accepted.map(({ resourceinstance }) => resourceinstance)).toEqual([transferId]);
});

function deliveriesIn(database: Database): Promise<string[]> {
  return database.read(async (db) =>
    (await db.selectFrom('delivery').select('id').execute()).map(({ id }) => id),
  );
}

/** The deliveries that attempts are kept of. */
function attemptsIn(database: Database): Promise<string[]> {
  return database.read(async (db) =>
    (await db.selectFrom('delivery_attempt').select('delivery_id').execute()).map(
      (row) => row.delivery_id,
    ),
  );
}

/** As if what it was told of had come to it so much more often. */
async function addDeliveries(database: Database, webhookId: string, count: number): Promise<void> {
  const idOf = (index: number) => `01990000-0000-7000-8000-${String(index).padStart(12, '0')}`;
  const AT_ONCE = 100;
  await database.write(async (tx) => {
    const delivery = await tx
      .selectFrom('delivery')
      .selectAll()
      .where('webhook_id', '=', webhookId)
      .executeTakeFirstOrThrow();
    const attempt = await tx
      .selectFrom('delivery_attempt')
      .selectAll()
      .where('delivery_id', '=', delivery.id)
      .executeTakeFirstOrThrow();
    for (let from = 0; from < count; from += AT_ONCE) {
      const indexes = Array.from({ length: AT_ONCE }, (_, index) => from + index);
      const deliveries = indexes.map((index) => ({
        ...delivery,
        id: idOf(index),
        sequence: 1000 + index,
      }));
      const attempts = indexes.map((index) => ({ ...attempt, delivery_id: idOf(index) }));
      await tx.insertInto('delivery').values(deliveries).execute();
      await tx.insertInto('delivery_attempt').values(attempts).execute();
    }
  });
}
