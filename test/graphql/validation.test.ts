/** What inputs may hold: each rule at its edge, by the path of the field, and everything that is wrong at once. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf, initialize, openResource, publish, send } from '../support/api.ts';
import { PARTIES, startTestBroker } from '../support/broker.ts';
import type { InitializeTransferInput } from '../support/graphql/graphql.ts';
import {
  makeResource,
  makeTransfer,
  openRoom,
  party,
  pick,
  type Room,
  type Variables,
} from '../support/graphql-room.ts';
import { InitializeTransfer } from '../support/operations.ts';

const [OWNER, SENDER, FIRST] = [party(1), party(2), party(3)];
/** One character in three bytes of UTF-8, and one in two units of UTF-16. */
const [EURO, EMOJI] = ['€', '😀'];

let room: Room;
beforeAll(async () => {
  room = await openRoom();
  await makeResource(room.as(OWNER));
});
afterAll(() => room[Symbol.asyncDispose]());

const PROBLEMS = '... on BrokerError { code } ... on ValidationError { problems { field code } }';

const INITIALIZE = `mutation ($input: InitializeTransferInput!) {
  it: initializeTransfer(input: $input) {
    ... on Transfer { fileName sendersReference properties { key value } recipients { party { id } } }
    ${PROBLEMS}
  }
}`;

/** What is wrong, as `field code`; nothing where the mutation did what it was asked. */
async function wrong(who: string, document: string, variables: Variables): Promise<unknown[]> {
  const data = await room.as(who === 'owner' ? OWNER : SENDER).ask(document, variables);
  const problems = pick(data, 'it.problems');
  if (problems === undefined) {
    expect(pick(data, 'it.code')).toBeUndefined();
    return [];
  }
  if (!Array.isArray(problems)) throw new Error('These are no problems.');
  expect(pick(problems[0], 'code')).toBe(pick(data, 'it.code'));
  return problems.map(({ field, code }) => (code === 'INVALID_INPUT' ? field : `${field} ${code}`));
}

const initializing = (input: Variables) =>
  wrong('sender', INITIALIZE, {
    input: {
      resourceId: 'the-resource',
      fileName: 'a.txt',
      sender: SENDER,
      recipients: [FIRST],
      ...input,
    },
  });

const properties = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: '' }));
const parties = (count: number) => Array.from({ length: count }, (_, index) => party(1000 + index));
const urn = (id: string) => id.replace('0192', 'urn:altinn:organization:identifier-no');
const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';
const digest = (algorithm: string, value: string) => ({ expectedDigest: { algorithm, value } });

describe('initializeTransfer takes', () => {
  test.each<[string, Variables]>([
    ['a name of one character', { fileName: 'a' }],
    ['a name of 255 characters, however long they are', { fileName: EMOJI.repeat(255) }],
    ['a name whose letters become one in NFC', { fileName: 'e\u0301'.repeat(255) }],
    ['a name with spaces and quotes', { fileName: ` "it's" (a) <b> & c?.txt` }],
    ['a name that begins like a reserved one', { fileName: 'console.log' }],
    ['a reference of one character', { sendersReference: '0' }],
    ['a reference of 4096 characters', { sendersReference: EURO.repeat(4096) }],
    ['no reference', { sendersReference: null }],
    ['ten properties', { properties: properties(10) }],
    ['no properties, in either way', { properties: [] }],
    ['null for properties', { properties: null }],
    ['a key of 50 characters', { properties: [{ key: EMOJI.repeat(50), value: 'a' }] }],
    ['a value of 3000 characters', { properties: [{ key: 'a', value: EURO.repeat(3000) }] }],
    ['keys that differ in case', { properties: ['a', 'A'].map((key) => ({ key, value: '' })) }],
    ['an MD5 in capitals', digest('MD5', MD5.toUpperCase())],
    ['a SHA-256', digest('SHA256', MD5 + MD5)],
    ['no digest', { expectedDigest: null }],
    ['a key of 255 characters', { idempotencyKey: EMOJI.repeat(255) }],
    ['a thousand recipients', { recipients: parties(1000) }],
    ['a recipient in its second form', { recipients: [urn(FIRST)] }],
    ['a sender in its second form', { sender: urn(SENDER) }],
  ])('%s', async (_, input) => {
    expect(await initializing(input)).toEqual([]);
  });
});

describe('initializeTransfer refuses', () => {
  const name = (fileName: string): [Variables, string[]] => [{ fileName }, ['fileName']];
  const property = (key: string, value: string, field: string): [Variables, string[]] => [
    { properties: [{ key, value }] },
    [`properties.0.${field}`],
  ];
  test.each<[string, Variables, readonly string[]]>([
    ['no name', ...name('')],
    ['a name of 256 characters', ...name('a'.repeat(256))],
    ['a name that NFC makes longer than that', ...name('\ufb2c'.repeat(128))],
    ['a slash', ...name('a/b')],
    ['a backslash', ...name('a\\b')],
    ['this folder', ...name('.')],
    ['the folder above', ...name('..')],
    ['a dot at the end', ...name('a.txt.')],
    ['a line break', ...name('a\r\nb')],
    ['an escape', ...name('a\u001b[31m')],
    ['a delete', ...name('a\u007f')],
    ['a control character of Latin-1', ...name('a\u009f')],
    ['an override of direction', ...name('a\u202efdp.exe')],
    ['a device', ...name('NUL')],
    ['a device with an extension', ...name('com1.tar.gz')],
    ['a device with a space', ...name('aux .txt')],
    ['half a character', ...name('a\udc00')],
    ['an empty reference', { sendersReference: '' }, ['sendersReference']],
    ['a reference of 4097', { sendersReference: 'a'.repeat(4097) }, ['sendersReference']],
    ['eleven properties', { properties: properties(11) }, ['properties']],
    ['an empty key', ...property('', 'a', 'key')],
    ['a key of 51 characters', ...property('a'.repeat(51), 'a', 'key')],
    ['a value of 3001 characters', ...property('a', 'a'.repeat(3001), 'value')],
    [
      'a key twice, also in two ways of writing it',
      { properties: ['é', 'b', 'e\u0301'].map((key) => ({ key, value: '' })) },
      ['properties.2.key'],
    ],
    ['an MD5 of 31 digits', digest('MD5', MD5.slice(1)), ['expectedDigest.value']],
    ['an MD5 with other letters', digest('MD5', `${MD5.slice(1)}g`), ['expectedDigest.value']],
    ['a SHA-256 for an MD5', digest('MD5', MD5 + MD5), ['expectedDigest.value']],
    ['an MD5 for a SHA-256', digest('SHA256', MD5), ['expectedDigest.value']],
    ['digits of another script', digest('MD5', '١'.repeat(32)), ['expectedDigest.value']],
    ['an empty key of idempotency', { idempotencyKey: '' }, ['idempotencyKey']],
    ['one of 256 characters', { idempotencyKey: 'a'.repeat(256) }, ['idempotencyKey']],
    ['no recipients', { recipients: [] }, ['recipients']],
    ['a thousand and one recipients', { recipients: parties(1001) }, ['recipients']],
    [
      'a recipient twice, also in its two forms',
      { recipients: [FIRST, party(8), urn(FIRST), urn(party(8)), FIRST] },
      ['recipients.2', 'recipients.3', 'recipients.4'],
    ],
  ])('%s', async (_, input, fields) => {
    expect(await initializing(input)).toEqual(fields);
  });

  test('everything at once, in the order of the input, and a hundred problems at most', async () => {
    const faults = {
      idempotencyKey: '',
      ...digest('MD5', 'no'),
      properties: [{ key: '', value: 'a'.repeat(3001) }, ...properties(10)],
      sendersReference: '',
      fileName: '',
    };
    const told = [
      'sendersReference',
      'properties',
      'properties.0.key',
      'properties.0.value',
      'expectedDigest.value',
      'idempotencyKey',
    ];
    expect(await initializing({ ...faults, recipients: [] })).toEqual([
      'fileName',
      'recipients',
      ...told,
    ]);
    const recipients = Array.from({ length: 500 }, () => FIRST);
    expect(await initializing({ ...faults, recipients })).toEqual([
      'fileName',
      ...Array.from({ length: 99 }, (_, index) => `recipients.${index + 1}`),
    ]);
  });
});

test('texts are kept in NFC, and found whichever way they are written', async () => {
  const decomposed = 'Årsme\u0301lding.pdf'.normalize('NFD');
  const composed = decomposed.normalize('NFC');
  expect(composed).not.toBe(decomposed);
  const input = {
    resourceId: 'the-resource',
    fileName: decomposed,
    sender: SENDER,
    recipients: [FIRST],
    sendersReference: decomposed,
    properties: [{ key: decomposed, value: decomposed }],
    idempotencyKey: decomposed,
  };
  const made = {
    it: {
      fileName: composed,
      sendersReference: composed,
      properties: [{ key: composed, value: composed }],
      recipients: [{ party: { id: FIRST } }],
    },
  };
  const sender = room.as(SENDER);
  expect(await sender.ask(INITIALIZE, { input })).toEqual(made);
  // The same key of idempotency, and the same input: no second transfer.
  const again = { ...input, fileName: composed, idempotencyKey: composed };
  expect(await sender.ask(INITIALIZE, { input: again })).toEqual(made);
  for (const text of [decomposed, composed]) {
    for (const filter of [
      { sendersReference: text },
      { fileNameStartsWith: text.slice(0, -4).toUpperCase() },
      { properties: [{ key: text, value: text }] },
    ]) {
      const found = await sender.ask(
        'query ($filter: TransferFilter) { transfers(filter: $filter) { totalCount } }',
        { filter },
      );
      expect(found).toEqual({ transfers: { totalCount: 1 } });
    }
  }
});

describe('the other mutations', () => {
  const CONFIGURE = `mutation ($input: ConfigureResourceInput!) {
    it: configureResource(input: $input) { ... on Resource { id title } ${PROBLEMS} }
  }`;
  const configuring = (input: Variables) =>
    wrong('owner', CONFIGURE, { input: { id: 'another', ...input } });

  test.each<[string, Variables]>([
    ['an id of 4 characters', { id: 'a-_9' }],
    ['an id of 255 characters', { id: 'a'.repeat(255) }],
    ['an id that is nearly a UUID', { id: '01990000-0000-7000-8000-00000000000' }],
    ['a title of 255 characters', { title: EMOJI.repeat(255) }],
    ['the smallest size', { maxTransferSize: 1 }],
    ['the largest size', { maxTransferSize: 1_677_721_600_000 }],
    ['a year', { transferTimeToLive: 'P365D' }],
    ['an instant', { transferTimeToLive: 'PT0.002S', expiryReminder: 'PT0.001S' }],
    ['no grace', { purgeGracePeriod: 'PT0S' }],
    ['a day of grace', { purgeGracePeriod: 'P1D' }],
    ['half the time to live', { transferTimeToLive: 'P10D', expiryReminder: 'P5D' }],
    ['no reminder', { expiryReminder: null }],
    ['nobody', { openTo: [] }],
    ['one thing twice', { openTo: ['SEND', 'SEND'] }],
  ])('configureResource takes %s', async (_, input) => {
    expect(await configuring(input)).toEqual([]);
  });

  test.each<[string, Variables, readonly string[]]>([
    ['an id of 3 characters', { id: 'abc' }, ['id']],
    ['an id of 256 characters', { id: 'a'.repeat(256) }, ['id']],
    ['an id with a capital', { id: 'Reports' }, ['id']],
    ['an id with a dot', { id: 'a.b.c' }, ['id']],
    ['an id with a letter beyond ASCII', { id: 'skjønn' }, ['id']],
    ['an id with a line break at its end', { id: 'reports\n' }, ['id']],
    ['an id shaped like a UUID', { id: '01990000-0000-7000-8000-000000000000' }, ['id']],
    ['an id shaped like a party', { id: '0192:991825827' }, ['id']],
    ['no title', { title: '' }, ['title']],
    ['a title of 256 characters', { title: 'a'.repeat(256) }, ['title']],
    ['a size of nothing', { maxTransferSize: 0 }, ['maxTransferSize INVALID_MAX_TRANSFER_SIZE']],
    [
      'a byte too much',
      { maxTransferSize: 1_677_721_600_001 },
      ['maxTransferSize INVALID_MAX_TRANSFER_SIZE'],
    ],
    [
      'the largest number',
      { maxTransferSize: Number.MAX_SAFE_INTEGER },
      ['maxTransferSize INVALID_MAX_TRANSFER_SIZE'],
    ],
    ['no time', { transferTimeToLive: 'PT0S' }, ['transferTimeToLive INVALID_TIME_TO_LIVE']],
    [
      'more than a year',
      { transferTimeToLive: 'P365DT0.001S' },
      ['transferTimeToLive INVALID_TIME_TO_LIVE'],
    ],
    [
      'more than all time',
      { transferTimeToLive: 'P999999999W' },
      ['transferTimeToLive INVALID_TIME_TO_LIVE'],
    ],
    [
      'more than a day of grace',
      { purgeGracePeriod: 'PT24H0.001S' },
      ['purgeGracePeriod INVALID_GRACE_PERIOD'],
    ],
    [
      'a reminder at the end',
      { expiryReminder: 'PT0S' },
      ['expiryReminder INVALID_EXPIRY_REMINDER'],
    ],
    [
      'a reminder before half the time',
      { transferTimeToLive: 'P10D', expiryReminder: 'P5DT1S' },
      ['expiryReminder INVALID_EXPIRY_REMINDER'],
    ],
  ])('configureResource refuses %s', async (_, input, fields) => {
    expect(await configuring(input)).toEqual(fields);
  });

  test('configureResource refuses null where nothing can be cleared, each by its field', async () => {
    const fields = [
      'maxTransferSize',
      'transferTimeToLive',
      'purgeAfterAllConfirmed',
      'purgeGracePeriod',
      'virusScan',
      'computeMd5',
      'openTo',
    ];
    const nulls = Object.fromEntries(fields.map((field) => [field, null]));
    expect(await configuring({ id: 'A', title: '', ...nulls })).toEqual(['id', 'title', ...fields]);
  });

  test.each([
    ['registerServiceOwner', 'registerServiceOwner(input: { name: $name })'],
    ['updateViewerParty', 'updateViewerParty(name: $name)'],
  ])('%s takes a name of 1 to 255 characters', async (_, field) => {
    const document = `mutation ($name: String!) { it: ${field} { __typename ${PROBLEMS} } }`;
    expect(await wrong('sender', document, { name: '' })).toEqual(['name']);
    expect(await wrong('sender', document, { name: 'a'.repeat(256) })).toEqual(['name']);
    expect(await wrong('sender', document, { name: EMOJI.repeat(255) })).toEqual([]);
  });

  test.each(['grantResourceAccess', 'revokeResourceAccess'])(
    '%s takes 1 to 1000 parties and at least one action',
    async (name) => {
      const document = `mutation ($input: ResourceAccessInput!) {
        it: ${name}(input: $input) { ... on Resource { id } ${PROBLEMS} }
      }`;
      const input = { resourceId: 'the-resource', parties: parties(1000), actions: ['SEND'] };
      expect(await wrong('owner', document, { input })).toEqual([]);
      const twice = { ...input, parties: [FIRST, urn(FIRST)] };
      expect(await wrong('owner', document, { input: twice })).toEqual([]);
      const tooMany = { ...input, parties: parties(1001), actions: [] };
      expect(await wrong('owner', document, { input: tooMany })).toEqual(['parties', 'actions']);
      const none = { ...input, parties: [], actions: [] };
      expect(await wrong('owner', document, { input: none })).toEqual(['parties', 'actions']);
    },
  );

  test.each(['', 'a'.repeat(63), 'a'.repeat(65), 'g'.repeat(64), `${'a'.repeat(63)}\n`])(
    'confirmDownload does not compare with %j',
    async (sha256) => {
      const id = await makeTransfer(room.as(OWNER), [SENDER]);
      const document = `mutation ($id: ID!, $sha256: String) {
        it: confirmDownload(transferId: $id, sha256: $sha256) { ... on Transfer { id } ${PROBLEMS} }
      }`;
      expect(await wrong('sender', document, { id, sha256 })).toEqual(['sha256']);
    },
  );
});

describe('a webhook', () => {
  const HOST = 'http://127.0.0.1/';
  const many = (count: number) => Array.from({ length: count }, (_, index) => `resource-${index}`);
  const hooking = (input: Variables) =>
    wrong(
      'sender',
      `mutation ($input: CreateWebhookInput!) {
        it: createWebhook(input: $input) { __typename ${PROBLEMS} }
      }`,
      { input: { url: HOST, ...input } },
    );

  test.each<[string, Variables]>([
    ['a URL of 2000 characters', { url: HOST.padEnd(2000, 'a') }],
    ['a query', { url: `${HOST}?a=b&c=%20` }],
    ['letters that a URL has to encode', { url: `${HOST}æøå` }],
    ['every type', { types: null }],
    ['one thing twice', { types: ['PUBLISHED', 'PUBLISHED'] }],
    ['a resource twice', { resourceIds: ['the-resource', 'the-resource'] }],
    ['every resource', { resourceIds: null }],
    ['every role', { role: null }],
    ['a role', { role: 'SERVICE_OWNER' }],
    [
      'what never concerns a recipient beside what does',
      {
        role: 'RECIPIENT',
        types: ['ALL_CONFIRMED_DOWNLOADED', 'PUBLISHED'],
      },
    ],
    [
      'what never concerns a recipient, where it wants all of them',
      {
        role: 'RECIPIENT',
        audience: 'ALL',
        types: ['ALL_CONFIRMED_DOWNLOADED'],
      },
    ],
  ])('takes %s', async (_, input) => {
    expect(await hooking(input)).toEqual([]);
  });

  test.each<[string, Variables, readonly string[]]>([
    ['a URL of 2001 characters', { url: HOST.padEnd(2001, 'a') }, ['url WEBHOOK_URL_NOT_ALLOWED']],
    [
      'a URL that is longer once it is encoded',
      { url: HOST.padEnd(1000, 'ø') },
      ['url WEBHOOK_URL_NOT_ALLOWED'],
    ],
    ['a fragment', { url: `${HOST}#` }, ['url WEBHOOK_URL_NOT_ALLOWED']],
    ['no types', { types: [] }, ['types']],
    ['a thousand and one types', { types: many(1001).map(() => 'PUBLISHED') }, ['types']],
    ['no resources', { resourceIds: [] }, ['resourceIds']],
    ['a thousand and one resources', { resourceIds: many(1001) }, ['resourceIds']],
    [
      'what never concerns a recipient',
      {
        role: 'RECIPIENT',
        types: ['ALL_CONFIRMED_DOWNLOADED'],
      },
      ['types'],
    ],
  ])('does not take %s', async (_, input, fields) => {
    expect(await hooking(input)).toEqual(fields);
  });

  test('takes a thousand resources', async () => {
    const ids = many(1000);
    for (const id of ids) await makeResource(room.as(OWNER), { id });
    expect(await hooking({ resourceIds: ids })).toEqual([]);
  });

  test('takes nothing but an object', async () => {
    const document =
      'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { __typename } }';
    for (const input of [
      null,
      {},
      { url: null },
      { url: HOST, audience: null },
      { url: HOST, types: ['NOTHING'] },
      { url: HOST, role: 'NOBODY' },
      { url: HOST, secret: 'whsec_mine' },
    ]) {
      expect(await room.as(SENDER).errorCodes(document, { input })).toHaveLength(1);
    }
  });
});

describe('a list in a filter or an argument', () => {
  const many = (value: string) => Array.from({ length: 1001 }, () => value);
  test.each<[string, readonly string[], string]>([
    [
      'query ($v: [ID!]) { transfers(filter: { resourceIds: $v }) { totalCount } }',
      many('abcd'),
      'filter.resourceIds',
    ],
    [
      'query ($v: [TransferStatus!]) { transfers(filter: { statuses: $v }) { totalCount } }',
      many('FAILED'),
      'filter.statuses',
    ],
    [
      'query ($v: [RecipientStatus!]) { transfers(filter: { recipientStatuses: $v }) { totalCount } }',
      many('INITIALIZED'),
      'filter.recipientStatuses',
    ],
    [
      'query ($v: [RecipientStatus!]) { transfers(filter: { viewerRecipientStatuses: $v }) { totalCount } }',
      many('INITIALIZED'),
      'filter.viewerRecipientStatuses',
    ],
    [
      'query ($v: [EventType!]) { events(filter: { types: $v }) { pageInfo { endCursor } } }',
      many('PUBLISHED'),
      'filter.types',
    ],
    [
      'query ($v: [ID!]) { events(filter: { resourceIds: $v }) { pageInfo { endCursor } } }',
      many('abcd'),
      'filter.resourceIds',
    ],
    [
      'query ($v: [PartyId!]) { resource(id: "the-resource") { accessList(parties: $v) { totalCount } } }',
      many(FIRST),
      'parties',
    ],
    [
      'query ($v: [RecipientStatus!]) { transfers(first: 1) { edges { node { recipients(statuses: $v) { id } } } } }',
      many('INITIALIZED'),
      'statuses',
    ],
  ])('%s has 1 to 1000 values', async (document, tooMany, field) => {
    await makeTransfer(room.as(SENDER), [FIRST]);
    const owner = room.as(OWNER);
    for (const [v, message] of [
      [[], `${field} is empty; leave it out to filter nothing.`],
      [tooMany, `${field} has 1001 entries; it may have at most 1000.`],
    ]) {
      const { errors } = await owner.request(document, { v });
      expect(errors).toMatchObject([{ message, extensions: { code: 'INVALID_INPUT' } }]);
    }
    expect(await owner.errorCodes(document, { v: null })).toEqual([]);
  });

  test('names at most ten properties, for no transfer has more', async () => {
    const document =
      'query ($v: [PropertyInput!]) { transfers(filter: { properties: $v }) { totalCount } }';
    const { errors } = await room.as(SENDER).request(document, { v: properties(11) });
    expect(errors).toMatchObject([
      { message: expect.stringContaining('filter.properties has 11 entries') },
    ]);
  });
});

test('what a scalar or an enum refuses names the path of the variable and the rule', async () => {
  await using broker = await startTestBroker();
  const { resourceId, sender } = await openResource(broker);
  const input = {
    resourceId,
    fileName: 'a.txt',
    sender: sender.party,
    recipients: [PARTIES.recipient, '0192:12', 'urn:altinn:person:identifier-no:01017012345'],
    expectedDigest: { algorithm: 'SHA1', value: '' },
    properties: [{ key: 'a' }],
    skipVirusScan: null,
    unknown: 1,
  } as unknown as InitializeTransferInput;
  const { data, errors = [] } = await send(broker, sender.token, InitializeTransfer, { input });
  expect(data).toBeUndefined();
  const told = errors.map(({ extensions, message }) => [
    extensions?.code,
    [extensions?.path].flat().join('.'),
    message,
  ]);
  const rule = expect.stringContaining('is not 0192:NNNNNNNNN or urn:altinn:organization:');
  const expected: [string, unknown][] = [
    ['input.recipients.1', rule],
    ['input.recipients.2', rule],
    ['input.properties.0', expect.stringContaining('"value" of required type "String!"')],
    ['input.expectedDigest.algorithm', expect.stringContaining('"SHA1"')],
    ['input.skipVirusScan', expect.stringContaining('"Boolean!" not to be null')],
    ['input', expect.stringContaining('"unknown"')],
  ];
  expect(told.sort()).toEqual(
    expected.map(([path, message]) => ['BAD_USER_INPUT', path, message]).sort(),
  );
});

test('a file keeps its name up to the download, composed and whole', async () => {
  await using broker = await startTestBroker();
  const scene = await openResource(broker);
  for (const name of [
    'plain.pdf',
    'Årsmelding «2026» – ny.pdf'.normalize('NFD'),
    '報告書 😀 “final”.tar.gz',
    `it's (a) * 100%25; filename=b.txt`,
    EMOJI.repeat(255),
  ]) {
    const { fileUrl } = await publish(scene, randomBytes(3), { fileName: name });
    const { headers, status } = await fetch(fileUrl, { headers: scene.recipient.authorization });
    expect(status).toBe(200);
    const disposition = headers.get('content-disposition') ?? '';
    const [, extended = ''] = /; filename\*=UTF-8''(\S+)$/.exec(disposition) ?? [];
    expect(decodeURIComponent(extended)).toBe(name.normalize('NFC'));
    expect(disposition).toMatch(/^attachment; filename="[ -!#-[\]-~]+"; filename\*=/);
  }
});

test('numbers that no column holds are refused before they come near one', async () => {
  await using broker = await startTestBroker();
  const scene = await openResource(broker);
  const { uploadUrl } = await initialize(scene);
  const { authorization } = await clientOf(broker, PARTIES.sender);
  for (const length of ['9007199254740992', '9223372036854775808', '1e3', '-1', '١']) {
    const { status } = await fetch(uploadUrl, {
      method: 'POST',
      headers: {
        ...authorization,
        'Tus-Resumable': '1.0.0',
        'Upload-Length': Buffer.from(length).toString('latin1'),
      },
    });
    expect(status).toBe(400);
  }
  const ask = async (literals: string) => {
    const response = await fetch(`${broker.url}/graphql`, {
      method: 'POST',
      headers: { ...authorization, 'Content-Type': 'application/json' },
      body: `{"query":"query ($first: Int) { transfers(first: $first) { totalCount } }","variables":${literals}}`,
    });
    const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
    return errors?.map(({ extensions }) => extensions.code);
  };
  expect(await ask('{"first":2147483648}')).toEqual(['BAD_USER_INPUT']);
  expect(await ask('{"first":1e400}')).toEqual(['BAD_USER_INPUT']);
  expect(await ask('{"first":1.5}')).toEqual(['BAD_USER_INPUT']);
  expect(await ask('{"first":2147483647}')).toEqual(['INVALID_INPUT']);
  expect(await ask('{"first":-2147483648}')).toEqual(['INVALID_INPUT']);
});
