/**
 * What Altinn 3 Broker answers about a transfer ("overview" and "details"), read from one query of ours: a table says for
 * each field of theirs where it is here.
 */
import { describe, expect, test } from 'vitest';
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
  START,
} from '../support/graphql-room.ts';
import { CancelTransfer, ConfirmDownload, GetTransfer } from '../support/operations.ts';

const [OWNER, SENDER, FIRST, SECOND, STRANGER] = [party(1), party(2), party(3), party(4), party(5)];
const [SENDERS_VENDOR, FIRSTS_VENDOR] = [party(8), party(9)];
const MD5_OF_HELLO = '5d41402abc4b2a76b9719d911017c592';

const DETAILS = `query ($id: ID!) {
  transfer(id: $id) {
    id
    resource { id }
    fileName
    sendersReference
    expectedDigest { algorithm value }
    digests { sha256 md5 }
    virusScan { status }
    size
    status
    statusText
    statusChangedAt
    createdAt
    expiresAt
    publishedAt
    sender { id }
    recipients { party { id } status statusChangedAt downloadStartedAt confirmedAt }
    properties { key value }
    viewerRoles
    events(first: 100) {
      edges {
        node {
          type time transferStatus recipientStatus statusText
          subject { id }
          actor { party { id } vendor { id } clientId systemUserId }
        }
      }
      pageInfo { hasNextPage }
    }
  }
}`;

interface Subject {
  readonly id: string;
}
interface HistoryEvent {
  readonly type: string;
  readonly time: string;
  readonly transferStatus: string;
  readonly recipientStatus: string | null;
  readonly statusText: string;
  readonly subject: Subject | null;
  readonly actor: { readonly party: Subject; readonly vendor: Subject | null } | null;
}
interface Details {
  readonly id: string;
  readonly resource: Subject;
  readonly fileName: string;
  readonly sendersReference: string | null;
  readonly expectedDigest: { readonly algorithm: string; readonly value: string } | null;
  readonly virusScan: { readonly status: string };
  readonly size: number | null;
  readonly status: string;
  readonly statusText: string;
  readonly statusChangedAt: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly publishedAt: string | null;
  readonly sender: Subject;
  readonly recipients: readonly {
    readonly party: Subject;
    readonly status: string;
    readonly statusChangedAt: string;
  }[];
  readonly properties: readonly { readonly key: string; readonly value: string }[];
  readonly viewerRoles: readonly string[];
  readonly events: { readonly edges: readonly { readonly node: HistoryEvent }[] };
}

const eventsOf = ({ events }: Details) => events.edges.map(({ node }) => node);
const ofRecipient = (details: Details, id: string) =>
  eventsOf(details).filter((e) => e.recipientStatus !== null && e.subject?.id === id);

/** Each field of theirs, and where it is here. */
const OVERVIEW: Readonly<Record<string, (t: Details) => unknown>> = {
  fileTransferId: (t) => t.id,
  resourceId: (t) => t.resource.id,
  fileName: (t) => t.fileName,
  sendersFileTransferReference: (t) => t.sendersReference,
  checksum: (t) => t.expectedDigest?.value ?? null,
  useVirusScan: (t) => t.virusScan.status !== 'SKIPPED',
  fileTransferSize: (t) => t.size ?? 0,
  fileTransferStatus: (t) => t.status,
  fileTransferStatusText: (t) => t.statusText,
  fileTransferStatusChanged: (t) => t.statusChangedAt,
  created: (t) => t.createdAt,
  expirationTime: (t) => t.expiresAt,
  sender: (t) => t.sender.id,
  recipients: (t) =>
    t.recipients.map((r) => ({
      recipient: r.party.id,
      currentRecipientFileTransferStatusCode: r.status,
      // The words of its latest event; before it has any, those of the transfer's beginning.
      currentRecipientFileTransferStatusText: (ofRecipient(t, r.party.id).at(-1) ?? eventsOf(t)[0])
        ?.statusText,
      currentRecipientFileTransferStatusChanged: r.statusChangedAt,
    })),
  propertyList: (t) => Object.fromEntries(t.properties.map(({ key, value }) => [key, value])),
  published: (t) => t.publishedAt,
};

const HISTORIES: Readonly<Record<string, (t: Details) => unknown>> = {
  // Those events that brought the transfer into another status.
  fileTransferStatusHistory: (t) =>
    eventsOf(t)
      .filter((e, index, all) => e.transferStatus !== all[index - 1]?.transferStatus)
      .map((e) => ({
        fileTransferStatus: e.transferStatus,
        fileTransferStatusText: e.statusText,
        fileTransferStatusChanged: e.time,
      })),
  // Theirs has a row for each recipient from the beginning; here that is the first event, and the list of recipients.
  recipientFileTransferStatusHistory: (t) => [
    ...t.recipients.map((r) => ({
      recipient: r.party.id,
      recipientFileTransferStatusCode: 'INITIALIZED',
      recipientFileTransferStatusText: eventsOf(t)[0]?.statusText,
      recipientFileTransferStatusChanged: t.createdAt,
    })),
    ...eventsOf(t)
      .filter((e) => e.recipientStatus !== null)
      .map((e) => ({
        recipient: e.subject?.id,
        recipientFileTransferStatusCode: e.recipientStatus,
        recipientFileTransferStatusText: e.statusText,
        recipientFileTransferStatusChanged: e.time,
      })),
  ],
};

function asAltinn(details: Details): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries({ ...OVERVIEW, ...HISTORIES }).map(([name, read]) => [name, read(details)]),
  );
}

async function readDetails(asker: Asker, id: string): Promise<Details> {
  return pick(await asker.ask(DETAILS, { id }), 'transfer') as Details;
}

const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

const CONFIRM =
  'mutation ($id: ID!) { confirmDownload(transferId: $id) { ... on Transfer { id } } }';
const CANCEL = 'mutation ($id: ID!) { cancelTransfer(id: $id) { ... on Transfer { id } } }';

/** The whole story, with a second between its steps; the sender and the first recipient act through others' software. */
async function tellStory(room: Room) {
  await makeResource(room.as(OWNER));
  const sender = room.as(SENDER, { vendor: SENDERS_VENDOR, clientId: 'client-of-sender' });
  const first = room.as(FIRST, {
    vendor: FIRSTS_VENDOR,
    clientId: 'client-of-first',
    systemUserId: 'system-user-1',
  });
  const second = room.as(SECOND);
  const wait = () => {
    room.clock.time += 1000;
  };
  const id = await makeTransfer(sender, [SECOND, FIRST], {
    sendersReference: 'ref-1',
    properties: [
      { key: 'year', value: '2025' },
      { key: 'kind', value: 'report' },
    ],
    expectedDigest: { algorithm: 'MD5', value: MD5_OF_HELLO },
  });
  wait();
  await room.upload(sender, id, 'he', 5);
  wait();
  await room.upload(sender, id, 'llo', 5);
  wait();
  await room.download(first, id);
  wait();
  await first.ask(CONFIRM, { id });
  wait();
  await room.download(second, id);
  wait();
  await second.ask(CONFIRM, { id });
  return { id, sender, first, second };
}

const status = (name: string, text: string, changed: number) => ({
  fileTransferStatus: name,
  fileTransferStatusText: text,
  fileTransferStatusChanged: at(changed),
});
const ofParty = (recipient: string, code: string, text: string, changed: number) => ({
  recipient,
  recipientFileTransferStatusCode: code,
  recipientFileTransferStatusText: text,
  recipientFileTransferStatusChanged: at(changed),
});

const TEXTS = {
  initialized: 'The sender initialized the transfer.',
  started: 'The recipient started a download.',
  confirmed: 'The recipient confirmed its download.',
  allConfirmed: 'Every recipient has confirmed its download.',
};

test('one query answers everything that the details of Altinn do', async () => {
  await using room = await openRoom();
  const { id, sender } = await tellStory(room);
  expect(asAltinn(await readDetails(sender, id))).toEqual({
    fileTransferId: id,
    resourceId: 'the-resource',
    fileName: 'report.pdf',
    sendersFileTransferReference: 'ref-1',
    checksum: MD5_OF_HELLO,
    useVirusScan: false,
    fileTransferSize: 5,
    fileTransferStatus: 'ALL_CONFIRMED_DOWNLOADED',
    fileTransferStatusText: TEXTS.allConfirmed,
    fileTransferStatusChanged: at(6),
    created: at(0),
    expirationTime: at(30 * 86_400),
    sender: SENDER,
    recipients: [SECOND, FIRST].map((recipient) => ({
      recipient,
      currentRecipientFileTransferStatusCode: 'DOWNLOAD_CONFIRMED',
      currentRecipientFileTransferStatusText: TEXTS.confirmed,
      currentRecipientFileTransferStatusChanged: recipient === FIRST ? at(4) : at(6),
    })),
    propertyList: { year: '2025', kind: 'report' },
    published: at(2),
    fileTransferStatusHistory: [
      status('INITIALIZED', TEXTS.initialized, 0),
      status('UPLOAD_STARTED', 'The sender has started the upload.', 1),
      status('UPLOAD_PROCESSING', 'The file has been uploaded and is being processed.', 2),
      status('PUBLISHED', 'The file is ready for download.', 2),
      status('ALL_CONFIRMED_DOWNLOADED', TEXTS.allConfirmed, 6),
    ],
    recipientFileTransferStatusHistory: [
      ofParty(SECOND, 'INITIALIZED', TEXTS.initialized, 0),
      ofParty(FIRST, 'INITIALIZED', TEXTS.initialized, 0),
      ofParty(FIRST, 'DOWNLOAD_STARTED', TEXTS.started, 3),
      ofParty(FIRST, 'DOWNLOAD_CONFIRMED', TEXTS.confirmed, 4),
      ofParty(SECOND, 'DOWNLOAD_STARTED', TEXTS.started, 5),
      ofParty(SECOND, 'DOWNLOAD_CONFIRMED', TEXTS.confirmed, 6),
    ],
  });
});

test('each party to it reads the same, and nobody else anything', async () => {
  await using room = await openRoom();
  const { id, sender, first, second } = await tellStory(room);
  const told = asAltinn(await readDetails(sender, id));
  for (const asker of [first, second, room.as(OWNER)]) {
    expect(asAltinn(await readDetails(asker, id))).toEqual(told);
  }
  expect(await room.as(STRANGER).ask(DETAILS, { id })).toEqual({ transfer: null });
  // Whose software a party used is no party to it.
  expect(await room.as(SENDERS_VENDOR).ask(DETAILS, { id })).toEqual({ transfer: null });
  expect(await room.as(FIRSTS_VENDOR).ask(DETAILS, { id })).toEqual({ transfer: null });
});

test('a transfer that has only begun says so in the same fields', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER));
  const sender = room.as(SENDER);
  const id = await makeTransfer(sender, [FIRST]);
  expect(asAltinn(await readDetails(sender, id))).toMatchObject({
    sendersFileTransferReference: null,
    checksum: null,
    fileTransferSize: 0,
    fileTransferStatus: 'INITIALIZED',
    fileTransferStatusText: 'The transfer is ready for the upload of its file.',
    recipients: [
      {
        recipient: FIRST,
        currentRecipientFileTransferStatusCode: 'INITIALIZED',
        currentRecipientFileTransferStatusText: TEXTS.initialized,
        currentRecipientFileTransferStatusChanged: at(0),
      },
    ],
    propertyList: {},
    published: null,
    fileTransferStatusHistory: [status('INITIALIZED', TEXTS.initialized, 0)],
    recipientFileTransferStatusHistory: [ofParty(FIRST, 'INITIALIZED', TEXTS.initialized, 0)],
  });
});

test.each([
  [
    'failed',
    'FAILED',
    'The digest of the uploaded file is not the one that the sender expected.',
    (room: Room, sender: Asker, id: string) => room.upload(sender, id, 'HELLO'),
  ],
  [
    'was cancelled',
    'CANCELLED',
    'The sender cancelled the transfer.',
    (_: Room, sender: Asker, id: string) => sender.ask(CANCEL, { id }),
  ],
] as const)('a transfer that %s says why', async (_, ended, text, end) => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER));
  const sender = room.as(SENDER);
  const expectedDigest = { algorithm: 'MD5', value: MD5_OF_HELLO };
  const id = await makeTransfer(sender, [FIRST], { expectedDigest });
  room.clock.time += 1000;
  await end(room, sender, id);
  const told = asAltinn(await readDetails(room.as(FIRST), id));
  expect(told).toMatchObject({
    fileTransferStatus: ended,
    fileTransferStatusText: text,
    fileTransferStatusChanged: at(1),
    published: null,
  });
  const [latest] = [told.fileTransferStatusHistory].flat().slice(-1);
  expect(latest).toEqual(status(ended, text, 1));
});

describe('who did it, and through whose software,', () => {
  const actors = (details: Details) =>
    eventsOf(details).map(({ type, subject, actor }) => [type, subject?.id ?? null, actor]);
  const actor = (id: string, vendor: string | null, clientId: string, systemUserId = '') => ({
    party: { id },
    vendor: vendor === null ? null : { id: vendor },
    clientId,
    systemUserId: systemUserId || null,
  });
  const bySender = actor(SENDER, SENDERS_VENDOR, 'client-of-sender');
  const byFirst = actor(FIRST, FIRSTS_VENDOR, 'client-of-first', 'system-user-1');
  const bySecond = actor(SECOND, null, 'client');
  const HISTORY = [
    ['FILE_TRANSFER_INITIALIZED', SENDER, bySender],
    ['UPLOAD_STARTED', SENDER, bySender],
    // The broker's own acts have no actor: it goes on whether or not the sender is still there.
    ['UPLOAD_PROCESSING', SENDER, null],
    ['PUBLISHED', null, null],
    ['DOWNLOAD_STARTED', FIRST, byFirst],
    ['DOWNLOAD_CONFIRMED', FIRST, byFirst],
    ['DOWNLOAD_STARTED', SECOND, bySecond],
    ['DOWNLOAD_CONFIRMED', SECOND, bySecond],
    ['ALL_CONFIRMED_DOWNLOADED', null, bySecond],
  ];

  test('is told to the sender and to the owner of the resource', async () => {
    await using room = await openRoom();
    const { id, sender } = await tellStory(room);
    expect(actors(await readDetails(sender, id))).toEqual(HISTORY);
    expect(actors(await readDetails(room.as(OWNER), id))).toEqual(HISTORY);
    const scopes = ['altinn:serviceowner'];
    expect(actors(await readDetails(room.as(OWNER, { scopes }), id))).toEqual(HISTORY);
  });

  test('is told to no recipient, not even of what it did itself', async () => {
    await using room = await openRoom();
    const { id, first, second } = await tellStory(room);
    for (const asker of [first, second]) {
      const expected = HISTORY.map(([type, subject]) => [type, subject, null]);
      expect(actors(await readDetails(asker, id))).toEqual(expected);
    }
  });

  test('is told to a recipient that is the sender as well', async () => {
    await using room = await openRoom();
    await makeResource(room.as(OWNER));
    const sender = room.as(SENDER);
    const id = await makeTransfer(sender, [SENDER, FIRST]);
    const details = await readDetails(sender, id);
    expect(details.viewerRoles).toEqual(['SENDER', 'RECIPIENT']);
    expect(actors(details)).toEqual([
      ['FILE_TRANSFER_INITIALIZED', SENDER, actor(SENDER, null, 'client')],
    ]);
  });

  test('is what the access tokens said, by every door', async () => {
    await using broker = await startTestBroker();
    const scene = await openResource(broker);
    const vendor = PARTIES.otherRecipient;
    const sender = await clientOf(broker, PARTIES.sender, { vendor });
    const recipient = await clientOf(broker, PARTIES.recipient, { vendor: PARTIES.stranger });
    const { id, uploadUrl, fileUrl } = await initialize({ ...scene, sender });
    const put = { method: 'PUT', headers: sender.authorization, body: 'hello' };
    expect((await fetch(uploadUrl, put)).status).toBe(201);
    const download = await fetch(fileUrl, { headers: recipient.authorization });
    expect(await download.text()).toBe('hello');
    await recipient.run(ConfirmDownload, { id });
    await sender.run(CancelTransfer, { id });
    const { transfer } = await scene.owner.run(GetTransfer, { id });
    const acts = transfer?.events?.edges.map(({ node: { type, actor } }) => [
      type,
      actor && [actor.party.id, actor.vendor?.id, typeof actor.systemUserId],
    ]);
    const ofSender = [PARTIES.sender, vendor, 'string'];
    const ofRecipient = [PARTIES.recipient, PARTIES.stranger, 'string'];
    expect(acts?.filter(([type]) => type !== 'FILE_DELETED')).toEqual([
      ['FILE_TRANSFER_INITIALIZED', ofSender],
      ['UPLOAD_STARTED', ofSender],
      ['UPLOAD_PROCESSING', null],
      ['PUBLISHED', null],
      ['DOWNLOAD_STARTED', ofRecipient],
      ['DOWNLOAD_CONFIRMED', ofRecipient],
      ['ALL_CONFIRMED_DOWNLOADED', ofRecipient],
      ['FILE_TRANSFER_CANCELLED', ofSender],
    ]);
  });
});
