/**
 * Texts that nothing can have: with a NUL, which PostgreSQL does not take, or a lone surrogate, which no database keeps.
 * Each place where the schema takes text is named here with what it answers to them.
 */
import { isInputObjectType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeCursor } from '../../src/domain/keyset-cursor.ts';
import { schema } from '../../src/graphql/index.ts';
import { clientOf, initialize, openResource } from '../support/api.ts';
import { PARTIES, startTestBroker } from '../support/broker.ts';
import {
  type Asker,
  makeResource,
  makeTransfer,
  openRoom,
  party,
  pick,
  type Room,
  type Variables,
} from '../support/graphql-room.ts';
import { makeWebhook } from '../support/webhook-rows.ts';

const [OWNER, SENDER, FIRST] = [party(1), party(2), party(3)];

const TEXTS = [
  ['a NUL', 'a\0b'],
  ['nothing but a NUL', '\0'],
  ['a UUID and a NUL', '01990000-0000-7000-8000-000000000000\0'],
  ['a lone surrogate', 'a\ud800b'],
] as const;

/** What an answer comes to: nothing found, or the code in `errors` or of the union's member, and the field that it names. */
type Outcome = 'nothing' | 'something' | `${string} ${string}`;

interface Place {
  /** Answers under the name `it`; the text is its variable, unless there is an input. */
  readonly document: string;
  readonly input?: (text: string) => Variables;
  readonly outcome: Outcome;
}

const ERROR = '... on BrokerError { code } ... on ValidationError { field }';
const INVALID_CURSOR = 'INVALID_CURSOR null';

const asInitialize = (of: (text: string) => Variables, outcome: Outcome): Place => ({
  document: `mutation ($input: InitializeTransferInput!) {
    it: initializeTransfer(input: $input) { ... on Transfer { id } ${ERROR} }
  }`,
  input: (text) => ({
    resourceId: 'the-resource',
    fileName: 'a.txt',
    sender: SENDER,
    recipients: [FIRST],
    ...of(text),
  }),
  outcome,
});

const asFilter = (type: 'Transfer' | 'Event', of: (text: string) => Variables): Place => ({
  document: `query ($input: ${type}Filter) {
    it: ${type.toLowerCase()}s(filter: $input) { edges { node { id } } }
  }`,
  input: of,
  outcome: 'INVALID_INPUT null',
});

const asAccessChange = (name: string): Place => ({
  document: `mutation ($text: ID!) {
    it: ${name}(input: { resourceId: $text, parties: ["${FIRST}"], actions: [SEND] }) {
      ... on Resource { id } ${ERROR}
    }
  }`,
  outcome: 'RESOURCE_NOT_FOUND undefined',
});

const asTransferId = (name: string, argument: string, made: string): Place => ({
  document: `mutation ($text: ID!) {
    it: ${name}(${argument}: $text) { ... on ${made} { __typename } ... on BrokerError { code } }
  }`,
  outcome: 'TRANSFER_NOT_FOUND undefined',
});

/** The transfer that there is; its id comes in before a document is sent. */
const THE_TRANSFER = 'THE_TRANSFER';
/** The webhook that there is, likewise. */
const THE_WEBHOOK = 'THE_WEBHOOK';

const asWebhookId = (name: string, more = ''): Place => ({
  document: `mutation ($text: ID!) { it: ${name}(id: $text${more}) { ... on BrokerError { code } } }`,
  outcome: 'WEBHOOK_NOT_FOUND undefined',
});

const asWebhook = (
  name: 'create' | 'update',
  of: (text: string) => Variables,
  outcome: Outcome,
): Place => ({
  document: `mutation ($input: ${name === 'create' ? 'Create' : 'Update'}WebhookInput!) {
    it: ${name}Webhook(input: $input) { __typename ${ERROR} }
  }`,
  input: (text) => ({
    ...(name === 'create' ? { url: 'http://127.0.0.1/hook' } : { id: THE_WEBHOOK }),
    ...of(text),
  }),
  outcome,
});

const asCursor = (field: string, argument: string): Place => ({
  document: `query ($text: String) { ${field.replace('HERE', `${argument}: $text`)} }`,
  outcome: INVALID_CURSOR,
});

const PLACES: Readonly<Record<string, Place>> = {
  'Query.node(id)': {
    document: 'query ($text: ID!) { it: node(id: $text) { id } }',
    outcome: 'nothing',
  },
  'Query.resource(id)': {
    document: 'query ($text: ID!) { it: resource(id: $text) { id } }',
    outcome: 'nothing',
  },
  'Query.transfer(id)': {
    document: 'query ($text: ID!) { it: transfer(id: $text) { id } }',
    outcome: 'nothing',
  },
  'Query.resources(after)': asCursor('it: resources(HERE) { edges { cursor } }', 'after'),
  'Query.transfers(after)': asCursor('it: transfers(HERE) { edges { cursor } }', 'after'),
  'Query.events(after)': asCursor('it: events(HERE) { edges { cursor } }', 'after'),
  'Query.events(before)': asCursor('it: events(HERE) { edges { cursor } }', 'before'),
  'Transfer.events(after)': asCursor(
    `transfer(id: "${THE_TRANSFER}") { it: events(HERE) { edges { cursor } } }`,
    'after',
  ),
  'Transfer.events(before)': asCursor(
    `transfer(id: "${THE_TRANSFER}") { it: events(HERE) { edges { cursor } } }`,
    'before',
  ),
  'Query.webhook(id)': {
    document: 'query ($text: ID!) { it: webhook(id: $text) { id } }',
    outcome: 'nothing',
  },
  'Webhook.deliveries(after)': asCursor(
    `webhook(id: "${THE_WEBHOOK}") { it: deliveries(HERE) { edges { cursor } } }`,
    'after',
  ),
  'Resource.accessList(after)': asCursor(
    'resource(id: "the-resource") { it: accessList(HERE) { edges { cursor } } }',
    'after',
  ),
  'ServiceOwner.resources(after)': asCursor(
    `serviceOwner(party: "${OWNER}") { it: resources(HERE) { edges { cursor } } }`,
    'after',
  ),
  'Mutation.cancelTransfer(id)': asTransferId('cancelTransfer', 'id', 'Transfer'),
  'Mutation.createDownloadLink(transferId)': asTransferId(
    'createDownloadLink',
    'transferId',
    'TemporaryLink',
  ),
  'Mutation.confirmDownload(transferId)': asTransferId('confirmDownload', 'transferId', 'Transfer'),
  'Mutation.confirmDownload(sha256)': {
    document: `mutation ($text: String) {
      it: confirmDownload(transferId: "${THE_TRANSFER}", sha256: $text) { ${ERROR} }
    }`,
    outcome: 'INVALID_INPUT sha256',
  },
  'Mutation.updateViewerParty(name)': {
    document: `mutation ($text: String!) { it: updateViewerParty(name: $text) { ${ERROR} } }`,
    outcome: 'INVALID_INPUT name',
  },
  'RegisterServiceOwnerInput.name': {
    document: `mutation ($text: String!) { it: registerServiceOwner(input: { name: $text }) { ${ERROR} } }`,
    outcome: 'INVALID_INPUT name',
  },
  'ConfigureResourceInput.id': {
    document: `mutation ($text: ID!) { it: configureResource(input: { id: $text }) { ${ERROR} } }`,
    outcome: 'INVALID_INPUT id',
  },
  'ConfigureResourceInput.title': {
    document: `mutation ($text: String) {
      it: configureResource(input: { id: "the-resource", title: $text }) { ${ERROR} }
    }`,
    outcome: 'INVALID_INPUT title',
  },
  'ResourceAccessInput.resourceId': asAccessChange('grantResourceAccess'),
  'InitializeTransferInput.resourceId': asInitialize(
    (resourceId) => ({ resourceId }),
    'RESOURCE_NOT_FOUND undefined',
  ),
  'InitializeTransferInput.fileName': asInitialize(
    (fileName) => ({ fileName }),
    'INVALID_INPUT fileName',
  ),
  'InitializeTransferInput.sendersReference': asInitialize(
    (sendersReference) => ({ sendersReference }),
    'INVALID_INPUT sendersReference',
  ),
  'InitializeTransferInput.idempotencyKey': asInitialize(
    (idempotencyKey) => ({ idempotencyKey }),
    'INVALID_INPUT idempotencyKey',
  ),
  'PropertyInput.key': asInitialize(
    (key) => ({ properties: [{ key, value: 'b' }] }),
    'INVALID_INPUT properties.0.key',
  ),
  'PropertyInput.value': asInitialize(
    (value) => ({ properties: [{ key: 'a', value }] }),
    'INVALID_INPUT properties.0.value',
  ),
  'DigestInput.value': asInitialize(
    (value) => ({ expectedDigest: { algorithm: 'MD5', value } }),
    'INVALID_INPUT expectedDigest.value',
  ),
  'TransferFilter.resourceIds': asFilter('Transfer', (id) => ({ resourceIds: ['ok', id] })),
  'TransferFilter.sendersReference': asFilter('Transfer', (sendersReference) => ({
    sendersReference,
  })),
  'TransferFilter.fileNameStartsWith': asFilter('Transfer', (fileNameStartsWith) => ({
    fileNameStartsWith,
  })),
  'EventFilter.resourceIds': asFilter('Event', (id) => ({ resourceIds: [id] })),
  'EventFilter.transferId': asFilter('Event', (transferId) => ({ transferId })),
  'StatisticsFilter.resourceIds': {
    document: `query ($input: StatisticsFilter) { it: statistics(filter: $input) { rowCount } }`,
    input: (id) => ({ resourceIds: [id] }),
    outcome: 'INVALID_INPUT null',
  },
  'Mutation.deleteWebhook(id)': asWebhookId('deleteWebhook'),
  'Mutation.rotateWebhookSecret(id)': asWebhookId('rotateWebhookSecret'),
  'Mutation.testWebhook(id)': asWebhookId('testWebhook'),
  'Mutation.replayWebhook(id)': asWebhookId('replayWebhook', ', since: "2026-01-01T00:00:00Z"'),
  'Mutation.redeliver(deliveryId)': {
    document: `mutation ($text: ID!) {
      it: redeliver(deliveryId: $text) { ... on BrokerError { code } }
    }`,
    outcome: 'DELIVERY_NOT_FOUND undefined',
  },
  'CreateWebhookInput.resourceIds': asWebhook(
    'create',
    (id) => ({ resourceIds: ['the-resource', id] }),
    'INVALID_INPUT resourceIds.1',
  ),
  'UpdateWebhookInput.id': asWebhook(
    'update',
    (id) => ({ id, types: [] }),
    'WEBHOOK_NOT_FOUND undefined',
  ),
  'UpdateWebhookInput.resourceIds': asWebhook(
    'update',
    (id) => ({ resourceIds: [id] }),
    'INVALID_INPUT resourceIds.0',
  ),
};

/** Places that the names of arguments and input fields above do not tell apart. */
const MORE: Readonly<Record<string, Place>> = {
  'revokeResourceAccess.resourceId': asAccessChange('revokeResourceAccess'),
  'a key of TransferFilter.properties': asFilter('Transfer', (key) => ({
    properties: [{ key, value: 'b' }],
  })),
  'a resource of exported statistics': {
    document: `mutation ($input: StatisticsFilter) {
      it: exportStatistics(filter: $input, format: CSV) { __typename ${ERROR} }
    }`,
    input: (id) => ({ resourceIds: [id] }),
    outcome: 'INVALID_INPUT filter.resourceIds.0',
  },
  'a transfer of exported events': {
    document: `mutation ($input: EventFilter) { it: exportEvents(filter: $input) { __typename ${ERROR} } }`,
    input: (transferId) => ({ transferId }),
    outcome: 'INVALID_INPUT filter.transferId',
  },
  'a value of TransferFilter.properties': asFilter('Transfer', (value) => ({
    properties: [{ key: 'a', value }],
  })),
  // Encoded, they are texts like any other.
  'the path of a new webhook': asWebhook(
    'create',
    (path) => ({ url: `http://127.0.0.1/${path}` }),
    'something',
  ),
  'the query of a webhook': asWebhook(
    'update',
    (query) => ({ url: `http://127.0.0.1/?${query}` }),
    'something',
  ),
};

/** Every argument and input field of the schema that takes text. */
function listTextPlaces(): string[] {
  return Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => {
      if (isInputObjectType(type)) {
        return Object.values(type.getFields())
          .filter((field) => takesText(String(field.type)))
          .map(({ name }) => `${type.name}.${name}`);
      }
      if (!isObjectType(type)) return [];
      return Object.values(type.getFields()).flatMap((field) =>
        field.args
          .filter((argument) => takesText(String(argument.type)))
          .map(({ name }) => `${type.name}.${field.name}(${name})`),
      );
    });
}

function takesText(type: string): boolean {
  return /^\[?(?:ID|String)!?\]?!?$/.test(type);
}

/** Followed by a test of its own below. */
const STREAMS = ['Subscription.events(after)', 'Subscription.transfer(id)'];

test('each place of the schema that takes text is looked at', () => {
  expect(listTextPlaces().sort()).toEqual([...Object.keys(PLACES), ...STREAMS].sort());
});

let room: Room;
let transferId: string;
let webhookId: string;
beforeAll(async () => {
  room = await openRoom();
  await makeResource(room.as(OWNER));
  transferId = await makeTransfer(room.as(SENDER), [FIRST, OWNER, SENDER]);
  webhookId = await makeWebhook(room.as(SENDER));
});
afterAll(() => room[Symbol.asyncDispose]());

/** By somebody to whom everything but the text is allowed. */
async function answerTo(name: string, { document, input }: Place, text: string): Promise<Outcome> {
  const isOwners = /esourceAccess|ConfigureResource|accessList/.test(name);
  const asker: Asker = room.as(isOwners ? OWNER : SENDER);
  const variables = input === undefined ? { text } : { input: withWebhook(input(text)) };
  const { data, errors } = await asker.request(
    document.replace(THE_TRANSFER, transferId).replace(THE_WEBHOOK, webhookId),
    variables,
  );
  if (errors !== undefined) {
    return errors.map(({ extensions }) => `${extensions.code} null`).join() as Outcome;
  }
  const it = findIt(data);
  if (it === null) return 'nothing';
  const code = pick(it, 'code');
  return code === undefined ? 'something' : `${code} ${pick(it, 'field')}`;
}

function withWebhook(input: Variables): Variables {
  return input.id === THE_WEBHOOK ? { ...input, id: webhookId } : input;
}

function findIt(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) throw new Error('There is no "it".');
  return 'it' in data ? data.it : findIt(Object.values(data)[0]);
}

describe.each(Object.entries({ ...PLACES, ...MORE }))('%s', (name, place) => {
  test.each(TEXTS)('with %s', async (_, text) => {
    expect(await answerTo(name, place, text)).toBe(place.outcome);
  });
});

test.each([
  ['resources', 'resources(after: $after) { edges { cursor } }'],
  ['transfers:CREATED_AT:DESC', 'transfers(after: $after) { edges { cursor } }'],
  ['log', 'events(after: $after) { edges { cursor } }'],
  ['deliveries', 'webhook(id: "THE_WEBHOOK") { deliveries(after: $after) { edges { cursor } } }'],
  ['accessList', 'resource(id: "the-resource") { accessList(after: $after) { totalCount } }'],
])('a cursor of %s that someone made of such a text is none', async (list, field) => {
  const document = `query ($after: String) { ${field.replace(THE_WEBHOOK, webhookId)} }`;
  for (const [, text] of TEXTS) {
    for (const keys of [[text], [0, text], [text, 0], [2 ** 53, text]]) {
      const after = encodeCursor(list, keys);
      const asker = room.as(list === 'deliveries' ? SENDER : OWNER);
      expect(await asker.errorCodes(document, { after })).toEqual(['INVALID_CURSOR']);
    }
  }
});

test.each(TEXTS)('streams too say what is wrong with %s', async (_, text) => {
  const sender = room.as(SENDER);
  for (const [document, code] of [
    ['subscription ($text: ID!) { transfer(id: $text) { id } }', 'TRANSFER_NOT_FOUND'],
    ['subscription ($text: String) { events(after: $text) { cursor } }', 'INVALID_CURSOR'],
    [
      'subscription ($text: ID) { events(filter: { transferId: $text }) { cursor } }',
      'INVALID_INPUT',
    ],
    [
      'subscription ($text: ID!) { events(filter: { resourceIds: [$text] }) { cursor } }',
      'INVALID_INPUT',
    ],
  ] as const) {
    await expect(sender.follow(document, { text })).rejects.toMatchObject({
      errors: [{ extensions: { code } }],
    });
  }
});

test('the HTTP doors find nothing under such ids, and read no such link or metadata', async () => {
  await using broker = await startTestBroker();
  const scene = await openResource(broker);
  const { id, uploadUrl, fileUrl } = await initialize(scene);
  const { authorization } = await clientOf(broker, PARTIES.recipient);
  for (const wrong of ['%00', `${id}%00`, '%ED%A0%80', `${id.slice(0, -1)}%00`]) {
    for (const [method, path, owner] of [
      ['HEAD', 'uploads', scene.sender.authorization],
      ['POST', 'uploads', scene.sender.authorization],
      ['PUT', 'uploads', scene.sender.authorization],
      ['GET', 'files', authorization],
    ] as const) {
      const { status } = await fetch(`${broker.url}/${path}/${wrong}`, {
        method,
        headers: { ...owner, 'Tus-Resumable': '1.0.0', 'Upload-Length': '1' },
      });
      expect(`${method} ${wrong} ${status}`).toBe(`${method} ${wrong} 404`);
    }
  }
  for (const link of ['%00', 'a.b.%00', '%ED%A0%80']) {
    const response = await fetch(`${fileUrl}?link=${link}`);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: 'LINK_INVALID' });
  }
  // A value that decodes to a NUL is kept as it came.
  const metadata = `filename ${Buffer.from('a\0b').toString('base64')}`;
  const headers = { ...scene.sender.authorization, 'Tus-Resumable': '1.0.0' };
  const created = await fetch(uploadUrl, {
    method: 'POST',
    headers: { ...headers, 'Upload-Length': '1', 'Upload-Metadata': metadata },
  });
  expect(created.status).toBe(201);
  const head = await fetch(uploadUrl, { method: 'HEAD', headers });
  expect(head.headers.get('upload-metadata')).toBe(metadata);
});
