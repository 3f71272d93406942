import { expect, test } from 'vitest';
import type { ResultStream } from '../../src/graphql/subscribe.ts';
import {
  makeResource,
  makeTransfer,
  openRoom,
  party,
  pick,
  pickText,
} from '../support/graphql-room.ts';

const [OWNER, SENDER, FIRST, STRANGER] = [party(1), party(2), party(3), party(4)];

/** The data of the next result; undefined at the end. */
async function next(stream: ResultStream): Promise<unknown> {
  const { done, value } = await stream.next();
  if (done === true) return undefined;
  if (value.errors !== undefined) throw new AggregateError(value.errors);
  return value.data;
}

async function take(stream: ResultStream, count: number, path: string): Promise<unknown[]> {
  const taken: unknown[] = [];
  while (taken.length < count) taken.push(pick(await next(stream), path));
  return taken;
}

const EVENTS = `subscription ($filter: EventFilter, $after: String, $startAt: EventStart! = NOW) {
  events(filter: $filter, after: $after, startAt: $startAt) {
    cursor
    node { type transfer { status } }
  }
}`;

test('events are followed from now on, each with the transfer as it is then', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER));
  const sender = room.as(SENDER);
  const id = await makeTransfer(sender, [FIRST]);
  const stream = await room.as(FIRST).follow(EVENTS);
  await room.upload(sender, id, 'hel', 5);
  expect(await next(stream)).toMatchObject({
    events: { node: { type: 'UPLOAD_STARTED', transfer: { status: 'UPLOAD_STARTED' } } },
  });
  await room.upload(sender, id, 'lo', 5);
  expect(await take(stream, 2, 'events.node.type')).toEqual(['UPLOAD_PROCESSING', 'PUBLISHED']);
  await stream.return();
  expect(await next(stream)).toBeUndefined();
});

test('a stream goes on after a cursor, with nothing missed and nothing doubled', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER));
  const sender = room.as(SENDER);
  const id = await makeTransfer(sender, [FIRST]);
  const broken = await sender.follow(EVENTS, { startAt: 'BEGINNING' });
  const last = await next(broken);
  expect(pick(last, 'events.node.type')).toBe('FILE_TRANSFER_INITIALIZED');
  await broken.return();
  await room.upload(sender, id, 'hello');
  const resumed = await sender.follow(EVENTS, { after: pickText(last, 'events.cursor') });
  expect(await take(resumed, 3, 'events.node.type')).toEqual([
    'UPLOAD_STARTED',
    'UPLOAD_PROCESSING',
    'PUBLISHED',
  ]);
  await room.download(room.as(FIRST), id);
  expect(await take(resumed, 1, 'events.node.type')).toEqual(['DOWNLOAD_STARTED']);
  await resumed.return();
});

test('a stream ends at once while it waits', async () => {
  await using room = await openRoom();
  const stream = await room.as(SENDER).follow(EVENTS);
  const waiting = stream.next();
  await stream.return();
  expect(await waiting).toEqual({ done: true, value: undefined });
});

test.each([
  ['a cursor that is none', { after: 'nonsense' }, 'INVALID_CURSOR'],
  ['an empty list', { filter: { types: [] } }, 'INVALID_INPUT'],
])('%s is refused before the stream starts', async (_, variables, code) => {
  await using room = await openRoom();
  await expect(room.as(SENDER).follow(EVENTS, variables)).rejects.toMatchObject({
    errors: [{ path: ['events'], extensions: { code } }],
  });
});

const TRANSFER = `subscription ($id: ID!) {
  transfer(id: $id) { status upload { offset } recipientCounts { downloadStarted } }
}`;

test('a transfer is told as it is, after each change, and up to its end', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER));
  const sender = room.as(SENDER);
  const id = await makeTransfer(sender, [FIRST]);
  const stream = await sender.follow(TRANSFER, { id });
  expect(await next(stream)).toEqual({
    transfer: {
      status: 'INITIALIZED',
      upload: { offset: 0 },
      recipientCounts: { downloadStarted: 0 },
    },
  });
  await room.upload(sender, id, 'hel', 5);
  let seen = await next(stream);
  // Changes that come close together may be told as one.
  while (pick(seen, 'transfer.upload.offset') !== 3) seen = await next(stream);
  expect(pick(seen, 'transfer.status')).toBe('UPLOAD_STARTED');
  await sender.ask('mutation ($id: ID!) { cancelTransfer(id: $id) { __typename } }', { id });
  while (pick(seen, 'transfer.status') !== 'CANCELLED') seen = await next(stream);
  expect(await next(stream)).toBeUndefined();
});

test('a transfer that has ended is told once', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER));
  const id = await makeTransfer(room.as(SENDER), [FIRST]);
  await room
    .as(SENDER)
    .ask('mutation ($id: ID!) { cancelTransfer(id: $id) { __typename } }', { id });
  const stream = await room.as(FIRST).follow(TRANSFER, { id });
  expect(await take(stream, 1, 'transfer.status')).toEqual(['CANCELLED']);
  expect(await next(stream)).toBeUndefined();
});

test('a transfer that the viewer does not see is not found', async () => {
  await using room = await openRoom();
  await makeResource(room.as(OWNER));
  const id = await makeTransfer(room.as(SENDER), [FIRST]);
  await expect(room.as(STRANGER).follow(TRANSFER, { id })).rejects.toMatchObject({
    errors: [{ path: ['transfer'], extensions: { code: 'TRANSFER_NOT_FOUND' } }],
  });
});
