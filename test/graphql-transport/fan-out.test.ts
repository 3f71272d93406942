/** Many subscriptions at once: what they have in common is computed once, and what is one's own stays its own. */
import {
  type DocumentNode,
  type GraphQLFieldConfig,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  parse,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../src/database/index.ts';
import { type Caller, SCOPES } from '../../src/domain/caller.ts';
import { schema as realSchema } from '../../src/graphql/index.ts';
import { createLogSource, type EventPayload } from '../../src/graphql/log-source.ts';
import type { Operation, Services } from '../../src/graphql/operation.ts';
import type { ResultFlow } from '../../src/graphql/result-flow.ts';
import { CURSOR, type StreamedResult } from '../../src/graphql/streamed-result.ts';
import { createSubscriptions, type Subscriptions, subscribe } from '../../src/graphql/subscribe.ts';
import {
  makeResource,
  makeTransfer,
  openRoom,
  party,
  pick,
  type Variables,
} from '../support/graphql-room.ts';
import { readEvents } from './event-reader.ts';
import { openRawSocket } from './raw-socket.ts';
import { startTransport } from './transport.ts';

const [OWNER, SENDER, ANNA, BO] = [party(1), party(2), party(3), party(4)];
/** Whom the tokens of the transport are for. */
const CALLER = party(991825827);

const EVENTS =
  parse(`subscription ($filter: EventFilter, $after: String, $startAt: EventStart! = NOW) {
  events(filter: $filter, after: $after, startAt: $startAt) {
    node { type transfer { status } }
  }
}`);
const WITH_VIEWER = parse(`subscription ($startAt: EventStart! = NOW) {
  events(startAt: $startAt) { node { type actor { party { id } } transfer { viewerRoles } } }
}`);
const TRANSFER = parse('subscription ($id: ID!) { transfer(id: $id) { status } }');

/** A room with a transfer's parties, whose subscriptions have one hub; executions that read anything are counted. */
async function openHall() {
  const room = await openRoom();
  await makeResource(room.as(OWNER));
  let executions = 0;
  const database: Database = {
    ...room.services.database,
    snapshot() {
      executions += 1;
      return room.services.database.snapshot();
    },
  };
  const services: Services = { ...room.services, database };
  const subscriptions = createSubscriptions(services);
  return {
    room,
    services,
    subscriptions,
    executions: () => executions,
    listen: (caller: Caller, document: DocumentNode, variables?: Variables) =>
      listen({ services, subscriptions }, caller, { document, variables }),
    async [Symbol.asyncDispose]() {
      await room[Symbol.asyncDispose]();
    },
  };
}

interface Listener {
  readonly results: StreamedResult[];
  /** Whether it takes more after the next result. */
  isOpen: boolean;
  readonly flow: ResultFlow;
  readonly isEnded: () => boolean;
  /** Settles when it has so many results. */
  has(count: number): Promise<void>;
}

/** A client that has results pushed to it. */
async function listen(
  { services, subscriptions }: { services: Services; subscriptions: Subscriptions },
  caller: Caller,
  {
    document,
    variables = {},
    schema = realSchema,
  }: { document: DocumentNode; variables?: Variables | undefined; schema?: GraphQLSchema },
): Promise<Listener> {
  const request = { schema, document, variableValues: variables };
  const stream = await subscribe(request, services, caller, { subscriptions });
  if (!('flowInto' in stream)) throw new AggregateError(stream.errors ?? []);
  const results: StreamedResult[] = [];
  let isEnded = false;
  let wake = () => {};
  const flow = stream.flowInto({
    write(result) {
      results.push(result);
      wake();
      return listener.isOpen;
    },
    end() {
      isEnded = true;
      wake();
    },
    fail(error) {
      throw error;
    },
  });
  const listener: Listener = {
    results,
    isOpen: true,
    flow,
    isEnded: () => isEnded,
    async has(count) {
      while (results.length < count && !isEnded) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
  return listener;
}

/** Settles when so many groups follow the log. */
async function following({ hub }: Subscriptions, groups: number): Promise<void> {
  while (hub.groups !== groups) await new Promise(setImmediate);
}

describe('what many want', () => {
  test('is computed once, wherever each of them started', async () => {
    await using hall = await openHall();
    const anna = hall.room.as(ANNA);
    const after = pick(await anna.ask('{ eventLogEnd }'), 'eventLogEnd');
    const listeners: Listener[] = [];
    for (let i = 0; i < 60; i += 1) {
      const variables = [{}, { after }, { after, startAt: 'BEGINNING' }][i % 3];
      listeners.push(await hall.listen({ ...anna.caller, requestId: `${i}` }, EVENTS, variables));
    }
    await following(hall.subscriptions, 1);
    const before = hall.executions();
    await makeTransfer(hall.room.as(SENDER), [ANNA]);
    await Promise.all(listeners.map((listener) => listener.has(1)));
    expect(hall.executions() - before).toBe(1);
    const [first] = listeners;
    for (const { results } of listeners) expect(results[0]).toBe(first?.results[0]);
    for (const { flow } of listeners) flow.stop();
    expect(hall.subscriptions.hub.groups).toBe(0);
  });

  test('is shared by viewers where nothing in it depends on them', async () => {
    await using hall = await openHall();
    const callers = [OWNER, SENDER, ANNA, BO].map((who) => hall.room.as(who).caller);
    const listeners: Listener[] = [];
    for (const caller of callers) listeners.push(await hall.listen(caller, EVENTS));
    await following(hall.subscriptions, 4);
    const before = hall.executions();
    await makeTransfer(hall.room.as(SENDER), [ANNA, BO]);
    await Promise.all(listeners.map((listener) => listener.has(1)));
    expect(hall.executions() - before).toBe(1);
    for (const { flow } of listeners) flow.stop();
  });

  test('is told to each viewer as its own where something in it depends on the viewer', async () => {
    await using hall = await openHall();
    const callers = [SENDER, ANNA, OWNER, BO].map((who) => hall.room.as(who).caller);
    const listeners: Listener[] = [];
    for (const caller of callers) {
      for (let i = 0; i < 3; i += 1) listeners.push(await hall.listen(caller, WITH_VIEWER));
    }
    const before = hall.executions();
    await makeTransfer(hall.room.as(SENDER), [ANNA, BO]);
    await Promise.all(listeners.map((listener) => listener.has(1)));
    expect(hall.executions() - before).toBe(4);
    const actor = { party: { id: SENDER } };
    const own = [
      [actor, 'SENDER'],
      [null, 'RECIPIENT'],
      [actor, 'SERVICE_OWNER'],
      [null, 'RECIPIENT'],
    ];
    expect(
      listeners.map(({ results: [result] }) => [
        pick(result?.data, 'events.node.actor'),
        pick(result?.data, 'events.node.transfer.viewerRoles.0'),
      ]),
    ).toEqual(own.flatMap((expected) => [expected, expected, expected]));
    for (const { flow } of listeners) flow.stop();
  });

  test('is not shared by those who select or filter something else', async () => {
    await using hall = await openHall();
    const { caller } = hall.room.as(SENDER);
    const document = parse(`subscription ($filter: EventFilter, $withId: Boolean!) {
      events(filter: $filter) { node { type transferId @include(if: $withId) } }
    }`);
    const listeners: Listener[] = [];
    const filter = { types: ['FILE_TRANSFER_CANCELLED'] };
    for (const variables of [{ withId: true }, { withId: false }, { withId: false, filter }])
      listeners.push(await hall.listen(caller, document, variables));
    await following(hall.subscriptions, 3);
    const sender = hall.room.as(SENDER);
    const id = await makeTransfer(sender, [ANNA]);
    await sender.ask('mutation ($id: ID!) { cancelTransfer(id: $id) { __typename } }', { id });
    await Promise.all(listeners.map((listener, index) => listener.has(index === 2 ? 1 : 2)));
    const made = { type: 'FILE_TRANSFER_INITIALIZED' };
    const cancelled = { type: 'FILE_TRANSFER_CANCELLED' };
    expect(
      listeners.map(({ results }) => results.map(({ data }) => pick(data, 'events.node'))),
    ).toEqual([
      [
        { ...made, transferId: id },
        { ...cancelled, transferId: id },
      ],
      [made, cancelled],
      [cancelled],
    ]);
    for (const { flow } of listeners) flow.stop();
  });

  test('is computed once for all who watch a transfer', async () => {
    await using hall = await openHall();
    const recipients = Array.from({ length: 40 }, (_, index) => party(100 + index));
    const id = await makeTransfer(hall.room.as(SENDER), recipients);
    const listeners: Listener[] = [];
    for (const who of recipients)
      listeners.push(await hall.listen(hall.room.as(who).caller, TRANSFER, { id }));
    await Promise.all(listeners.map((listener) => listener.has(1)));
    const before = hall.executions();
    await hall.room
      .as(SENDER)
      .ask('mutation ($id: ID!) { cancelTransfer(id: $id) { __typename } }', { id });
    await Promise.all(listeners.map((listener) => listener.has(2)));
    expect(hall.executions() - before).toBe(1);
    for (const { results } of listeners)
      expect(pick(results[1]?.data, 'transfer.status')).toBe('CANCELLED');
  });
});

describe('a field that depends on the caller though it is not marked', () => {
  const text = new GraphQLNonNull(GraphQLString);
  type Field = GraphQLFieldConfig<EventPayload, Operation>;
  const field = (resolve: NonNullable<Field['resolve']>): Field => ({ type: text, resolve });
  const edge = new GraphQLObjectType<EventPayload, Operation>({
    name: 'Edge',
    fields: {
      cursor: { type: text },
      who: field((_, __, { viewer }) => viewer.party),
      scopes: field((_, __, { caller }) => caller.scopes.join(' ')),
      client: field((_, __, { caller }) => String(caller.clientId)),
      transfer: field(
        async ({ node }, _, { loaders }) =>
          (await loaders.transfer.load(node.transfer_id))?.id ?? 'none',
      ),
    },
  });
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { a: { type: text } } }),
    subscription: new GraphQLObjectType<unknown, Operation>({
      name: 'Subscription',
      fields: {
        events: {
          type: edge,
          subscribe: (_, __, { services, viewer }) =>
            createLogSource(services.events, { viewer, filter: {}, after: 0 }),
          resolve: (payload) => payload,
        },
      },
    }),
  });

  test.each([
    ['who', (caller: Caller) => caller.party],
    ['scopes', (caller: Caller) => caller.scopes.join(' ')],
    ['client', (caller: Caller) => String(caller.clientId)],
  ])('%s is told to each as its own', async (name, own) => {
    await using hall = await openHall();
    const scopes = [SCOPES.read];
    const callers = [
      hall.room.as(ANNA).caller,
      hall.room.as(ANNA, { clientId: 'another' }).caller,
      hall.room.as(ANNA, { scopes, clientId: 'a third' }).caller,
      hall.room.as(BO).caller,
      hall.room.as(SENDER).caller,
    ];
    const document = parse(`subscription { events { ${name} transfer } }`);
    const listeners: Listener[] = [];
    for (const caller of callers) listeners.push(await listen(hall, caller, { document, schema }));
    await following(hall.subscriptions, 4);
    const ids: string[] = [];
    for (let i = 0; i < 3; i += 1) ids.push(await makeTransfer(hall.room.as(SENDER), [ANNA, BO]));
    await Promise.all(listeners.map((listener) => listener.has(3)));
    for (const [index, { results }] of listeners.entries()) {
      const caller = callers[index];
      if (caller === undefined) throw new Error('There is no such caller.');
      expect(results.map(({ data }) => data?.events)).toEqual(
        ids.map((transfer) => ({ [name]: own(caller), transfer })),
      );
    }
    for (const { flow } of listeners) flow.stop();
    expect(hall.subscriptions.hub.groups).toBe(0);
  });
});

test('clients of both transports get what was computed once, each in its own words', async () => {
  await using server = await startTransport({ schema: realSchema });
  const { room, authorization } = server;
  await makeResource(room.as(OWNER));
  const start = room.queries();
  await makeTransfer(room.as(SENDER), [CALLER]);
  const ofMaking = room.queries() - start;
  const query = 'subscription { events { cursor node { type transfer { status } } } }';
  const sockets = await Promise.all(
    ['1', 'a "second" one'].map(async (id) => {
      const raw = await openRawSocket(server);
      await raw.init(authorization);
      raw.send({ id, type: 'subscribe', payload: { query } });
      return { id, raw };
    }),
  );
  const response = await server.post({ query }, { accept: 'text/event-stream' });
  const events = readEvents(response);
  expect(await events.next()).toMatchObject({ value: { isComment: true } });
  // A query that is asked for later is answered later.
  for (const { raw } of sockets) {
    raw.send({ id: 'q', type: 'subscribe', payload: { query: '{ eventLogEnd }' } });
    expect(await raw.next()).toMatchObject({ id: 'q', type: 'next' });
    expect(await raw.next()).toMatchObject({ id: 'q', type: 'complete' });
  }

  const before = room.queries();
  await makeTransfer(room.as(SENDER), [CALLER]);
  const result = {
    data: {
      events: {
        cursor: expect.any(String),
        node: { type: 'FILE_TRANSFER_INITIALIZED', transfer: { status: 'INITIALIZED' } },
      },
    },
  };
  const messages = await Promise.all(sockets.map(({ raw }) => raw.next()));
  expect(messages).toEqual(sockets.map(({ id }) => ({ id, type: 'next', payload: result })));
  const { value: sent } = await events.next();
  expect(sent).toMatchObject({ event: 'next', data: messages[0]?.payload });
  expect(sent?.id).toBe(pick(messages[0]?.payload, 'data.events.cursor'));
  expect(room.queries() - before).toBe(ofMaking + 1);
  await events.return(undefined);
  for (const { raw } of sockets) raw.socket.terminate();
});

describe('one that is slower than the others', () => {
  test('holds back nobody, and gets everything when it goes on', async () => {
    await using hall = await openHall();
    const { caller } = hall.room.as(ANNA);
    const [quick, slow] = [await hall.listen(caller, EVENTS), await hall.listen(caller, EVENTS)];
    await following(hall.subscriptions, 1);
    slow.isOpen = false;
    const sender = hall.room.as(SENDER);
    for (let i = 0; i < 5; i += 1) await makeTransfer(sender, [ANNA]);
    await quick.has(5);
    expect(slow.results).toHaveLength(1);
    slow.flow.resume();
    await slow.has(2);
    expect(slow.results).toHaveLength(2);
    slow.isOpen = true;
    slow.flow.resume();
    await slow.has(5);
    await makeTransfer(sender, [ANNA]);
    await Promise.all([quick.has(6), slow.has(6)]);
    const cursors = ({ results }: Listener) => results.map((result) => result[CURSOR]);
    expect(cursors(slow)).toEqual(cursors(quick));
    expect(new Set(cursors(slow)).size).toBe(6);
    for (const { flow } of [quick, slow]) flow.stop();
    expect(hall.subscriptions.hub.groups).toBe(0);
  });

  test('reads what lies behind by itself, however long that is', async () => {
    await using hall = await openHall();
    const { caller } = hall.room.as(ANNA);
    const sender = hall.room.as(SENDER);
    for (let i = 0; i < 300; i += 30)
      await Promise.all(Array.from({ length: 30 }, () => makeTransfer(sender, [ANNA])));
    const live = await hall.listen(caller, EVENTS);
    await following(hall.subscriptions, 1);
    const history = await hall.listen(caller, EVENTS, { startAt: 'BEGINNING' });
    await makeTransfer(sender, [ANNA]);
    await live.has(1);
    await history.has(301);
    await makeTransfer(sender, [ANNA]);
    await Promise.all([live.has(2), history.has(302)]);
    const cursors = history.results.map((result) => result[CURSOR]);
    expect(new Set(cursors).size).toBe(302);
    expect(cursors.slice(-2)).toEqual(live.results.map((result) => result[CURSOR]));
    for (const { flow } of [live, history]) flow.stop();
    expect(hall.subscriptions.hub.groups).toBe(0);
  });
});

describe('the end', () => {
  test('of the log is the end of all who follow it', async () => {
    await using hall = await openHall();
    const { caller } = hall.room.as(ANNA);
    const listeners = [await hall.listen(caller, EVENTS), await hall.listen(caller, EVENTS)];
    await following(hall.subscriptions, 1);
    hall.room.services.events.close();
    await Promise.all(listeners.map((listener) => listener.has(1)));
    for (const listener of listeners) expect(listener.isEnded()).toBe(true);
    expect(hall.subscriptions.hub.groups).toBe(0);
  });

  test('of one leaves the others where they are, and of the last one nothing behind', async () => {
    await using hall = await openHall();
    const { caller } = hall.room.as(ANNA);
    const listeners: Listener[] = [];
    for (let i = 0; i < 1000; i += 1) listeners.push(await hall.listen(caller, EVENTS));
    await following(hall.subscriptions, 1);
    const [stays, ...leave] = listeners;
    for (const { flow } of leave) flow.stop();
    await makeTransfer(hall.room.as(SENDER), [ANNA]);
    await stays?.has(1);
    for (const { results } of leave) expect(results).toEqual([]);
    stays?.flow.stop();
    expect(hall.subscriptions.hub.groups).toBe(0);
  });

  test('comes with a last result where the database fails', async () => {
    await using hall = await openHall();
    const { caller } = hall.room.as(ANNA);
    const failing: Services = {
      ...hall.services,
      events: {
        ...hall.services.events,
        readBatch: () => Promise.reject(new Error('The database is away.')),
      },
    };
    const subscriptions = createSubscriptions(failing);
    const listener = await listen({ services: failing, subscriptions }, caller, {
      document: EVENTS,
    });
    await listener.has(1);
    expect(listener.results).toMatchObject([{ errors: [{ message: 'The database is away.' }] }]);
    expect(listener.isEnded()).toBe(true);
  });
});
