/** Whose a webhook is, who sees it, and what it sees. */
import { describe, expect, it } from 'vitest';
import { type Client, clientOf, initialize, publish, send } from '../support/api.ts';
import { PARTIES } from '../support/broker.ts';
import { CancelTransfer } from '../support/operations.ts';
import {
  CreateWebhook,
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
  lookAtDeliveries,
  lookAtWebhook,
  openResourceOf,
  openWebhook,
  openWebhookScene,
  untilWebhook,
  type WebhookScene,
} from '../support/webhook-scene.ts';

const BEGINNINGS = { types: ['FILE_TRANSFER_INITIALIZED' as const] };
const NOBODYS = '01990000-0000-7000-8000-000000000000';

/** What each act on a webhook that is there already comes to. */
async function actOn(client: Client, id: string, deliveryId: string) {
  const since = '2026-01-01T00:00:00Z';
  return [
    (await client.run(UpdateWebhook, { input: { id, enabled: false } })).updateWebhook,
    (await client.run(RotateWebhookSecret, { id })).rotateWebhookSecret,
    (await client.run(TestWebhook, { id })).testWebhook,
    (await client.run(ReplayWebhook, { id, since })).replayWebhook,
    (await client.run(Redeliver, { deliveryId })).redeliver,
    (await client.run(DeleteWebhook, { id })).deleteWebhook,
  ];
}

/** A webhook of the client with one delivery. */
async function openDelivered(scene: WebhookScene, client: Client) {
  const { id, secret } = await openWebhook(client, scene.receiver, BEGINNINGS);
  await initialize(scene);
  const { deliveries } = await untilWebhook(
    client,
    id,
    (webhook) => webhook.deliveries?.edges[0]?.node.status === 'DELIVERED',
  );
  return { id, secret, deliveryId: deliveries?.edges[0]?.node.id ?? '' };
}

/** Nothing of it is there for the client, as if it had never been. */
async function expectHidden(
  client: Client,
  { id, deliveryId }: Record<'id' | 'deliveryId', string>,
) {
  const webhook = (of: string) => ({
    __typename: 'NotFoundError',
    code: 'WEBHOOK_NOT_FOUND',
    message: `There is no webhook "${of}".`,
  });
  const delivery = (of: string) => ({
    __typename: 'NotFoundError',
    code: 'DELIVERY_NOT_FOUND',
    message: `There is no delivery "${of}".`,
  });
  for (const [webhookId, ofDelivery] of [
    [id, deliveryId],
    [NOBODYS, NOBODYS],
    ['nonsense', 'nonsense'],
    // One for the other.
    [deliveryId, id],
  ] as const) {
    expect(await actOn(client, webhookId, ofDelivery)).toEqual([
      webhook(webhookId),
      webhook(webhookId),
      webhook(webhookId),
      webhook(webhookId),
      delivery(ofDelivery),
      webhook(webhookId),
    ]);
    expect((await client.run(GetWebhook, { id: webhookId })).webhook).toBeNull();
    for (const nodeId of [webhookId, ofDelivery]) {
      expect((await client.run(FindNode, { id: nodeId })).node).toBeNull();
    }
  }
  const { webhooks } = await client.run(ListWebhooks, {});
  expect((webhooks ?? []).map((listed) => listed.id)).not.toContain(id);
}

it('nobody but its party sees a webhook or its deliveries, or does anything to them', async () => {
  await using scene = await openWebhookScene();
  const { broker, receiver, sender, owner, recipient } = scene;
  const made = await openDelivered(scene, sender);
  const before = await lookAtWebhook(sender, made.id);
  const { length } = receiver.requests;
  // Parties to the same transfer, and one that is none.
  for (const other of [owner, recipient, await clientOf(broker, PARTIES.stranger)]) {
    await expectHidden(other, made);
  }
  expect(await lookAtWebhook(sender, made.id)).toEqual(before);
  expect(receiver.requests).toHaveLength(length);
});

it('every access token of the party will do, whichever made the webhook', async () => {
  await using scene = await openWebhookScene();
  const { broker, owner } = scene;
  const { id, deliveryId } = await openDelivered(scene, owner);
  for (const options of [
    { scope: 'altinn:broker.read' },
    { scope: 'altinn:broker.write' },
    { vendor: PARTIES.stranger },
  ]) {
    const client = await clientOf(broker, owner.party, options);
    const { webhooks } = await client.run(ListWebhooks, {});
    expect(webhooks).toMatchObject([{ id }]);
    for (const [__typename, nodeId] of [
      ['Webhook', id],
      ['Delivery', deliveryId],
    ] as const) {
      const { node } = await client.run(FindNode, { id: nodeId });
      expect(node).toEqual({ __typename, id: nodeId });
    }
  }
});

it.each(['altinn:broker.read', 'altinn:broker.write', 'altinn:serviceowner'])(
  'the scope %s is enough for everything',
  async (scope) => {
    await using scene = await openWebhookScene();
    const client = await clientOf(scene.broker, scene.owner.party, { scope });
    const { id, deliveryId } = await openDelivered(scene, client);
    const since = '2026-01-01T00:00:00Z';
    const { replayWebhook } = await client.run(ReplayWebhook, { id, since });
    expect(replayWebhook.__typename).toBe('Webhook');
    const { redeliver } = await client.run(Redeliver, { deliveryId });
    expect(redeliver.__typename).toBe('Delivery');
    const { testWebhook } = await client.run(TestWebhook, { id });
    expect(testWebhook.__typename).toBe('DeliveryAttempt');
    const { rotateWebhookSecret } = await client.run(RotateWebhookSecret, { id });
    expect(rotateWebhookSecret.__typename).toBe('WebhookWithSecret');
    const { updateWebhook } = await client.run(UpdateWebhook, { input: { id, enabled: false } });
    expect(updateWebhook.__typename).toBe('Webhook');
    const { deleteWebhook } = await client.run(DeleteWebhook, { id });
    expect(deleteWebhook.__typename).toBe('DeletedWebhook');
  },
);

describe('a token without any of the broker’s scopes', () => {
  it('is refused with INSUFFICIENT_SCOPE', async () => {
    await using scene = await openWebhookScene();
    const { broker, receiver, sender } = scene;
    const { id, deliveryId } = await openDelivered(scene, sender);
    const nobody = await clientOf(broker, sender.party, { scope: 'another:scope' });
    const input = { url: receiver.url };
    const { createWebhook } = await nobody.run(CreateWebhook, { input });
    const acts = [createWebhook, ...(await actOn(nobody, id, deliveryId))];
    for (const answer of acts) {
      expect(answer).toMatchObject({
        __typename: 'AccessDeniedError',
        code: 'INSUFFICIENT_SCOPE',
      });
    }
    for (const answer of [
      await send(broker, nobody.token, ListWebhooks, {}),
      await send(broker, nobody.token, GetWebhook, { id }),
      await send(broker, nobody.token, FindNode, { id }),
    ]) {
      expect(answer.errors).toMatchObject([{ extensions: { code: 'INSUFFICIENT_SCOPE' } }]);
    }
    expect(await lookAtWebhook(sender, id)).toMatchObject({ status: 'ACTIVE' });
  });
});

describe('a token with altinn:serviceowner alone', () => {
  /** The owner of the scene's resource, which also sends and receives through a resource of somebody else. */
  async function openOwner(scene: WebhookScene) {
    const { broker, owner } = scene;
    const owning = await clientOf(broker, owner.party, { scope: 'altinn:serviceowner' });
    const elsewhere = await openResourceOf(await clientOf(broker, PARTIES.stranger), scene);
    return { owning, elsewhere };
  }

  it('makes webhooks that are told of its own resources alone, in that role alone', async () => {
    await using scene = await openWebhookScene();
    await using seesAll = await startReceiver();
    const { receiver, owner, sender, recipient } = scene;
    const { owning, elsewhere } = await openOwner(scene);
    for (const audience of ['MINE', 'ALL'] as const) {
      await openWebhook(owning, receiver, { ...BEGINNINGS, audience });
    }
    await openWebhook(owner, seesAll, { ...BEGINNINGS, audience: 'ALL' });

    const sent = await initialize({ ...elsewhere, sender: owner });
    const received = await initialize({ ...elsewhere, recipient: owner });
    const own = await initialize({ ...scene, sender: owner });
    const others = await initialize({ ...scene, sender, recipient });
    await seesAll.until(({ accepted }) => accepted.length === 4);
    await receiver.until(({ accepted }) => accepted.length === 4);
    expect(seesAll.accepted.map(({ data }) => [data.transferId, data.roles])).toEqual([
      [sent.id, ['SENDER']],
      [received.id, ['RECIPIENT']],
      [own.id, expect.arrayContaining(['SENDER', 'SERVICE_OWNER'])],
      [others.id, ['SERVICE_OWNER']],
    ]);
    for (const { id } of [own, others]) {
      const told = receiver.accepted.filter(({ data }) => data.transferId === id);
      expect(told.map(({ data }) => data.roles)).toEqual([['SERVICE_OWNER'], ['SERVICE_OWNER']]);
    }
  });

  it('does not see the webhooks that see more, while those who see more see its own', async () => {
    await using scene = await openWebhookScene();
    const { receiver, owner } = scene;
    const { owning } = await openOwner(scene);
    const more = await openDelivered(scene, owner);
    await expectHidden(owning, more);
    const { id } = await openWebhook(owning, receiver, BEGINNINGS);
    expect((await owning.run(ListWebhooks, {})).webhooks).toMatchObject([{ id }]);
    expect((await owner.run(ListWebhooks, {})).webhooks).toMatchObject([{ id: more.id }, { id }]);
    const { updateWebhook } = await owner.run(UpdateWebhook, { input: { id, audience: 'ALL' } });
    expect(updateWebhook).toMatchObject({ __typename: 'Webhook', id, audience: 'ALL' });
  });

  it('is told of nothing where it owns nothing', async () => {
    await using scene = await openWebhookScene();
    await using witness = await startReceiver();
    const { broker, receiver, sender } = scene;
    const owning = await clientOf(broker, sender.party, { scope: 'altinn:serviceowner' });
    const { id } = await openWebhook(owning, receiver, { audience: 'ALL' });
    await openWebhook(sender, witness, { audience: 'ALL' });
    await publish(scene);
    await witness.until(({ accepted }) => accepted.length === 4);
    await owning.run(TestWebhook, { id });
    expect(receiver.accepted).toEqual([]);
    expect(await lookAtDeliveries(owning, id)).toEqual([]);
  });
});

it('a webhook is told of the transfers that its party is a party to, and of no others', async () => {
  await using scene = await openWebhookScene();
  await using other = await startReceiver();
  const { broker, receiver, sender, recipient } = scene;
  const stranger = await clientOf(broker, PARTIES.stranger);
  await openWebhook(stranger, receiver, { audience: 'ALL' });
  await openWebhook(recipient, other, { audience: 'ALL' });
  const theirs = await publish(scene);
  await sender.run(CancelTransfer, { id: theirs.id });
  const shared = await initialize(scene, { recipients: [recipient.party, stranger.party] });
  await receiver.until(({ accepted }) => accepted.length === 1);
  await other.until(({ accepted }) => accepted.length === 7);
  expect(receiver.accepted.map(({ data }) => data.transferId)).toEqual([shared.id]);
});
