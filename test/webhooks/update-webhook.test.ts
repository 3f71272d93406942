/** What becomes of a webhook that its owner changes, switches off and on again. */
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, clientOf, initialize, openResource } from '../support/api.ts';
import { makeDataDir, PARTIES, startTestBroker } from '../support/broker.ts';
import { dropDatabaseOf } from '../support/database-choice.ts';
import type { UpdateWebhookInput } from '../support/graphql/graphql.ts';
import { UpdateWebhook } from '../support/webhook-operations.ts';
import { type Receiver, startReceiver, VALIDATION } from '../support/webhook-receiver.ts';
import {
  lookAtDeliveries,
  lookAtWebhook,
  openResourceOf,
  openWebhook,
  openWebhookScene,
  REACH_LOOPBACK,
  untilWebhook,
  type WebhookScene,
} from '../support/webhook-scene.ts';

async function updating(client: Client, input: UpdateWebhookInput) {
  return (await client.run(UpdateWebhook, { input })).updateWebhook;
}

const untilActive = (client: Client, id: string) =>
  untilWebhook(client, id, ({ status }) => status === 'ACTIVE');

const transfersOf = ({ accepted }: Receiver) => accepted.map(({ data }) => data.transferId);
const validationsOf = ({ requests }: Receiver) =>
  requests.filter(({ event }) => event.type === VALIDATION);

/** Only what a transfer begins with, so that one transfer is one event. */
const BEGINNINGS = { types: ['FILE_TRANSFER_INITIALIZED' as const] };

describe('what is left out stays as it is', () => {
  it('and what is given is changed, without another validation', async () => {
    await using scene = await openWebhookScene();
    const { receiver, sender, resourceId } = scene;
    const other = await openResource(scene.broker);
    const filters = {
      types: ['PUBLISHED' as const],
      resourceIds: [resourceId],
      role: 'SENDER' as const,
      audience: 'ALL' as const,
    };
    const { id } = await openWebhook(sender, receiver, filters);
    let known: object = { ...filters, url: receiver.url, status: 'ACTIVE', statusText: null };
    expect(await updating(sender, { id })).toMatchObject({ __typename: 'Webhook', id, ...known });
    const changes: Omit<UpdateWebhookInput, 'id'>[] = [
      { types: ['UPLOAD_STARTED', 'UPLOAD_FAILED'] },
      { resourceIds: [other.resourceId] },
      { role: 'SERVICE_OWNER' },
      { audience: 'MINE' },
      { url: receiver.url },
      { types: null },
      { resourceIds: null },
      { role: null },
    ];
    for (const change of changes) {
      known = { ...known, ...change };
      expect(await updating(sender, { id, ...change })).toMatchObject({ id, ...known });
      expect(await lookAtWebhook(sender, id)).toMatchObject({ id, ...known });
    }
    expect(validationsOf(receiver)).toHaveLength(1);
  });

  it('and a new filter holds for what happens from then on', async () => {
    await using scene = await openWebhookScene();
    const { receiver, sender } = scene;
    const { id } = await openWebhook(sender, receiver, BEGINNINGS);
    const here = await initialize(scene);
    await receiver.until(({ accepted }) => accepted.length === 1);
    const other = await openResource(scene.broker);
    await updating(sender, { id, resourceIds: [other.resourceId] });
    await initialize(scene);
    const there = await initialize(other);
    await receiver.until(({ accepted }) => accepted.length === 2);
    await updating(sender, { id, resourceIds: null });
    const again = await initialize(scene);
    await receiver.until(({ accepted }) => accepted.length === 3);
    expect(transfersOf(receiver)).toEqual([here.id, there.id, again.id]);
  });

  it('and a wider filter brings nothing of what the one before let pass', async () => {
    await using scene = await openWebhookScene();
    const { receiver, sender } = scene;
    const { id } = await openWebhook(sender, receiver, { types: ['FILE_DELETED'] });
    for (let count = 0; count < 5; count += 1) await initialize(scene);
    await updating(sender, { id, types: null });
    const next = await initialize(scene);
    await receiver.until(({ accepted }) => accepted.length >= 1);
    expect(transfersOf(receiver)).toEqual([next.id]);
    expect(await lookAtDeliveries(sender, id)).toHaveLength(1);
  });
});

describe('updateWebhook refuses', () => {
  let scene: WebhookScene;
  let id: string;
  beforeAll(async () => {
    scene = await openWebhookScene();
    ({ id } = await openWebhook(scene.sender, scene.receiver));
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  it.each<[string, Omit<UpdateWebhookInput, 'id'>, readonly string[]]>([
    ['null for the URL', { url: null }, ['url INVALID_INPUT']],
    [
      'null where nothing can be cleared, each by its field',
      { url: null, types: null, audience: null, enabled: null },
      ['url INVALID_INPUT', 'audience INVALID_INPUT', 'enabled INVALID_INPUT'],
    ],
    [
      'nulls and what else is wrong at once, in the order of the input',
      { url: 'http://10.0.0.1/', types: [], audience: null },
      ['url WEBHOOK_URL_NOT_ALLOWED', 'types INVALID_INPUT', 'audience INVALID_INPUT'],
    ],
    ['a private address', { url: 'http://10.0.0.1/' }, ['url WEBHOOK_URL_NOT_ALLOWED']],
    ['credentials', { url: 'http://me:you@127.0.0.1/' }, ['url WEBHOOK_URL_NOT_ALLOWED']],
    [
      'empty lists',
      { types: [], resourceIds: [] },
      ['types INVALID_INPUT', 'resourceIds INVALID_INPUT'],
    ],
    [
      'what never concerns a recipient',
      { role: 'RECIPIENT', types: ['ALL_CONFIRMED_DOWNLOADED'] },
      ['types INVALID_INPUT'],
    ],
  ])('%s', async (_, input, problems) => {
    const before = await lookAtWebhook(scene.sender, id);
    const answer = await updating(scene.sender, { id, ...input });
    if (answer.__typename !== 'ValidationError') throw new Error(answer.__typename);
    expect(answer.problems.map(({ field, code }) => `${field} ${code}`)).toEqual(problems);
    expect(answer).toMatchObject({ ...answer.problems[0] });
    expect(await lookAtWebhook(scene.sender, id)).toEqual(before);
    expect(validationsOf(scene.receiver)).toHaveLength(1);
  });

  it('a resource that is none, and one that gives the caller nothing', async () => {
    const closed = await openResource(scene.broker, { openTo: [] });
    const before = await lookAtWebhook(scene.sender, id);
    for (const [resourceIds, member] of [
      [['no-such-resource'], { __typename: 'NotFoundError', code: 'RESOURCE_NOT_FOUND' }],
      [[closed.resourceId], { __typename: 'AccessDeniedError', code: 'NO_ACCESS_TO_RESOURCE' }],
    ] as const) {
      const answer = await updating(scene.sender, { id, resourceIds: [...resourceIds] });
      expect(answer).toMatchObject(member);
    }
    expect(await lookAtWebhook(scene.sender, id)).toEqual(before);
  });
});

describe('a new URL', () => {
  it('is asked first, and then told of what happened in between', async () => {
    await using scene = await openWebhookScene();
    await using elsewhere = await startReceiver();
    const { receiver, sender } = scene;
    const { id } = await openWebhook(sender, receiver, BEGINNINGS);
    const before = await initialize(scene);
    await receiver.until(({ accepted }) => accepted.length === 1);

    let answer = () => {};
    const mayAnswer = new Promise<void>((resolve) => {
      answer = resolve;
    });
    elsewhere.answer = async () => {
      await mayAnswer;
      return { status: 200 };
    };
    expect(await updating(sender, { id, url: elsewhere.url })).toMatchObject({
      url: elsewhere.url,
      status: 'PENDING_VALIDATION',
      statusText: 'The endpoint has not answered the validation request yet.',
    });
    await elsewhere.until(({ requests }) => requests.length === 1);
    const between = [await initialize(scene), await initialize(scene)];
    expect((await lookAtWebhook(sender, id)).status).toBe('PENDING_VALIDATION');
    answer();
    await untilActive(sender, id);
    const after = await initialize(scene);
    await elsewhere.until(({ accepted }) => accepted.length === 3);
    expect(elsewhere.requests[0]?.event.type).toBe(VALIDATION);
    expect(transfersOf(elsewhere)).toEqual([...between, after].map((transfer) => transfer.id));
    expect(transfersOf(receiver)).toEqual([before.id]);
  });

  it('gets what the old one never answered', async () => {
    await using scene = await openWebhookScene();
    await using elsewhere = await startReceiver();
    const { receiver, sender } = scene;
    const { id } = await openWebhook(sender, receiver, BEGINNINGS);
    receiver.answer = () => undefined;
    const transfer = await initialize(scene);
    await receiver.until(({ requests }) => requests.length === 2);
    await updating(sender, { id, url: elsewhere.url });
    await elsewhere.until(({ accepted }) => accepted.length === 1);
    expect(transfersOf(elsewhere)).toEqual([transfer.id]);
    expect(elsewhere.requests.at(-1)?.headers['webhook-id']).toBe(
      receiver.requests[1]?.headers['webhook-id'],
    );
  });

  it('of one that is switched off is asked when it is switched on', async () => {
    await using scene = await openWebhookScene();
    await using elsewhere = await startReceiver();
    const { receiver, sender } = scene;
    const { id } = await openWebhook(sender, receiver, BEGINNINGS);
    await updating(sender, { id, enabled: false });
    expect(await updating(sender, { id, url: elsewhere.url })).toMatchObject({
      url: elsewhere.url,
      status: 'DISABLED',
      statusText: 'Switched off by its owner.',
    });
    const missed = await initialize(scene);
    await updating(sender, { id, enabled: true });
    await elsewhere.until(({ accepted }) => accepted.length === 1);
    expect(transfersOf(elsewhere)).toEqual([missed.id]);
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('a webhook that is switched off', () => {
  it('is sent nothing from the answer on, and goes on from where it stood', async () => {
    await using scene = await openWebhookScene();
    await using witness = await startReceiver();
    const { receiver, sender } = scene;
    const { id } = await openWebhook(sender, receiver, BEGINNINGS);
    await openWebhook(sender, witness, BEGINNINGS);
    const before = await initialize(scene);
    await receiver.until(({ accepted }) => accepted.length === 1);
    await untilWebhook(
      sender,
      id,
      ({ deliveries }) => deliveries?.edges[0]?.node.status === 'DELIVERED',
    );
    // One is under way, and another waits.
    receiver.answer = () => undefined;
    const missed = [await initialize(scene), await initialize(scene)];
    await receiver.until(({ requests }) => requests.length >= 3);
    expect(await updating(sender, { id, enabled: false })).toMatchObject({
      status: 'DISABLED',
      statusText: 'Switched off by its owner.',
    });
    const { length } = receiver.requests;
    missed.push(await initialize(scene), await initialize(scene));
    await witness.until(({ accepted }) => accepted.length === 5);
    expect(await lookAtWebhook(sender, id)).toMatchObject({ status: 'DISABLED' });
    expect(receiver.requests).toHaveLength(length);

    receiver.answer = () => ({ status: 200 });
    expect(await updating(sender, { id, enabled: true })).toMatchObject({
      status: 'PENDING_VALIDATION',
    });
    await untilActive(sender, id);
    const after = await initialize(scene);
    await receiver.until(({ accepted }) => accepted.length === 6);
    expect(transfersOf(receiver)).toEqual(
      [before, ...missed, after].map((transfer) => transfer.id),
    );
    expect(receiver.accepted.map(({ sequence }) => Number(sequence))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(validationsOf(receiver)).toHaveLength(2);
  });

  it('stays off through a restart', async () => {
    const dataDir = await makeDataDir();
    await using receiver = await startReceiver();
    const id = await (async () => {
      await using broker = await startTestBroker({ env: REACH_LOOPBACK, dataDir });
      const { sender } = await openResource(broker);
      const webhook = await openWebhook(sender, receiver);
      await updating(sender, { id: webhook.id, enabled: false });
      return webhook.id;
    })();
    {
      await using broker = await startTestBroker({ env: REACH_LOOPBACK, dataDir });
      const scene = await openResource(broker);
      const transfer = await initialize(scene);
      await using witness = await startReceiver();
      await openWebhook(scene.sender, witness);
      const next = await initialize(scene);
      await witness.until(({ accepted }) => accepted.length === 1);
      expect(await lookAtWebhook(scene.sender, id)).toMatchObject({ status: 'DISABLED' });
      expect(receiver.requests).toHaveLength(1);
      await updating(scene.sender, { id, enabled: true });
      await receiver.until(({ accepted }) => accepted.length === 2);
      expect(transfersOf(receiver)).toEqual([transfer.id, next.id]);
    }
    await dropDatabaseOf(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  });
});

it('what is not touched is not judged again: also one whose URL is no longer allowed can be switched off', async () => {
  const dataDir = await makeDataDir();
  await using receiver = await startReceiver();
  const id = await (async () => {
    await using broker = await startTestBroker({ env: REACH_LOOPBACK, dataDir });
    const client = await clientOf(broker, PARTIES.sender);
    return (await openWebhook(client, receiver)).id;
  })();
  {
    await using broker = await startTestBroker({ dataDir });
    const client = await clientOf(broker, PARTIES.sender);
    const types = ['PUBLISHED' as const];
    expect(await updating(client, { id, types })).toMatchObject({ __typename: 'Webhook', types });
    expect(await updating(client, { id, enabled: false })).toMatchObject({ status: 'DISABLED' });
  }
  await dropDatabaseOf(dataDir);
  await rm(dataDir, { recursive: true, force: true });
});

it('a change by one who sees more keeps what the webhook sees', async () => {
  await using scene = await openWebhookScene();
  const { broker, owner, receiver } = scene;
  const owning = await clientOf(broker, owner.party, { scope: 'altinn:serviceowner' });
  const { id } = await openWebhook(owning, receiver, BEGINNINGS);
  expect(await updating(owner, { id, role: 'SENDER' })).toMatchObject({
    code: 'INVALID_INPUT',
    field: 'role',
  });
  expect(await updating(owner, { id, role: 'SERVICE_OWNER' })).toMatchObject({
    role: 'SERVICE_OWNER',
  });
  // The owner sends through somebody else's resource, and is told nothing of it.
  const elsewhere = await clientOf(broker, PARTIES.otherRecipient);
  const other = await openResourceOf(elsewhere, scene);
  await initialize({ ...other, sender: owner });
  const seen = await initialize(scene);
  await receiver.until(({ accepted }) => accepted.length === 1);
  expect(transfersOf(receiver)).toEqual([seen.id]);
  expect(await lookAtWebhook(owning, id)).toMatchObject({ role: 'SERVICE_OWNER' });
});
