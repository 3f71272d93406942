/**
 * Where a request is wrong in several ways, the contract says which of them is told: syntax and scalars, token, scope,
 * visibility, role, input, access list, state.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Client,
  clientOf,
  type GraphQLAnswer,
  initialize,
  openResource,
  publish,
  type Scene,
} from '../support/api.ts';
import { PARTIES, startTestBroker, type TestBroker } from '../support/broker.ts';
import type { CreateWebhookInput, UpdateWebhookInput } from '../support/graphql/graphql.ts';
import { patchHeaders } from '../support/uploads.ts';
import {
  CreateWebhook,
  DeleteWebhook,
  Redeliver,
  ReplayWebhook,
  RotateWebhookSecret,
  TestWebhook,
  UpdateWebhook,
} from '../support/webhook-operations.ts';
import { type Receiver, startReceiver } from '../support/webhook-receiver.ts';
import { createWebhook, openWebhook, REACH_LOOPBACK } from '../support/webhook-scene.ts';
import {
  cancelling,
  closeResource,
  configuring,
  confirming,
  initializing,
  linking,
  refused,
  takeRight,
} from './steps.ts';

const NOBODYS = '01990000-0000-7000-8000-000000000000';
const CONTENT = Buffer.from('content');

let broker: TestBroker;
beforeAll(async () => {
  broker = await startTestBroker({ env: REACH_LOOPBACK });
});
afterAll(() => broker[Symbol.asyncDispose]());

const openScene = () => openResource(broker, { maxTransferSize: 1000 });

/** A scene whose access list nobody is on any more, and a transfer that was made before. */
async function deserted(make: (scene: Scene) => Promise<{ id: string; uploadUrl: string }>) {
  const scene = await openScene();
  await closeResource(scene);
  const transfer = await make(scene);
  await takeRight(scene, scene.sender, 'SEND');
  await takeRight(scene, scene.recipient, 'RECEIVE');
  return { ...scene, ...transfer, fileUrl: `${broker.url}/files/${transfer.id}` };
}

/** The scene's sender or recipient with a token that is good for one thing. */
const scoped = ({ party }: Client, scope: string) => clientOf(broker, party, { scope });

/** The codes of a GraphQL request that is refused. */
async function codesOf(
  query: string,
  headers: Readonly<Record<string, string>>,
  variables: object = {},
): Promise<unknown[]> {
  const response = await fetch(`${broker.url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const { errors = [] } = (await response.json()) as GraphQLAnswer<unknown>;
  return errors.map(({ extensions }) => extensions?.code);
}

const WRONG_TOKEN = { Authorization: 'Bearer nonsense' };

describe('syntax and scalars come before the token', () => {
  test.each([
    ['a document that cannot be read', '{ transfer(', {}],
    ['a field that is not there', '{ nothing }', {}],
    ['a scalar in the document', '{ serviceOwner(party: "0192:1") { id } }', {}],
    [
      'a scalar in a variable',
      'query ($party: PartyId!) { serviceOwner(party: $party) { id } }',
      { party: '0192:1' },
    ],
  ])('%s', async (_, query, variables) => {
    expect(await codesOf(query, WRONG_TOKEN, variables)).toEqual(['BAD_USER_INPUT']);
  });

  test('a method that a door does not know', async () => {
    for (const [method, path] of [
      ['GET', 'uploads'],
      ['PUT', 'files'],
    ] as const) {
      const answer = await refused(method, `${broker.url}/${path}/${NOBODYS}`, WRONG_TOKEN);
      expect(answer).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
    }
  });
});

describe('the token comes before', () => {
  test('everything about the transfer, and what a request says of itself', async () => {
    const url = `${broker.url}/uploads/${NOBODYS}`;
    for (const headers of [WRONG_TOKEN, { ...WRONG_TOKEN, 'Upload-Length': '-1' }]) {
      const answer = await refused('POST', url, headers);
      expect(answer).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    const query = `mutation { confirmDownload(transferId: "${NOBODYS}", sha256: "no") { __typename } }`;
    expect(await codesOf(query, WRONG_TOKEN)).toEqual(['UNAUTHENTICATED']);
  });
});

describe('the scope comes before', () => {
  test('whether there is such a transfer or resource', async () => {
    const scene = await openScene();
    const reader = await scoped(scene.sender, 'altinn:broker.read');
    const writer = await scoped(scene.recipient, 'altinn:broker.write');
    const missing = { code: 'INSUFFICIENT_SCOPE' };
    expect(await cancelling(reader, NOBODYS)).toMatchObject(missing);
    expect(await confirming(writer, NOBODYS, 'no digest')).toMatchObject(missing);
    expect(await linking(writer, NOBODYS)).toMatchObject(missing);
    const nowhere = { resourceId: 'no-such-resource', fileName: '' };
    expect(await initializing({ ...scene, sender: reader }, nowhere)).toMatchObject(missing);
    expect(await configuring({ ...scene, owner: reader }, { maxTransferSize: 0 })).toMatchObject(
      missing,
    );
    const [upload, file] = [`${broker.url}/uploads/${NOBODYS}`, `${broker.url}/files/${NOBODYS}`];
    expect(await refused('POST', upload, reader.authorization)).toMatchObject(missing);
    expect(await refused('GET', file, writer.authorization)).toMatchObject(missing);
  });
});

describe('visibility comes before', () => {
  test('the role, alike for what is not there and what the caller may not see', async () => {
    const scene = await openScene();
    const { id, uploadUrl, fileUrl } = await initialize(scene);
    const stranger = await clientOf(broker, PARTIES.stranger);
    const unseen = { code: 'TRANSFER_NOT_FOUND' };
    for (const hidden of [id, NOBODYS]) {
      expect(await cancelling(stranger, hidden)).toMatchObject(unseen);
      expect(await confirming(stranger, hidden, 'no digest')).toMatchObject(unseen);
      for (const [method, url] of [
        ['POST', uploadUrl],
        ['GET', fileUrl],
      ] as const) {
        const answer = await refused(method, url.replace(id, hidden), stranger.authorization);
        expect(answer).toMatchObject({ status: 404, ...unseen });
      }
    }
  });

  test('the role also where it is the resource that is not there', async () => {
    const nowhere = { resourceId: 'no-such-resource', sender: PARTIES.stranger };
    expect(await initializing(await openScene(), nowhere)).toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
  });

  test('everything else for what exists and gives the caller nothing', async () => {
    const scene = await deserted(initialize);
    expect(await initializing(scene)).toMatchObject({ code: 'NO_ACCESS_TO_RESOURCE' });
    const { sender, resourceId } = scene;
    for (const id of [resourceId, 'no-such-resource']) {
      const response = await fetch(`${broker.url}/graphql`, {
        method: 'POST',
        headers: { ...sender.authorization, 'Content-Type': 'application/json' },
        body: JSON.stringify({ query: `{ resource(id: "${id}") { id } }` }),
      });
      expect(await response.json()).toEqual({ data: { resource: null } });
    }
  });
});

describe('the role comes before', () => {
  test('the input', async () => {
    const scene = await openScene();
    const { id, uploadUrl } = await initialize(scene);
    const wrong = { sender: PARTIES.stranger, fileName: '', recipients: [] };
    expect(await initializing(scene, wrong)).toMatchObject({ code: 'NOT_THE_SENDER' });
    const confirmed = await confirming(scene.sender, id, 'no digest');
    expect(confirmed).toMatchObject({ code: 'NOT_A_RECIPIENT' });
    const headers = { ...scene.recipient.authorization, 'Upload-Length': '-1' };
    expect(await refused('POST', uploadUrl, headers)).toMatchObject({ code: 'NOT_THE_SENDER' });
  });

  test('the state', async () => {
    const scene = await openScene();
    const { id, fileUrl } = await initialize(scene);
    await cancelling(scene.sender, id);
    expect(await cancelling(scene.recipient, id)).toMatchObject({ code: 'NOT_THE_SENDER' });
    expect(await linking(scene.sender, id)).toMatchObject({ code: 'NOT_A_RECIPIENT' });
    const answer = await refused('GET', fileUrl, scene.sender.authorization);
    expect(answer).toMatchObject({ code: 'NOT_A_RECIPIENT' });
  });
});

describe('the input comes before', () => {
  test('the access list', async () => {
    const scene = await deserted(initialize);
    const { id, uploadUrl, sender, recipient } = scene;
    expect(await initializing(scene, { fileName: '' })).toMatchObject({ code: 'INVALID_INPUT' });
    const wrong = await confirming(recipient, id, 'no digest');
    expect(wrong).toMatchObject({ code: 'INVALID_INPUT' });
    for (const [method, headers, code] of [
      ['POST', { 'Upload-Length': '-1' }, 'INVALID_INPUT'],
      ['PATCH', { 'Upload-Offset': '0', 'Content-Type': 'text/plain' }, 'UNSUPPORTED_MEDIA_TYPE'],
      ['PUT', { 'Content-Encoding': 'gzip' }, 'UNSUPPORTED_MEDIA_TYPE'],
    ] as const) {
      const all = { ...sender.authorization, ...headers };
      expect(await refused(method, uploadUrl, all, 'x')).toMatchObject({ code });
    }
  });

  test('the state', async () => {
    const scene = await openScene();
    const { id, uploadUrl } = await initialize(scene);
    await cancelling(scene.sender, id);
    const wrong = await confirming(scene.recipient, id, 'no digest');
    expect(wrong).toMatchObject({ code: 'INVALID_INPUT' });
    const headers = { ...scene.sender.authorization, 'Upload-Length': '-1' };
    expect(await refused('POST', uploadUrl, headers)).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('its own later problems: all are told, and the code is that of the first', async () => {
    const scene = await openScene();
    await configuring(scene, { virusScan: 'REQUIRED', requiredParty: PARTIES.stranger });
    const problems = async (input: Parameters<typeof initializing>[1]) => {
      const answer = await initializing(scene, input);
      if (answer.__typename !== 'ValidationError') throw new Error(answer.__typename);
      const [first] = answer.problems;
      expect(answer).toMatchObject({ code: first?.code, field: first?.field });
      return answer.problems.map(({ field, code }) => [field, code]);
    };
    expect(await problems({ fileName: '', skipVirusScan: true })).toEqual([
      ['fileName', 'INVALID_INPUT'],
      ['recipients.0', 'REQUIRED_PARTY_MISSING'],
      ['skipVirusScan', 'VIRUS_SCAN_REQUIRED'],
    ]);
    expect(await problems({ sendersReference: '', skipVirusScan: true })).toEqual([
      ['recipients.0', 'REQUIRED_PARTY_MISSING'],
      ['sendersReference', 'INVALID_INPUT'],
      ['skipVirusScan', 'VIRUS_SCAN_REQUIRED'],
    ]);
  });
});

describe('the access list comes before the state', () => {
  test('of a transfer that has not come so far', async () => {
    const { id, fileUrl, recipient } = await deserted(initialize);
    const denied = { code: 'NO_ACCESS_TO_RESOURCE' };
    expect(await confirming(recipient, id)).toMatchObject(denied);
    expect(await linking(recipient, id)).toMatchObject(denied);
    expect(await refused('GET', fileUrl, recipient.authorization)).toMatchObject(denied);
  });

  test('of one whose file has come, and of one that has ended', async () => {
    const scene = await deserted((open) => publish(open, CONTENT));
    const { id, uploadUrl, fileUrl, sender, recipient } = scene;
    const denied = { status: 403, code: 'NO_ACCESS_TO_RESOURCE' };
    for (const end of [async () => undefined, () => cancelling(sender, id)]) {
      await end();
      for (const [method, headers, body] of [
        ['POST', { 'Upload-Length': '7' }, undefined],
        ['PATCH', patchHeaders(7), 'x'],
        ['PUT', {}, CONTENT],
      ] as const) {
        const all = { ...sender.authorization, ...headers };
        expect(await refused(method, uploadUrl, all, body)).toMatchObject(denied);
      }
      expect(await refused('GET', fileUrl, recipient.authorization)).toMatchObject(denied);
      expect(await confirming(recipient, id)).toMatchObject({ code: denied.code });
    }
  });

  test('of the broker: nobody learns without a right that there is no scanner', async () => {
    const scene = await deserted(initialize);
    await configuring(scene, { virusScan: 'REQUIRED' });
    expect(await initializing(scene)).toMatchObject({ code: 'NO_ACCESS_TO_RESOURCE' });
  });
});

describe('what is done again asks neither the access list nor the state', () => {
  test('a confirm', async () => {
    const scene = await openScene();
    await closeResource(scene);
    const { recipient, sender } = scene;
    const { id, fileUrl } = await publish(scene, CONTENT);
    await (await fetch(fileUrl, { headers: recipient.authorization })).arrayBuffer();
    await confirming(recipient, id);
    await takeRight(scene, recipient, 'RECEIVE');
    expect(await confirming(recipient, id)).toMatchObject({ __typename: 'Transfer' });
    await cancelling(sender, id);
    expect(await confirming(recipient, id)).toMatchObject({ status: 'CANCELLED' });
    // Its input is looked at all the same.
    const wrong = await confirming(recipient, id, 'no digest');
    expect(wrong).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('a cancel', async () => {
    const { id, sender } = await deserted(initialize);
    expect(await cancelling(sender, id)).toMatchObject({ status: 'CANCELLED' });
    expect(await cancelling(sender, id)).toMatchObject({ status: 'CANCELLED' });
  });
});

describe('for webhooks', () => {
  const SINCE = '2026-01-01T00:00:00Z';
  const NOT_ALLOWED = 'http://10.0.0.1/';

  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver[Symbol.asyncDispose]());

  const creating = async (client: Client, input: CreateWebhookInput) =>
    (await client.run(CreateWebhook, { input })).createWebhook;
  const updating = async (client: Client, input: UpdateWebhookInput) =>
    (await client.run(UpdateWebhook, { input })).updateWebhook;

  /** What each act on a webhook or a delivery comes to, whatever else is wrong with it. */
  const acting = async (client: Client, id: string) => [
    await updating(client, { id, url: NOT_ALLOWED, types: [], enabled: null }),
    (await client.run(DeleteWebhook, { id })).deleteWebhook,
    (await client.run(RotateWebhookSecret, { id })).rotateWebhookSecret,
    (await client.run(TestWebhook, { id })).testWebhook,
    (await client.run(ReplayWebhook, { id, since: SINCE })).replayWebhook,
    (await client.run(Redeliver, { deliveryId: id })).redeliver,
  ];

  test('scalars come before the token, and the token before the scope', async () => {
    const query = 'mutation ($url: URL!) { createWebhook(input: { url: $url }) { __typename } }';
    expect(await codesOf(query, WRONG_TOKEN, { url: 'ftp://here' })).toEqual(['BAD_USER_INPUT']);
    expect(await codesOf(query, WRONG_TOKEN, { url: NOT_ALLOWED })).toEqual(['UNAUTHENTICATED']);
  });

  test('the scope comes before the webhook and the input', async () => {
    const nobody = await clientOf(broker, PARTIES.sender, { scope: 'another:scope' });
    const missing = { __typename: 'AccessDeniedError', code: 'INSUFFICIENT_SCOPE' };
    const input = { url: NOT_ALLOWED, types: [], resourceIds: ['no-such-resource'] };
    expect(await creating(nobody, input)).toMatchObject(missing);
    for (const answer of await acting(nobody, NOBODYS)) expect(answer).toMatchObject(missing);
  });

  test('the webhook comes before the input and its state', async () => {
    const { sender, recipient } = await openScene();
    const { id } = await openWebhook(recipient, receiver);
    await updating(recipient, { id, enabled: false });
    for (const unseen of [id, NOBODYS]) {
      for (const answer of await acting(sender, unseen)) {
        expect(answer).toMatchObject({
          __typename: 'NotFoundError',
          code: expect.stringMatching(/^(WEBHOOK|DELIVERY)_NOT_FOUND$/),
        });
      }
    }
  });

  test('whether there is such a resource comes before the input', async () => {
    const { sender } = await openScene();
    const { id } = await createWebhook(sender, receiver);
    const wrong = { url: NOT_ALLOWED, types: [], resourceIds: ['no-such-resource'] };
    const missing = { __typename: 'NotFoundError', code: 'RESOURCE_NOT_FOUND' };
    expect(await creating(sender, wrong)).toMatchObject(missing);
    expect(await updating(sender, { id, ...wrong })).toMatchObject(missing);
  });

  test('the input comes before what a resource gives the caller, and that before the state', async () => {
    const client = await clientOf(broker, PARTIES.otherRecipient);
    const closed = await openResource(broker, { openTo: [] });
    const resourceIds = [closed.resourceId];
    const { id } = await createWebhook(client, receiver);
    for (let count = 1; count < 50; count += 1) await createWebhook(client, receiver);
    const wrong = { url: NOT_ALLOWED, resourceIds };
    const refused = { code: 'WEBHOOK_URL_NOT_ALLOWED' };
    expect(await creating(client, wrong)).toMatchObject(refused);
    expect(await updating(client, { id, ...wrong })).toMatchObject(refused);
    const { url } = receiver;
    const denied = { __typename: 'AccessDeniedError', code: 'NO_ACCESS_TO_RESOURCE' };
    expect(await creating(client, { url, resourceIds })).toMatchObject(denied);
    expect(await updating(client, { id, url, resourceIds })).toMatchObject(denied);
    const open = [(await openScene()).resourceId, closed.resourceId];
    expect(await creating(client, { url, resourceIds: open })).toMatchObject(denied);
    const unknown = [closed.resourceId, 'no-such-resource'];
    expect(await creating(client, { url, resourceIds: unknown })).toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
  });

  test('the input comes before the state: all problems of it', async () => {
    const client = await clientOf(broker, PARTIES.stranger);
    for (let count = 0; count < 50; count += 1) await createWebhook(client, receiver);
    const { url } = receiver;
    expect(await creating(client, { url })).toMatchObject({ code: 'TOO_MANY_WEBHOOKS' });
    const answer = await creating(client, { url: NOT_ALLOWED, types: [] });
    expect(answer).toMatchObject({
      code: 'WEBHOOK_URL_NOT_ALLOWED',
      problems: [{ field: 'url' }, { field: 'types', code: 'INVALID_INPUT' }],
    });
    const nowhere = { url, resourceIds: ['no-such-resource'] };
    expect(await creating(client, nowhere)).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });
});
