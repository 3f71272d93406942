import { expect, test } from 'vitest';
import {
  type Asker,
  makeResource,
  makeTransfer,
  openRoom,
  party,
  pick,
  pickText,
  type Room,
  START,
  type Variables,
} from '../support/graphql-room.ts';

const [OWNER, SENDER, FIRST, SECOND, STRANGER] = [party(1), party(2), party(3), party(4), party(5)];

const SHA256_OF_HELLO = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

const SEEN = `query ($id: ID!) {
  transfer(id: $id) { viewerRoles viewerRecipient { party { id } } upload { offset } }
}`;

test('each party to a transfer sees it as what it is, and a stranger sees nothing', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER));
  const id = await makeTransfer(room.as(SENDER), [FIRST, SENDER]);
  expect(await room.as(SENDER).ask(SEEN, { id })).toEqual({
    transfer: {
      viewerRoles: ['SENDER', 'RECIPIENT'],
      viewerRecipient: { party: { id: SENDER } },
      upload: { offset: 0 },
    },
  });
  expect(await room.as(FIRST).ask(SEEN, { id })).toEqual({
    transfer: {
      viewerRoles: ['RECIPIENT'],
      viewerRecipient: { party: { id: FIRST } },
      upload: null,
    },
  });
  expect(await room.as(OWNER).ask(SEEN, { id })).toEqual({
    transfer: { viewerRoles: ['SERVICE_OWNER'], viewerRecipient: null, upload: null },
  });
  expect(await room.as(STRANGER).ask(SEEN, { id })).toEqual({ transfer: null });
  expect(await room.as(SENDER).ask(SEEN, { id: 'no-uuid' })).toEqual({ transfer: null });
});

test('with the scope altinn:serviceowner alone only the owner of the resource sees it', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER));
  const id = await makeTransfer(room.as(OWNER), [FIRST]);
  const scopes = ['altinn:serviceowner'];
  expect(await room.as(FIRST, { scopes }).ask(SEEN, { id })).toEqual({ transfer: null });
  // As its sender it would see the upload.
  expect(await room.as(OWNER, { scopes }).ask(SEEN, { id })).toEqual({
    transfer: { viewerRoles: ['SERVICE_OWNER'], viewerRecipient: null, upload: null },
  });
});

const UPLOAD = `query ($id: ID!) {
  transfer(id: $id) { status size digests { sha256 md5 } upload { offset length expiresAt } }
}`;

test('the sender sees how far its upload is, and then what the file is', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER), { computeMd5: true });
  const sender = room.as(SENDER);
  const id = await makeTransfer(sender, [FIRST]);
  room.clock.time += 1000;
  await room.upload(sender, id, 'hel', 5);
  expect(await sender.ask(UPLOAD, { id })).toEqual({
    transfer: {
      status: 'UPLOAD_STARTED',
      size: null,
      digests: null,
      upload: { offset: 3, length: 5, expiresAt: '2026-01-02T00:00:01.000Z' },
    },
  });
  await room.upload(sender, id, 'lo', 5);
  expect(await sender.ask(UPLOAD, { id })).toEqual({
    transfer: {
      status: 'PUBLISHED',
      size: 5,
      digests: { sha256: SHA256_OF_HELLO, md5: '5d41402abc4b2a76b9719d911017c592' },
      upload: null,
    },
  });
});

test('an upload is given up with its transfer, where that ends before a day without bytes', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER), { transferTimeToLive: 'PT1H', expiryReminder: null });
  const id = await makeTransfer(room.as(SENDER), [FIRST]);
  await room.upload(room.as(SENDER), id, 'hel', 5);
  expect(await room.as(SENDER).ask(UPLOAD, { id })).toMatchObject({
    transfer: { upload: { expiresAt: '2026-01-01T01:00:00.000Z' } },
  });
});

const CANCEL = `mutation ($id: ID!) {
  cancelTransfer(id: $id) {
    __typename
    ... on Transfer { status upload { id } events(last: 1) { edges { node { type } } } }
    ... on BrokerError { code }
  }
}`;

test('the sender cancels, and once more answers the transfer', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER));
  const id = await makeTransfer(room.as(SENDER), [FIRST]);
  const cancelled = {
    cancelTransfer: {
      __typename: 'Transfer',
      status: 'CANCELLED',
      upload: null,
      events: { edges: [{ node: { type: 'FILE_TRANSFER_CANCELLED' } }] },
    },
  };
  expect(await room.as(SENDER).ask(CANCEL, { id })).toEqual(cancelled);
  expect(await room.as(SENDER).ask(CANCEL, { id })).toEqual(cancelled);
});

test('nobody else cancels: who sees the transfer is not its sender, who does not finds none', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER));
  const id = await makeTransfer(room.as(SENDER), [FIRST]);
  expect(await room.as(FIRST).ask(CANCEL, { id })).toEqual({
    cancelTransfer: { __typename: 'AccessDeniedError', code: 'NOT_THE_SENDER' },
  });
  expect(await room.as(STRANGER).ask(CANCEL, { id })).toEqual({
    cancelTransfer: { __typename: 'NotFoundError', code: 'TRANSFER_NOT_FOUND' },
  });
});

const CONFIRM = `mutation ($id: ID!, $sha256: String) {
  confirmDownload(transferId: $id, sha256: $sha256) {
    __typename
    ... on Transfer {
      status
      recipientCounts { total initialized downloadStarted confirmed }
      viewerRecipient { status downloadStartedAt confirmedAt }
      recipients(statuses: [DOWNLOAD_CONFIRMED]) { party { id } }
    }
    ... on BrokerError { code }
    ... on ValidationError { field problems { code } }
  }
}`;

test('a recipient confirms what it downloaded, after the digest was compared', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER));
  const id = await makeTransfer(room.as(SENDER), [FIRST, SECOND]);
  await room.upload(room.as(SENDER), id, 'hello');
  const first = room.as(FIRST);
  expect(await first.ask(CONFIRM, { id })).toEqual({
    confirmDownload: { __typename: 'ConflictError', code: 'DOWNLOAD_NOT_STARTED' },
  });
  room.clock.time = START + 1000;
  await room.download(first, id);
  room.clock.time = START + 2000;
  expect(await first.ask(CONFIRM, { id, sha256: '0'.repeat(64) })).toEqual({
    confirmDownload: {
      __typename: 'ValidationError',
      code: 'DIGEST_MISMATCH',
      field: 'sha256',
      problems: [{ code: 'DIGEST_MISMATCH' }],
    },
  });
  expect(await first.ask(CONFIRM, { id, sha256: SHA256_OF_HELLO.toUpperCase() })).toEqual({
    confirmDownload: {
      __typename: 'Transfer',
      status: 'PUBLISHED',
      recipientCounts: { total: 2, initialized: 1, downloadStarted: 0, confirmed: 1 },
      viewerRecipient: {
        status: 'DOWNLOAD_CONFIRMED',
        downloadStartedAt: '2026-01-01T00:00:01.000Z',
        confirmedAt: '2026-01-01T00:00:02.000Z',
      },
      recipients: [{ party: { id: FIRST } }],
    },
  });
  await room.download(room.as(SECOND), id);
  expect(await room.as(SECOND).ask(CONFIRM, { id })).toMatchObject({
    confirmDownload: { status: 'ALL_CONFIRMED_DOWNLOADED' },
  });
});

const LINK = `mutation ($id: ID!) {
  createDownloadLink(transferId: $id) {
    __typename
    ... on TemporaryLink { url expiresAt }
    ... on BrokerError { code }
  }
}`;

test('a recipient gets a link for 15 minutes once there is a file, and nobody else does', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER));
  const id = await makeTransfer(room.as(SENDER), [FIRST]);
  expect(await room.as(FIRST).ask(LINK, { id })).toEqual({
    createDownloadLink: { __typename: 'ConflictError', code: 'FILE_NOT_AVAILABLE' },
  });
  await room.upload(room.as(SENDER), id, 'hello');
  expect(await room.as(FIRST).ask(LINK, { id })).toEqual({
    createDownloadLink: {
      __typename: 'TemporaryLink',
      url: expect.stringContaining(`https://broker.example/api/files/${id}?link=`),
      expiresAt: '2026-01-01T00:15:00.000Z',
    },
  });
  expect(await room.as(OWNER).ask(LINK, { id })).toEqual({
    createDownloadLink: { __typename: 'AccessDeniedError', code: 'NOT_A_RECIPIENT' },
  });
});

const TRANSFERS = `query (
  $filter: TransferFilter, $orderBy: TransferOrder! = CREATED_AT, $order: SortDirection! = DESC,
  $first: Int, $after: String
) {
  transfers(filter: $filter, orderBy: $orderBy, order: $order, first: $first, after: $after) {
    totalCount
    edges { cursor node { fileName } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

async function listNames(asker: Asker, variables: Variables = {}): Promise<unknown[]> {
  const edges = pick(await asker.ask(TRANSFERS, variables), 'transfers.edges');
  if (!Array.isArray(edges)) throw new Error('There are no edges.');
  return edges.map((edge) => pick(edge, 'node.fileName'));
}

/** Four transfers, a second apart: a and b to the first recipient, c to the second, d from the first one back. */
async function makeFour(room: Room) {
  await makeResource(room.as(OWNER));
  const made: string[] = [];
  for (const [sender, recipients, more] of [
    [SENDER, [FIRST], { fileName: 'A.pdf', sendersReference: 'one' }],
    [SENDER, [FIRST, SECOND], { fileName: 'b.pdf', properties: [{ key: 'k', value: 'v' }] }],
    [SENDER, [SECOND], { fileName: 'c.txt' }],
    [FIRST, [SENDER], { fileName: 'd.txt' }],
  ] as const) {
    made.push(await makeTransfer(room.as(sender), recipients, more));
    room.clock.time += 1000;
  }
  return made;
}

test('transfers come page by page, the latest first, and are counted', async () => {
  await using room = await openRoom();
  await makeFour(room);
  const sender = room.as(SENDER);
  const first = await sender.ask(TRANSFERS, { first: 3 });
  expect(first).toMatchObject({
    transfers: {
      totalCount: 4,
      edges: [
        { node: { fileName: 'd.txt' } },
        { node: { fileName: 'c.txt' } },
        { node: { fileName: 'b.pdf' } },
      ],
      pageInfo: {
        hasNextPage: true,
        hasPreviousPage: false,
        startCursor: pickText(first, 'transfers.edges.0.cursor'),
        endCursor: pickText(first, 'transfers.edges.2.cursor'),
      },
    },
  });
  const after = pickText(first, 'transfers.pageInfo.endCursor');
  expect(await sender.ask(TRANSFERS, { first: 3, after })).toMatchObject({
    transfers: {
      edges: [{ node: { fileName: 'A.pdf' } }],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    },
  });
  expect(await sender.errorCodes(TRANSFERS, { after, order: 'ASC' })).toEqual(['INVALID_CURSOR']);
  expect(await listNames(sender, { order: 'ASC' })).toEqual(['A.pdf', 'b.pdf', 'c.txt', 'd.txt']);
  expect(await listNames(room.as(STRANGER))).toEqual([]);
});

test.each([
  [{ role: 'RECIPIENT' }, ['d.txt']],
  [{ role: 'SENDER', recipient: SECOND }, ['c.txt', 'b.pdf']],
  [{ viewerRecipientStatuses: ['INITIALIZED'] }, ['d.txt']],
  [{ viewerRecipientStatuses: ['INITIALIZED'], role: 'SENDER' }, []],
  [{ sender: FIRST }, ['d.txt']],
  [{ statuses: ['CANCELLED'] }, []],
  [{ statuses: null, resourceIds: null }, ['d.txt', 'c.txt', 'b.pdf', 'A.pdf']],
  [{ resourceIds: ['another'] }, []],
  [{ recipientStatuses: ['DOWNLOAD_STARTED'] }, []],
  [{ sendersReference: 'one' }, ['A.pdf']],
  [{ sendersReference: 'on' }, []],
  [{ fileNameStartsWith: 'a' }, ['A.pdf']],
  [{ properties: [{ key: 'k', value: 'v' }] }, ['b.pdf']],
  [{ createdFrom: '2026-01-01T00:00:01Z', createdTo: '2026-01-01T00:00:03Z' }, ['c.txt', 'b.pdf']],
])('the filter %j lets through %j', async (filter, names) => {
  await using room = await openRoom();
  await makeFour(room);
  expect(await listNames(room.as(SENDER), { filter })).toEqual(names);
});

test.each([
  'resourceIds',
  'statuses',
  'viewerRecipientStatuses',
  'recipientStatuses',
  'properties',
])('an empty list of %s is refused by name', async (field) => {
  await using room = await openRoom();
  const { data, errors } = await room.as(SENDER).request(TRANSFERS, { filter: { [field]: [] } });
  expect(data).toEqual({ transfers: null });
  expect(errors).toMatchObject([
    {
      message: `filter.${field} is empty; leave it out to filter nothing.`,
      extensions: { code: 'INVALID_INPUT' },
    },
  ]);
});

test('PUBLISHED_AT lists only what was published', async () => {
  await using room = await openRoom();
  const [, b] = await makeFour(room);
  await room.upload(room.as(SENDER), String(b), 'hello');
  expect(await listNames(room.as(SENDER), { orderBy: 'PUBLISHED_AT' })).toEqual(['b.pdf']);
  expect(await listNames(room.as(SENDER), { orderBy: 'STATUS_CHANGED_AT', first: 1 })).toEqual([
    'b.pdf',
  ]);
});

test('the beginning of a file name is found whatever letter comes after it', async () => {
  await using room = await openRoom();
  const [owner, sender] = [room.as(party(1)), room.as(party(2))];
  await makeResource(owner);
  const names = ['ab', 'a\u{10ffff}b', 'A.txt', 'b'];
  for (const fileName of names) await makeTransfer(sender, [party(3)], { fileName });
  const list = await sender.ask(
    '{ transfers(filter: { fileNameStartsWith: "a" }, order: ASC) { edges { node { fileName } } } }',
  );
  expect(pick(list, 'transfers.edges')).toEqual(
    names.slice(0, 3).map((fileName) => ({ node: { fileName } })),
  );
});
