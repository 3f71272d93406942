import { expect, test } from 'vitest';
import { makeResource, makeTransfer, openRoom, party, pickText } from '../support/graphql-room.ts';

const [OWNER, SENDER, FIRST, SECOND] = [party(1), party(2), party(3), party(4)];

const INITIALIZE = `mutation ($input: InitializeTransferInput!) {
  initializeTransfer(input: $input) {
    __typename
    ... on Transfer {
      id fileName sendersReference status statusText failure createdAt statusChangedAt publishedAt
      expiresAt fileDeletedAt size
      resource { id }
      sender { id }
      recipients { party { id } status statusChangedAt downloadStartedAt confirmedAt }
      recipientCounts { total initialized downloadStarted confirmed }
      properties { key value }
      digests { sha256 }
      expectedDigest { algorithm value }
      virusScan { status scannedAt finding }
      upload { id url offset length expiresAt }
      viewerRoles
      viewerRecipient { id }
      events { edges { node { type } } }
    }
    ... on BrokerError { code message }
    ... on ValidationError { field problems { field code } }
  }
}`;

const INPUT = {
  resourceId: 'the-resource',
  fileName: 'Årsrapport.pdf',
  sender: SENDER,
  recipients: [SECOND, FIRST],
};

test('a transfer is what its sender said, and tells where the file goes', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER));
  const value = 'ABCDEF0123456789ABCDEF0123456789';
  const made = await room.as(SENDER).ask(INITIALIZE, {
    input: {
      ...INPUT,
      sendersReference: 'ref-1',
      properties: [
        { key: 'kind', value: 'report' },
        { key: 'year', value: '2025' },
      ],
      expectedDigest: { algorithm: 'MD5', value },
    },
  });
  const id = pickText(made, 'initializeTransfer.id');
  const now = '2026-01-01T00:00:00.000Z';
  const recipient = {
    status: 'INITIALIZED',
    statusChangedAt: now,
    downloadStartedAt: null,
    confirmedAt: null,
  };
  expect(made).toEqual({
    initializeTransfer: {
      __typename: 'Transfer',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      fileName: 'Årsrapport.pdf',
      sendersReference: 'ref-1',
      status: 'INITIALIZED',
      statusText: 'The transfer is ready for the upload of its file.',
      failure: null,
      createdAt: now,
      statusChangedAt: now,
      publishedAt: null,
      expiresAt: '2026-01-31T00:00:00.000Z',
      fileDeletedAt: null,
      size: null,
      resource: { id: 'the-resource' },
      sender: { id: SENDER },
      recipients: [
        { party: { id: SECOND }, ...recipient },
        { party: { id: FIRST }, ...recipient },
      ],
      recipientCounts: { total: 2, initialized: 2, downloadStarted: 0, confirmed: 0 },
      properties: [
        { key: 'kind', value: 'report' },
        { key: 'year', value: '2025' },
      ],
      digests: null,
      expectedDigest: { algorithm: 'MD5', value: value.toLowerCase() },
      virusScan: { status: 'SKIPPED', scannedAt: null, finding: null },
      upload: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        url: `https://broker.example/api/uploads/${id}`,
        offset: 0,
        length: null,
        expiresAt: null,
      },
      viewerRoles: ['SENDER'],
      viewerRecipient: null,
      events: { edges: [{ node: { type: 'FILE_TRANSFER_INITIALIZED' } }] },
    },
  });
});

test('everything that is wrong with the input is told at once, by its path', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER));
  const input = {
    ...INPUT,
    fileName: '../etc/passwd',
    recipients: [FIRST, FIRST],
    sendersReference: '',
    properties: [
      { key: 'a', value: '' },
      { key: 'a', value: 'b' },
    ],
    expectedDigest: { algorithm: 'SHA256', value: 'abc' },
  };
  expect(await room.as(SENDER).ask(INITIALIZE, { input })).toEqual({
    initializeTransfer: {
      __typename: 'ValidationError',
      code: 'INVALID_INPUT',
      message: 'fileName "../etc/passwd" has a path separator; give the name alone.',
      field: 'fileName',
      problems: [
        { field: 'fileName', code: 'INVALID_INPUT' },
        { field: 'recipients.1', code: 'INVALID_INPUT' },
        { field: 'sendersReference', code: 'INVALID_INPUT' },
        { field: 'properties.1.key', code: 'INVALID_INPUT' },
        { field: 'expectedDigest.value', code: 'INVALID_INPUT' },
      ],
    },
  });
});

test('every recipient that is not on the access list is named', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER), { openTo: ['SEND'] });
  const input = { ...INPUT, recipients: [FIRST, OWNER, SECOND] };
  expect(await room.as(SENDER).ask(INITIALIZE, { input })).toMatchObject({
    initializeTransfer: {
      code: 'RECIPIENT_NOT_IN_ACCESS_LIST',
      field: 'recipients.0',
      problems: [{ field: 'recipients.0' }, { field: 'recipients.2' }],
    },
  });
});

test.each([
  ['another sender', { sender: FIRST }, 'AccessDeniedError', 'NOT_THE_SENDER'],
  ['a resource that is not there', { resourceId: 'none' }, 'NotFoundError', 'RESOURCE_NOT_FOUND'],
  ['a skipped scan', { skipVirusScan: true }, 'ValidationError', 'VIRUS_SCAN_REQUIRED'],
  ['a missing scanner', {}, 'ConflictError', 'SCANNER_NOT_AVAILABLE'],
])('%s is told as its own kind of error', async (_, change, member, code) => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER), { virusScan: 'REQUIRED' });
  const made = await room.as(SENDER).ask(INITIALIZE, { input: { ...INPUT, ...change } });
  expect(made).toMatchObject({ initializeTransfer: { __typename: member, code } });
});

test('initializing needs the scope altinn:broker.write and the right to send', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER), { openTo: ['RECEIVE'] });
  const reader = room.as(SENDER, { scopes: ['altinn:broker.read'] });
  expect(await reader.ask(INITIALIZE, { input: INPUT })).toMatchObject({
    initializeTransfer: { __typename: 'AccessDeniedError', code: 'INSUFFICIENT_SCOPE' },
  });
  expect(await room.as(SENDER).ask(INITIALIZE, { input: INPUT })).toMatchObject({
    initializeTransfer: { __typename: 'AccessDeniedError', code: 'NO_ACCESS_TO_RESOURCE' },
  });
});

test('an idempotency key answers the transfer that it made, and refuses another input', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER));
  const sender = room.as(SENDER);
  const id = await makeTransfer(sender, [FIRST], { idempotencyKey: 'key' });
  expect(await makeTransfer(sender, [FIRST], { idempotencyKey: 'key' })).toBe(id);
  const input = { ...INPUT, idempotencyKey: 'key' };
  expect(await sender.ask(INITIALIZE, { input })).toMatchObject({
    initializeTransfer: { __typename: 'ConflictError', code: 'IDEMPOTENCY_KEY_REUSED' },
  });
});

test('what a scalar or an enum refuses is a request error that names the value', async () => {
  await using room = await openRoom();
  const input = { ...INPUT, recipients: ['0192:1'] };
  const { data, errors } = await room.as(SENDER).request(INITIALIZE, { input });
  expect(data).toBeUndefined();
  expect(errors?.[0]?.message).toContain('PartyId "0192:1" is not 0192:NNNNNNNNN or urn:altinn');
});
