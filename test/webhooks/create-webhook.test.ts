/** What a webhook is when it is made, and what is refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, clientOf, initialize, openResource, publish, send } from '../support/api.ts';
import { PARTIES, startTestBroker } from '../support/broker.ts';
import type { CreateWebhookInput, ErrorCode } from '../support/graphql/graphql.ts';
import { ConfigureResource, ConfirmDownload, RevokeResourceAccess } from '../support/operations.ts';
import {
  CreateWebhook,
  DeleteWebhook,
  GetWebhook,
  ListWebhooks,
} from '../support/webhook-operations.ts';
import { type Receiver, startReceiver, VALIDATION } from '../support/webhook-receiver.ts';
import {
  createWebhook,
  lookAtWebhook,
  openWebhook,
  openWebhookScene,
  REACH_LOOPBACK,
  untilWebhook,
  type WebhookScene,
} from '../support/webhook-scene.ts';

async function creating(client: Client, input: CreateWebhookInput) {
  return (await client.run(CreateWebhook, { input })).createWebhook;
}

async function listing(client: Client): Promise<unknown[]> {
  return [...((await client.run(ListWebhooks, {})).webhooks ?? [])];
}

/** An answer that the endpoint gives when it is told to. */
function holdAnswers(receiver: Receiver): () => void {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  receiver.answer = async () => {
    await opened;
    return { status: 204 };
  };
  return open;
}

describe('a new webhook', () => {
  it('is PENDING_VALIDATION until its endpoint has answered, then ACTIVE', async () => {
    await using scene = await openWebhookScene();
    const { receiver, recipient } = scene;
    const open = holdAnswers(receiver);
    const made = await creating(recipient, { url: receiver.url });
    if (made.__typename !== 'WebhookWithSecret') throw new Error(made.message);
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(made.webhook).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      url: receiver.url,
      types: null,
      resourceIds: null,
      role: null,
      audience: 'MINE',
      status: 'PENDING_VALIDATION',
      statusText: 'The endpoint has not answered the validation request yet.',
      createdAt: expect.stringMatching(/Z$/),
    });
    await receiver.until(({ requests }) => requests.length === 1);
    expect((await lookAtWebhook(recipient, made.webhook.id)).status).toBe('PENDING_VALIDATION');
    open();
    const active = await untilWebhook(
      recipient,
      made.webhook.id,
      ({ status }) => status === 'ACTIVE',
    );
    expect(active).toMatchObject({ statusText: null, deliveries: { edges: [] } });
    expect(receiver.requests.map(({ event }) => event.type)).toEqual([VALIDATION]);
  });

  it('says why it is not ACTIVE yet, and when its endpoint is asked again', async () => {
    await using scene = await openWebhookScene();
    const { receiver, recipient } = scene;
    receiver.answer = () => ({ status: 503 });
    const { id } = await createWebhook(recipient, receiver);
    const { status, statusText } = await untilWebhook(recipient, id, (webhook) =>
      (webhook.statusText ?? '').includes('503'),
    );
    expect(status).toBe('PENDING_VALIDATION');
    expect(statusText).toMatch(/^The validation request failed: it answered 503\. .*\d{4}-\d\d-/);
  });

  it('is DISABLED at once where its endpoint answers 410 Gone', async () => {
    await using scene = await openWebhookScene();
    const { receiver, recipient } = scene;
    receiver.answer = () => ({ status: 410 });
    const { id } = await createWebhook(recipient, receiver);
    const { statusText } = await untilWebhook(recipient, id, ({ status }) => status === 'DISABLED');
    expect(statusText).toContain('410');
  });

  it('has a secret of its own, which nobody is shown again', async () => {
    await using scene = await openWebhookScene();
    const { broker, receiver, recipient } = scene;
    const first = await createWebhook(recipient, receiver);
    const second = await createWebhook(recipient, receiver);
    expect(first.secret).not.toBe(second.secret);
    const response = await fetch(`${broker.url}/graphql`, {
      method: 'POST',
      headers: { ...recipient.authorization, 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: '{ webhooks { secret } }' }),
    });
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  it('keeps each filter as it was given, and is listed behind the older ones', async () => {
    await using scene = await openWebhookScene();
    const { receiver, sender, resourceId } = scene;
    const other = await openResource(scene.broker);
    const filters: Partial<CreateWebhookInput>[] = [
      { types: ['PUBLISHED', 'FILE_EXPIRING'] },
      { resourceIds: [resourceId, other.resourceId] },
      { role: 'SENDER' },
      { audience: 'ALL' },
      { types: ['PUBLISHED'], resourceIds: [resourceId], role: 'RECIPIENT', audience: 'ALL' },
      { types: null, resourceIds: null, role: null },
    ];
    const ids: string[] = [];
    for (const filter of filters) {
      const { id } = await createWebhook(sender, receiver, filter);
      ids.push(id);
      expect(await lookAtWebhook(sender, id)).toMatchObject({
        types: null,
        resourceIds: null,
        role: null,
        audience: 'MINE',
        ...filter,
      });
    }
    expect(await listing(sender)).toMatchObject(ids.map((id) => ({ id, url: receiver.url })));
  });

  it('may name a resource that only old transfers connect its party with', async () => {
    await using scene = await openWebhookScene();
    const { owner, recipient, receiver, resourceId } = scene;
    await publish(scene);
    await owner.run(ConfigureResource, { input: { id: resourceId, openTo: [] } });
    await openWebhook(recipient, receiver, { resourceIds: [resourceId] });
    // Its owner may name it in any case.
    await openWebhook(owner, receiver, { resourceIds: [resourceId] });
  });
});

describe('createWebhook refuses', () => {
  let scene: WebhookScene;
  beforeAll(async () => {
    scene = await openWebhookScene();
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  /** What is wrong with the input, as `field code`; nothing is left behind of it. */
  async function problemsOf(input: Partial<CreateWebhookInput>, client = scene.sender) {
    const answer = await creating(client, { url: scene.receiver.url, ...input });
    expect(await listing(client)).toEqual([]);
    expect(scene.receiver.requests).toEqual([]);
    if (answer.__typename !== 'ValidationError') throw new Error(answer.__typename);
    const [first] = answer.problems;
    expect(answer).toMatchObject({ ...first });
    return answer.problems.map(({ field, code }) => `${field} ${code}`);
  }

  it.each([
    ['a private address', 'http://10.1.2.3/hook'],
    ['another one', 'https://192.168.0.10:8443/hook'],
    ['a local name for this machine', 'http://[::1]:4000/hook'],
    ['an address of the cloud', 'http://169.254.169.254/latest/meta-data'],
    ['Azure’s own services', 'http://168.63.129.16/'],
    ['a shared address', 'http://100.64.0.1/'],
    ['no address', 'http://0.0.0.0/'],
    ['an address that is only wrapped', 'http://[::ffff:10.1.2.3]/hook'],
    ['an address that is only written otherwise', 'http://0x0a010203/hook'],
    ['a name that nobody has', 'http://receiver.invalid/hook'],
    ['a fragment', 'http://127.0.0.1/hook#part'],
    ['port 0', 'http://127.0.0.1:0/hook'],
    ['more than 2000 characters', `http://127.0.0.1/${'a'.repeat(1984)}`],
  ])('a URL with %s', async (_, url) => {
    expect(await problemsOf({ url })).toEqual(['url WEBHOOK_URL_NOT_ALLOWED']);
  });

  it.each([
    'http://user:hidden@127.0.0.1/',
    'https://:hidden@127.0.0.1/',
    'http://user@127.0.0.1/',
  ])('credentials in a URL, which it does not repeat: %s', async (url) => {
    expect(await problemsOf({ url })).toEqual(['url WEBHOOK_URL_NOT_ALLOWED']);
    const answer = await creating(scene.sender, { url });
    expect(JSON.stringify(answer)).not.toContain('hidden');
  });

  it.each([
    'ftp://127.0.0.1/hook',
    'javascript:alert(1)',
    'file:///etc/passwd',
    '/hook',
    '',
    'http://a\0b/',
    'http://a\ud800b/',
    'http://127.0.0.1/ a',
  ])('what is no http URL, before anything else: %j', async (url) => {
    const { token } = scene.sender;
    const { errors } = await send(scene.broker, token, CreateWebhook, { input: { url } });
    expect(errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', path: ['input', 'url'] } },
    ]);
  });

  it.each([
    'http://127.0.0.1/',
    'http://localhost/',
    'http://127.1/',
    'http://2130706433/',
    'http://[::ffff:127.0.0.1]/',
  ])('this machine where the operator allows nothing: %s', async (url) => {
    await using broker = await startTestBroker();
    const client = await clientOf(broker, PARTIES.sender);
    expect(await creating(client, { url })).toMatchObject({
      __typename: 'ValidationError',
      code: 'WEBHOOK_URL_NOT_ALLOWED',
      field: 'url',
    });
  });

  it.each<[string, Partial<CreateWebhookInput>, readonly string[]]>([
    ['an empty list of types', { types: [] }, ['types INVALID_INPUT']],
    ['an empty list of resources', { resourceIds: [] }, ['resourceIds INVALID_INPUT']],
    [
      'a thousand and one resources',
      { resourceIds: Array.from({ length: 1001 }, (_, index) => `resource-${index}`) },
      ['resourceIds INVALID_INPUT'],
    ],
    [
      'an event that never concerns a recipient, for a recipient',
      {
        role: 'RECIPIENT',
        audience: 'MINE',
        types: ['ALL_CONFIRMED_DOWNLOADED', 'ALL_CONFIRMED_DOWNLOADED'],
      },
      ['types INVALID_INPUT'],
    ],
    [
      'everything that is wrong at once, in the order of the input',
      { url: 'http://10.0.0.1/', types: [], resourceIds: [] },
      ['url WEBHOOK_URL_NOT_ALLOWED', 'types INVALID_INPUT', 'resourceIds INVALID_INPUT'],
    ],
    [
      'a filter that is wrong in two ways, in the order of the input',
      { role: 'RECIPIENT', types: ['ALL_CONFIRMED_DOWNLOADED'], resourceIds: [] },
      ['types INVALID_INPUT', 'resourceIds INVALID_INPUT'],
    ],
  ])('%s', async (_, input, problems) => {
    expect(await problemsOf(input)).toEqual(problems);
  });

  it('a role that the access token lets see nothing in', async () => {
    const { party } = scene.sender;
    const owning = await clientOf(scene.broker, party, { scope: 'altinn:serviceowner' });
    for (const role of ['SENDER', 'RECIPIENT'] as const) {
      expect(await problemsOf({ role }, owning)).toEqual(['role INVALID_INPUT']);
    }
  });

  it('a resource that is none, and one that gives the caller nothing', async () => {
    const { owner, receiver, resourceId, sender, broker } = scene;
    const closed = await openResource(broker, { openTo: [] });
    const stranger = await clientOf(broker, PARTIES.stranger);
    const refusal = async (client: Client, ...resourceIds: string[]) => {
      const answer = await creating(client, { url: receiver.url, resourceIds });
      expect(await listing(client)).toEqual([]);
      return answer;
    };
    const member = (__typename: string, code: ErrorCode, name: string) => ({
      __typename,
      code,
      message: expect.stringContaining(name),
    });
    const unknown = member('NotFoundError', 'RESOURCE_NOT_FOUND', 'no-such-resource');
    expect(await refusal(stranger, resourceId, 'no-such-resource')).toEqual(unknown);
    expect(await refusal(owner, 'no-such-resource')).toEqual(unknown);
    const denied = member('AccessDeniedError', 'NO_ACCESS_TO_RESOURCE', closed.resourceId);
    expect(await refusal(stranger, resourceId, closed.resourceId)).toEqual(denied);
    expect(await refusal(sender, closed.resourceId)).toEqual(denied);
    expect(receiver.requests).toEqual([]);
  });

  it('a resource of others, for a token that sees but its own ones', async () => {
    const { broker, receiver, resourceId } = scene;
    const owning = await clientOf(broker, PARTIES.stranger, { scope: 'altinn:serviceowner' });
    const answer = await creating(owning, { url: receiver.url, resourceIds: [resourceId] });
    expect(answer).toMatchObject({
      __typename: 'AccessDeniedError',
      code: 'NO_ACCESS_TO_RESOURCE',
    });
    expect(await listing(owning)).toEqual([]);
  });

  it('the role of an owner for a resource of others', async () => {
    const { sender, receiver, resourceId } = scene;
    const input = { url: receiver.url, resourceIds: [resourceId], role: 'SERVICE_OWNER' as const };
    expect(await creating(sender, input)).toMatchObject({
      __typename: 'AccessDeniedError',
      code: 'NOT_RESOURCE_OWNER',
    });
  });

  it('a right that has been taken back, where nothing ever came of it', async () => {
    const { broker, owner, receiver, sender } = scene;
    const { resourceId } = await openResource(broker, { openTo: ['SEND'] });
    await owner.run(ConfigureResource, { input: { id: resourceId, openTo: [] } });
    const input = { resourceId, parties: [sender.party], actions: ['SEND' as const] };
    await owner.run(RevokeResourceAccess, { input });
    expect(await creating(sender, { url: receiver.url, resourceIds: [resourceId] })).toMatchObject({
      code: 'NO_ACCESS_TO_RESOURCE',
    });
  });
});

describe('createWebhook takes', () => {
  it('a URL with a name, a port, a path and a query, and as many as a list may name', async () => {
    await using broker = await startTestBroker({ env: { WEBHOOK_ALLOW: 'localhost' } });
    await using receiver = await startReceiver();
    const client = await clientOf(broker, PARTIES.recipient);
    const { port } = new URL(receiver.url);
    const url = `http://localhost:${port}/hooks/ferje?from=broker&kind=a%20b`;
    const { id } = await openWebhook(client, { url });
    expect(await lookAtWebhook(client, id)).toMatchObject({ url });
    expect(receiver.requests.map(({ path }) => path)).toEqual([
      '/hooks/ferje?from=broker&kind=a%20b',
    ]);
  });

  it('what concerns a recipient that sends to itself', async () => {
    await using scene = await openWebhookScene();
    const { receiver, sender } = scene;
    const types = ['FILE_TRANSFER_INITIALIZED' as const];
    await openWebhook(sender, receiver, { role: 'RECIPIENT', audience: 'MINE', types });
    await initialize(scene);
    const { id } = await initialize(scene, { recipients: [sender.party] });
    await receiver.until(({ accepted }) => accepted.length === 1);
    expect(receiver.accepted[0]?.resourceinstance).toBe(id);
  });

  it('an event that never concerns a recipient where it asks for all of them', async () => {
    await using scene = await openWebhookScene();
    const { receiver, recipient } = scene;
    const types = ['ALL_CONFIRMED_DOWNLOADED' as const];
    await openWebhook(recipient, receiver, { role: 'RECIPIENT', audience: 'ALL', types });
    const { id, fileUrl } = await publish(scene);
    await (await fetch(fileUrl, { headers: recipient.authorization })).arrayBuffer();
    await recipient.run(ConfirmDownload, { id });
    await receiver.until(({ accepted }) => accepted.length === 1);
    expect(receiver.accepted[0]?.resourceinstance).toBe(id);
  });
});

it('a party has at most 50 webhooks, however many it asks for at once', async () => {
  await using broker = await startTestBroker({ env: REACH_LOOPBACK });
  await using receiver = await startReceiver();
  const client = await clientOf(broker, PARTIES.sender);
  const other = await clientOf(broker, PARTIES.recipient);
  const { url } = receiver;
  const answers = await Promise.all(Array.from({ length: 60 }, () => creating(client, { url })));
  const made = answers.flatMap((answer) =>
    answer.__typename === 'WebhookWithSecret' ? [answer.webhook.id] : [],
  );
  expect(made).toHaveLength(50);
  expect(await listing(client)).toMatchObject(made.toSorted().map((id) => ({ id })));
  const refusal = {
    __typename: 'ConflictError',
    code: 'TOO_MANY_WEBHOOKS',
    message: expect.stringContaining('50'),
  };
  expect(answers.filter(({ __typename }) => __typename === 'ConflictError')).toEqual(
    Array.from({ length: 10 }, () => refusal),
  );
  expect(await creating(client, { url })).toEqual(refusal);
  // What is wrong with it is told all the same, and others have their own fifty.
  expect(await creating(client, { url, types: [] })).toMatchObject({ code: 'INVALID_INPUT' });
  await openWebhook(other, receiver);

  const [first = ''] = made;
  await client.run(DeleteWebhook, { id: first });
  const { id } = await createWebhook(client, receiver);
  expect((await client.run(GetWebhook, { id: first })).webhook).toBeNull();
  expect(await listing(client)).toHaveLength(50);
  expect(await creating(client, { url })).toEqual(refusal);
  await untilWebhook(client, id, ({ status }) => status === 'ACTIVE');
});
