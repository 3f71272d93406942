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
  type Variables,
} from '../support/graphql-room.ts';

const [OWNER, SENDER, FIRST, SECOND, VENDOR] = [party(1), party(2), party(3), party(4), party(9)];

const EVENTS = `query (
  $filter: EventFilter, $from: DateTime, $to: DateTime,
  $first: Int, $after: String, $last: Int, $before: String
) {
  events(
    filter: $filter, from: $from, to: $to, first: $first, after: $after, last: $last, before: $before
  ) {
    edges { cursor node { type } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

async function listTypes(asker: Asker, variables: Variables = {}): Promise<unknown[]> {
  return typesOf(await asker.ask(EVENTS, variables));
}

function typesOf(data: unknown, path = 'events'): unknown[] {
  const edges = pick(data, `${path}.edges`);
  if (!Array.isArray(edges)) throw new Error('There are no edges.');
  return edges.map((edge) => pick(edge, 'node.type'));
}

/** A transfer to two recipients that was published and downloaded by the first one. */
async function makeHistory(room: Room): Promise<string> {
  await makeResource(room.as(OWNER));
  const sender = room.as(SENDER, { vendor: VENDOR, systemUserId: 'robot' });
  const id = await makeTransfer(sender, [FIRST, SECOND]);
  room.clock.time += 1000;
  await room.upload(sender, id, 'hello');
  room.clock.time += 1000;
  await room.download(room.as(FIRST), id);
  return id;
}

const HISTORY = [
  'FILE_TRANSFER_INITIALIZED',
  'UPLOAD_STARTED',
  'UPLOAD_PROCESSING',
  'PUBLISHED',
  'DOWNLOAD_STARTED',
];

test('the log reads forwards and backwards, and both ways meet', async () => {
  await using room = await openRoom();
  await makeHistory(room);
  const sender = room.as(SENDER);
  expect(await listTypes(sender)).toEqual(HISTORY);
  const first = await sender.ask(EVENTS, { first: 2 });
  expect(typesOf(first)).toEqual(HISTORY.slice(0, 2));
  expect(pick(first, 'events.pageInfo')).toMatchObject({
    hasNextPage: true,
    hasPreviousPage: false,
    startCursor: pickText(first, 'events.edges.0.cursor'),
  });
  const after = pickText(first, 'events.pageInfo.endCursor');
  const rest = await sender.ask(EVENTS, { after });
  expect(typesOf(rest)).toEqual(HISTORY.slice(2));
  expect(pick(rest, 'events.pageInfo')).toMatchObject({
    hasNextPage: false,
    hasPreviousPage: true,
  });

  const last = await sender.ask(EVENTS, { last: 2 });
  expect(typesOf(last)).toEqual(HISTORY.slice(-2));
  expect(pick(last, 'events.pageInfo')).toMatchObject({
    hasNextPage: false,
    hasPreviousPage: true,
  });
  const before = pickText(last, 'events.pageInfo.startCursor');
  const earlier = await sender.ask(EVENTS, { last: 2, before });
  expect(typesOf(earlier)).toEqual(HISTORY.slice(1, 3));
  expect(pick(earlier, 'events.pageInfo')).toMatchObject({
    hasNextPage: true,
    hasPreviousPage: true,
  });
  expect(await listTypes(sender, { after, before })).toEqual(['UPLOAD_PROCESSING']);
});

test.each([
  [{ filter: { types: ['PUBLISHED', 'UPLOAD_STARTED'] } }, ['UPLOAD_STARTED', 'PUBLISHED']],
  [{ filter: { role: 'RECIPIENT' } }, []],
  [{ filter: { resourceIds: ['another'] } }, []],
  [{ filter: { transferId: 'no-transfer' } }, []],
  [{ filter: null }, HISTORY],
  [{ from: '2026-01-01T00:00:02Z' }, ['DOWNLOAD_STARTED']],
  [{ to: '2026-01-01T00:00:01Z' }, ['FILE_TRANSFER_INITIALIZED']],
])('%j lets through %j', async (variables, types) => {
  await using room = await openRoom();
  await makeHistory(room);
  expect(await listTypes(room.as(SENDER), variables)).toEqual(types);
});

test('MINE is everything for a sender, and for a recipient what concerns it', async () => {
  await using room = await openRoom();
  await makeHistory(room);
  const filter = { audience: 'MINE' };
  expect(await listTypes(room.as(SENDER), { filter })).toEqual(HISTORY);
  expect(await listTypes(room.as(FIRST), { filter })).toEqual(['PUBLISHED', 'DOWNLOAD_STARTED']);
  expect(await listTypes(room.as(SECOND), { filter })).toEqual(['PUBLISHED']);
  expect(await listTypes(room.as(SECOND))).toEqual(HISTORY);
  expect(await listTypes(room.as(VENDOR))).toEqual([]);
});

test.each([
  ['first and last', { first: 1, last: 1 }, 'INVALID_INPUT'],
  ['last of nothing', { last: 0 }, 'INVALID_INPUT'],
  ['a cursor that is none', { before: 'x' }, 'INVALID_CURSOR'],
  ['no types', { filter: { types: [] } }, 'INVALID_INPUT'],
  ['no resources', { filter: { resourceIds: [] } }, 'INVALID_INPUT'],
])('%s are refused', async (_, variables, code) => {
  await using room = await openRoom();
  expect(await room.as(SENDER).errorCodes(EVENTS, variables)).toEqual([code]);
});

test('a cursor of another broker is refused', async () => {
  await using room = await openRoom();
  await using other = await openRoom();
  const after = pickText(await other.as(SENDER).ask('{ eventLogEnd }'), 'eventLogEnd');
  expect(await room.as(SENDER).errorCodes(EVENTS, { after })).toEqual(['INVALID_CURSOR']);
});

test('after the end of the log comes what happens from then on', async () => {
  await using room = await openRoom();
  await makeHistory(room);
  const sender = room.as(SENDER);
  const after = pickText(await sender.ask('{ eventLogEnd }'), 'eventLogEnd');
  expect(await listTypes(sender, { after })).toEqual([]);
  await room.download(room.as(SECOND), pickText(await sender.ask(ALL_OF), EVENT_TRANSFER));
  expect(await listTypes(sender, { after })).toEqual(['DOWNLOAD_STARTED']);
});

const EVENT_TRANSFER = 'events.edges.4.node.transferId';
const ALL_OF = `{
  events {
    edges {
      node {
        id type time transferId transferStatus recipientStatus statusText
        subject { id }
        actor { party { id } vendor { id } clientId systemUserId }
        transfer { status }
      }
    }
  }
}`;

test('an event tells what happened then, and the transfer as it is now', async () => {
  await using room = await openRoom();
  const id = await makeHistory(room);
  const seen = await room.as(SENDER).ask(ALL_OF);
  expect(pick(seen, 'events.edges.0.node')).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    type: 'FILE_TRANSFER_INITIALIZED',
    time: '2026-01-01T00:00:00.000Z',
    transferId: id,
    transferStatus: 'INITIALIZED',
    recipientStatus: null,
    statusText: 'The sender initialized the transfer.',
    subject: { id: SENDER },
    actor: {
      party: { id: SENDER },
      vendor: { id: VENDOR },
      clientId: 'client',
      systemUserId: 'robot',
    },
    transfer: { status: 'PUBLISHED' },
  });
  expect(pick(seen, 'events.edges.3.node')).toMatchObject({
    type: 'PUBLISHED',
    subject: null,
    actor: null,
  });
  expect(pick(seen, 'events.edges.4.node')).toMatchObject({
    type: 'DOWNLOAD_STARTED',
    recipientStatus: 'DOWNLOAD_STARTED',
    subject: { id: FIRST },
    actor: { party: { id: FIRST } },
  });
});

test('who did it is told to the sender and the owner alone', async () => {
  await using room = await openRoom();
  await makeHistory(room);
  const actorOf = async (asker: Asker) =>
    pick(await asker.ask(ALL_OF), 'events.edges.0.node.actor');
  expect(await actorOf(room.as(OWNER))).not.toBeNull();
  expect(await actorOf(room.as(OWNER, { scopes: ['altinn:serviceowner'] }))).not.toBeNull();
  expect(await actorOf(room.as(FIRST))).toBeNull();
});

const OF_TRANSFER = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  transfer(id: $id) {
    events(first: $first, after: $after, last: $last, before: $before) {
      edges { cursor node { type } }
      pageInfo { hasNextPage hasPreviousPage }
    }
  }
}`;

test("a transfer's history pages as the log does, with the same cursors", async () => {
  await using room = await openRoom();
  const id = await makeHistory(room);
  const sender = room.as(SENDER);
  const first = await sender.ask(OF_TRANSFER, { id, first: 2 });
  expect(typesOf(first, 'transfer.events')).toEqual(HISTORY.slice(0, 2));
  expect(pick(first, 'transfer.events.pageInfo')).toEqual({
    hasNextPage: true,
    hasPreviousPage: false,
  });
  const after = pickText(first, 'transfer.events.edges.1.cursor');
  expect(typesOf(await sender.ask(OF_TRANSFER, { id, after }), 'transfer.events')).toEqual(
    HISTORY.slice(2),
  );
  expect(await listTypes(sender, { after })).toEqual(HISTORY.slice(2));
  const last = await sender.ask(OF_TRANSFER, { id, last: 2 });
  expect(typesOf(last, 'transfer.events')).toEqual(HISTORY.slice(-2));
  expect(pick(last, 'transfer.events.pageInfo')).toEqual({
    hasNextPage: false,
    hasPreviousPage: true,
  });
  const { data, errors } = await sender.request(OF_TRANSFER, { id, first: 200 });
  expect(data).toEqual({ transfer: { events: null } });
  expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
});
