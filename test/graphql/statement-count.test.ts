/** A page costs a few statements, however much of however many things it shows. */
import { afterAll, beforeAll, expect, test } from 'vitest';
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
import { makeDeliveries, makeWebhook } from '../support/webhook-rows.ts';

const [OWNER, SENDER, READER, VENDOR] = [party(1), party(2), party(3), party(4)];
const SIZES = [1, 10, 50, 100];

const CONFIRM =
  'mutation ($id: ID!) { confirmDownload(transferId: $id) { ... on Transfer { id } } }';

let room: Room;
/** A hundred transfers and as many resources, each with parties of its own. */
beforeAll(async () => {
  room = await openRoom();
  const owner = room.as(OWNER);
  const openTo = ['SEND', 'RECEIVE'];
  for (let made = 0; made < 100; made += 1) {
    await makeResource(owner, { id: `resource-${made}`, openTo, computeMd5: made % 2 === 0 });
    const recipients = [party(1000 + made), READER, party(2000 + made)];
    // The sender is a recipient of some: also of the latest one, so that a page of one asks for all that there is.
    if (made % 3 === 0) recipients.push(SENDER);
    const sender = room.as(SENDER, { vendor: VENDOR });
    const id = await makeTransfer(sender, recipients, {
      resourceId: `resource-${made}`,
      properties: [{ key: 'number', value: String(made) }],
      sendersReference: `ref-${made}`,
    });
    room.clock.time += 1000;
    await room.upload(sender, id, 'hello', made % 3 === 0 ? 10 : 5);
    if (made % 3 !== 0) await room.download(room.as(READER, { vendor: party(3000 + made) }), id);
    if (made % 3 === 2) await room.as(READER).ask(CONFIRM, { id });
  }
  const parties = Array.from({ length: 100 }, (_, index) => party(4000 + index));
  await owner.ask(
    `mutation ($parties: [PartyId!]!) {
      grantResourceAccess(input: { resourceId: "resource-0", parties: $parties, actions: [SEND] }) {
        ... on Resource { id }
      }
    }`,
    { parties },
  );
});
afterAll(() => room[Symbol.asyncDispose]());

const PARTY = '{ id name organizationNumber }';
const RESOURCE = `{
  id title openTo viewerActions requiredParty ${PARTY}
  serviceOwner { name createdAt party ${PARTY} }
}`;
const RECIPIENT = `{ id party ${PARTY} status downloadStartedAt confirmedAt }`;
const EVENT = `{
  type time statusText subject ${PARTY} actor { party ${PARTY} vendor ${PARTY} clientId }
}`;
const TRANSFER = `{
  id fileName sendersReference status statusText createdAt publishedAt expiresAt size
  resource ${RESOURCE}
  sender ${PARTY}
  recipients ${RECIPIENT}
  confirmed: recipients(statuses: [DOWNLOAD_CONFIRMED]) ${RECIPIENT}
  recipientCounts { total initialized downloadStarted confirmed }
  viewerRecipient ${RECIPIENT}
  viewerRoles
  properties { key value }
  digests { sha256 md5 }
  expectedDigest { value }
  virusScan { status }
  upload { url offset length expiresAt }
  events(first: 5) { edges { node ${EVENT} } pageInfo { hasNextPage } }
}`;

const LISTS = {
  transfers: `query ($first: Int!) {
    it: transfers(first: $first) { totalCount edges { node ${TRANSFER} } }
  }`,
  'the latest of each history': `query ($first: Int!) {
    it: transfers(first: $first, orderBy: STATUS_CHANGED_AT) {
      edges { node { id events(last: 1) { edges { node ${EVENT} } } } }
    }
  }`,
  'events with their transfers': `query ($first: Int!) {
    it: events(first: $first) { edges { node { id transfer ${TRANSFER} ${EVENT.slice(1)} } }
  }`,
  'what concerns the viewer': `query ($first: Int!) {
    it: events(first: $first, filter: { audience: MINE }) { edges { node { id transfer ${TRANSFER} } } }
  }`,
  resources: `query ($first: Int!) { it: resources(first: $first) { edges { node ${RESOURCE} } } }`,
  'resources of their owner': `query ($first: Int!) {
    resource(id: "resource-0") {
      serviceOwner { it: resources(first: $first) { edges { node ${RESOURCE} } } }
    }
  }`,
  'an access list': `query ($first: Int!) {
    resource(id: "resource-0") {
      it: accessList(first: $first) { totalCount edges { node { party ${PARTY} actions } } }
    }
  }`,
} as const;

interface Measured {
  readonly statements: number;
  readonly entries: number;
}

/** How many statements the document takes, and how many entries its list has. */
async function measure(asker: Asker, document: string, variables: Variables): Promise<Measured> {
  const before = room.queries();
  const data = await asker.ask(document, variables);
  const statements = room.queries() - before;
  const edges = pick(findIt(data), 'edges');
  return { statements, entries: Array.isArray(edges) ? edges.length : 0 };
}

function findIt(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) throw new Error('There is no "it".');
  return 'it' in data ? data.it : findIt(Object.values(data)[0]);
}

test.each(
  Object.entries(LISTS).flatMap(([name, document]) =>
    (['sender', 'reader', 'owner'] as const)
      .filter((viewer) => viewer === 'owner' || name !== 'an access list')
      .map((viewer) => ({ name, viewer, document })),
  ),
)('$name cost the $viewer as many statements for one as for a hundred', async (row) => {
  const asker = room.as({ sender: SENDER, reader: READER, owner: OWNER }[row.viewer]);
  const measured: Measured[] = [];
  for (const first of SIZES) measured.push(await measure(asker, row.document, { first }));
  expect(measured.map(({ entries }) => entries)).toEqual(SIZES);
  const [forOne = 0, ...forMore] = measured.map(({ statements }) => statements);
  const [forTen = 0] = forMore;
  expect(forMore).toEqual(forMore.map(() => forTen));
  // The parties of a first event are known from its transfer, so that nobody's name is left to be asked for.
  if (row.name.startsWith('events')) expect(forOne).toBeLessThanOrEqual(forTen);
  else expect(forOne).toBe(forTen);
  expect(forTen).toBeLessThan(18);
});

test('what no field asks for is not read', async () => {
  const narrow = 'query ($first: Int!) { it: transfers(first: $first) { edges { node { id } } } }';
  const { statements } = await measure(room.as(SENDER), narrow, { first: 100 });
  expect(statements).toBe(1);
});

test('a transfer to a thousand recipients, all with their names, is no dearer than one to three', async () => {
  const sender = room.as(SENDER);
  const recipients = Array.from({ length: 1000 }, (_, index) => party(5000 + index));
  const document = `query ($id: ID!) {
    it: transfer(id: $id) { edges: recipients ${RECIPIENT} recipientCounts { total } viewerRoles }
  }`;
  const few = await makeTransfer(sender, recipients.slice(0, 3), { resourceId: 'resource-1' });
  const many = await makeTransfer(sender, recipients, { resourceId: 'resource-1' });
  const forFew = await measure(sender, document, { id: few });
  expect(await measure(sender, document, { id: many })).toEqual({ ...forFew, entries: 1000 });
});

test.each(['sender', 'reader', 'owner'] as const)(
  'deliveries with their attempts, events and transfers cost the %s as many statements for ten as for a hundred',
  async (viewer) => {
    const asker = room.as({ sender: SENDER, reader: READER, owner: OWNER }[viewer]);
    const id = await makeWebhook(asker, { audience: 'ALL' });
    await makeDeliveries(room, id);
    const document = `query ($id: ID!, $first: Int!) {
      webhook(id: $id) {
        it: deliveries(first: $first) {
          edges { node {
            id status nextAttemptAt
            attempts { at durationMs responseStatus responseExcerpt error }
            event { id transfer ${TRANSFER} ${EVENT.slice(1)}
          } }
          pageInfo { hasNextPage }
        }
      }
    }`;
    const measured: Measured[] = [];
    for (const first of SIZES) measured.push(await measure(asker, document, { id, first }));
    expect(measured.map(({ entries }) => entries)).toEqual(SIZES);
    const [forOne = 0, forTen = 0, ...forMore] = measured.map(({ statements }) => statements);
    expect(forMore).toEqual(forMore.map(() => forTen));
    expect(forOne).toBeLessThanOrEqual(forTen);
    expect(forTen).toBeLessThan(21);

    const plain = `query ($id: ID!, $first: Int!) {
      webhook(id: $id) { it: deliveries(first: $first) {
        edges { node { id status attempts { at } event { id type } } }
      } }
    }`;
    for (const first of SIZES) {
      expect(await measure(asker, plain, { id, first })).toEqual({ statements: 4, entries: first });
    }
  },
);
