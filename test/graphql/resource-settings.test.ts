/** Service owners and the settings of their resources: what a change changes, who reads it, and what it makes of transfers. */
import { describe, expect, test } from 'vitest';
import {
  type Asker,
  makeResource,
  makeTransfer,
  openRoom,
  party,
  pick,
  type Variables,
} from '../support/graphql-room.ts';

const [OWNER, OTHER, SENDER, FIRST, SECOND] = [party(1), party(2), party(3), party(4), party(5)];

const SETTINGS = `
  id title maxTransferSize transferTimeToLive purgeAfterAllConfirmed purgeGracePeriod
  expiryReminder virusScan computeMd5 requiredParty { id } openTo createdAt
  serviceOwner { name party { id } }`;

const CONFIGURE = `mutation ($input: ConfigureResourceInput!) {
  configureResource(input: $input) {
    __typename
    ... on Resource { ${SETTINGS} }
    ... on BrokerError { code }
    ... on ValidationError { problems { field code } }
  }
}`;
const READ = `query ($id: ID!) { resource(id: $id) { ${SETTINGS} } }`;

async function configure(asker: Asker, input: Variables): Promise<Record<string, unknown>> {
  const data = await asker.ask(CONFIGURE, { input });
  return pick(data, 'configureResource') as Record<string, unknown>;
}

async function read(asker: Asker, id: string): Promise<unknown> {
  return pick(await asker.ask(READ, { id }), 'resource');
}

const REGISTER = `mutation ($name: String!) {
  registerServiceOwner(input: { name: $name }) {
    __typename ... on ServiceOwner { id name } ... on BrokerError { code }
  }
}`;

describe('a service owner', () => {
  const OWNER_OF = `query ($party: PartyId!) {
    serviceOwner(party: $party) { id name createdAt party { name } resources { edges { node { id } } } }
  }`;

  test('is registered once, also where it is tried several times at the same moment', async () => {
    await using room = await openRoom();
    const owner = room.as(OWNER);
    const names = ['One', 'Two', 'Three', 'Four'];
    const made = await Promise.all(names.map((name) => owner.ask(REGISTER, { name })));
    const outcomes = made.map((data) => pick(data, 'registerServiceOwner.__typename'));
    expect(outcomes.sort()).toEqual([
      'ConflictError',
      'ConflictError',
      'ConflictError',
      'ServiceOwner',
    ]);
    const before = await room.as(OTHER).ask(OWNER_OF, { party: OWNER });
    expect(names).toContain(pick(before, 'serviceOwner.name'));
    room.clock.time += 1000;
    expect(await owner.ask(REGISTER, { name: 'Again' })).toEqual({
      registerServiceOwner: {
        __typename: 'ConflictError',
        code: 'SERVICE_OWNER_ALREADY_REGISTERED',
      },
    });
    expect(await room.as(OTHER).ask(OWNER_OF, { party: OWNER })).toEqual(before);
  });

  test('keeps the name that it registered with when its party takes another', async () => {
    await using room = await openRoom();
    const owner = room.as(OWNER);
    await owner.ask(REGISTER, { name: 'Registered' });
    await owner.ask('mutation { updateViewerParty(name: "Renamed") { ... on Party { id } } }');
    expect(await owner.ask(OWNER_OF, { party: OWNER })).toMatchObject({
      serviceOwner: { name: 'Registered', party: { name: 'Renamed' } },
    });
  });

  test('is nobody that is not registered', async () => {
    await using room = await openRoom();
    const other = room.as(OTHER);
    expect(await other.ask(OWNER_OF, { party: OWNER })).toEqual({ serviceOwner: null });
    expect(await other.ask('{ viewer { serviceOwner { id } } }')).toEqual({
      viewer: { serviceOwner: null },
    });
    expect(await configure(other, { id: 'not-made' })).toEqual({
      __typename: 'NotFoundError',
      code: 'SERVICE_OWNER_NOT_REGISTERED',
    });
  });
});

describe('a change of a resource', () => {
  const BEFORE = {
    title: 'Reports',
    maxTransferSize: 1000,
    transferTimeToLive: 'P10D',
    purgeAfterAllConfirmed: false,
    purgeGracePeriod: 'PT1H',
    expiryReminder: 'P2D',
    virusScan: 'DISABLED',
    computeMd5: true,
    requiredParty: SENDER,
    openTo: ['SEND', 'RECEIVE'],
  };
  const told = (settings: Variables) => ({
    ...settings,
    requiredParty: settings.requiredParty === null ? null : { id: settings.requiredParty },
  });

  test.each<[keyof typeof BEFORE, unknown]>([
    ['title', 'Other reports'],
    ['title', null],
    ['maxTransferSize', 1],
    ['transferTimeToLive', 'P365D'],
    ['purgeAfterAllConfirmed', true],
    ['purgeGracePeriod', 'PT0S'],
    ['expiryReminder', 'P5D'],
    ['expiryReminder', null],
    ['virusScan', 'REQUIRED'],
    ['computeMd5', false],
    ['requiredParty', FIRST],
    ['requiredParty', null],
    ['openTo', ['RECEIVE']],
    ['openTo', []],
  ])('of its %s alone to %j leaves the rest as it is', async (field, value) => {
    await using room = await openRoom();
    const owner = room.as(OWNER);
    const id = await makeResource(owner, BEFORE);
    const made = await read(owner, id);
    expect(made).toMatchObject(told(BEFORE));
    room.clock.time += 1000;
    const { __typename, ...answered } = await configure(owner, { id, [field]: value });
    expect(__typename).toBe('Resource');
    // What it is, whose it is and since when stay, too.
    expect(answered).toEqual({ ...Object(made), ...told({ ...BEFORE, [field]: value }) });
    expect(await read(owner, id)).toEqual(answered);
  });

  test('of nothing changes nothing', async () => {
    await using room = await openRoom();
    const owner = room.as(OWNER);
    const id = await makeResource(owner, BEFORE);
    const made = await read(owner, id);
    expect(await configure(owner, { id })).toEqual({ ...Object(made), __typename: 'Resource' });
  });

  test('that is refused in part is refused whole, and makes no resource', async () => {
    await using room = await openRoom();
    const owner = room.as(OWNER);
    const id = await makeResource(owner, BEFORE);
    const made = await read(owner, id);
    const change = { title: 'New', maxTransferSize: 0 };
    expect(await configure(owner, { id, ...change })).toMatchObject({
      __typename: 'ValidationError',
      problems: [{ field: 'maxTransferSize', code: 'INVALID_MAX_TRANSFER_SIZE' }],
    });
    expect(await read(owner, id)).toEqual(made);
    expect(await configure(owner, { id: 'not-made', ...change })).toMatchObject({
      __typename: 'ValidationError',
    });
    expect(await read(owner, 'not-made')).toBeNull();
  });

  test('takes a required party in either form', async () => {
    await using room = await openRoom();
    const owner = room.as(OWNER);
    const requiredParty = 'urn:altinn:organization:identifier-no:000000003';
    const id = await makeResource(owner, { requiredParty });
    expect(await read(owner, id)).toMatchObject({ requiredParty: { id: SENDER } });
  });

  test('by one of several owners at the same moment makes it of that one alone', async () => {
    await using room = await openRoom();
    const [owner, other] = [room.as(OWNER), room.as(OTHER)];
    await owner.ask(REGISTER, { name: 'One' });
    await other.ask(REGISTER, { name: 'Two' });
    const made = await Promise.all(
      [owner, other, owner, other].map((asker) => configure(asker, { id: 'wanted-by-all' })),
    );
    const winner = pick(await read(owner, 'wanted-by-all'), 'serviceOwner.party.id');
    expect([OWNER, OTHER]).toContain(winner);
    expect(made.map(({ code = 'made' }) => code)).toEqual(
      [OWNER, OTHER, OWNER, OTHER].map((who) => (who === winner ? 'made' : 'NOT_RESOURCE_OWNER')),
    );
  });

  test('at the same moment as others of the same resource loses none of them', async () => {
    await using room = await openRoom();
    const owner = room.as(OWNER);
    const id = await makeResource(owner, BEFORE);
    const changes = [
      { title: 'Changed' },
      { maxTransferSize: 7 },
      { transferTimeToLive: 'P20D' },
      { virusScan: 'OPTIONAL' },
      { openTo: [] },
    ];
    await Promise.all(changes.map((change) => configure(owner, { id, ...change })));
    expect(await read(owner, id)).toMatchObject(
      told(Object.assign({ requiredParty: SENDER }, ...changes)),
    );
  });
});

describe('a new resource', () => {
  test.each([
    ['P30D', 'P3D'],
    ['P6D', 'P3D'],
    ['P4D', 'P2D'],
    ['PT1H', 'PT30M'],
    ['PT0.001S', 'PT0S'],
  ])('that keeps files for %s reminds %s before', async (transferTimeToLive, expiryReminder) => {
    await using room = await openRoom();
    const owner = room.as(OWNER);
    const id = await makeResource(owner, { transferTimeToLive });
    expect(await read(owner, id)).toMatchObject({ transferTimeToLive, expiryReminder });
  });

  test('is made with what is given, and the rest by default', async () => {
    await using room = await openRoom();
    const owner = room.as(OWNER);
    const id = await makeResource(owner, {
      title: 'Reports',
      openTo: ['RECEIVE'],
      computeMd5: true,
      expiryReminder: null,
    });
    expect(await read(owner, id)).toMatchObject({
      title: 'Reports',
      maxTransferSize: 50_000_000_000,
      transferTimeToLive: 'P30D',
      purgeAfterAllConfirmed: true,
      purgeGracePeriod: 'PT2H',
      expiryReminder: null,
      virusScan: 'OPTIONAL',
      computeMd5: true,
      requiredParty: null,
      openTo: ['RECEIVE'],
    });
  });
});

describe('who may use a resource', () => {
  const GRANT = `mutation ($parties: [PartyId!]!, $actions: [ResourceAction!]!) {
    grantResourceAccess(input: { resourceId: "the-resource", parties: $parties, actions: $actions }) {
      __typename
    }
  }`;

  test('reads all of its settings, as its owner does', async () => {
    await using room = await openRoom();
    const owner = room.as(OWNER);
    const id = await makeResource(owner, { title: 'Reports', openTo: [], requiredParty: FIRST });
    await owner.ask(GRANT, { parties: [SENDER], actions: ['SEND'] });
    await owner.ask(GRANT, { parties: [FIRST], actions: ['RECEIVE'] });
    const settings = await read(owner, id);
    expect(settings).toMatchObject({ title: 'Reports' });
    for (const who of [SENDER, FIRST]) {
      expect(await read(room.as(who), id)).toEqual(settings);
      expect(await room.as(who).ask(`{ resources { edges { node { ${SETTINGS} } } } }`)).toEqual({
        resources: { edges: [{ node: settings }] },
      });
      const one = ['altinn:broker.read', 'altinn:broker.write'].map((scope) => [scope]);
      for (const scopes of one) expect(await read(room.as(who, { scopes }), id)).toEqual(settings);
    }
    expect(await read(room.as(SECOND), id)).toBeNull();
  });

  test('goes on to read them through its transfers, when it may use it no more', async () => {
    await using room = await openRoom();
    const owner = room.as(OWNER);
    const id = await makeResource(owner);
    const transfer = await makeTransfer(room.as(SENDER), [FIRST]);
    await configure(owner, { id, openTo: [] });
    const settings = await read(owner, id);
    const through = `query ($id: ID!) {
      transfer(id: $id) { resource { viewerActions ${SETTINGS} } }
      resource(id: "the-resource") { id }
      node(id: "the-resource") { id }
      resources { edges { node { id } } }
    }`;
    for (const who of [SENDER, FIRST]) {
      expect(await room.as(who).ask(through, { id: transfer })).toEqual({
        transfer: { resource: { viewerActions: [], ...Object(settings) } },
        resource: null,
        node: null,
        resources: { edges: [] },
      });
    }
  });

  test.each([
    [[], { send: 'NO_ACCESS_TO_RESOURCE', receive: 'RECIPIENT_NOT_IN_ACCESS_LIST' }],
    [['SEND'], { send: 'Transfer', receive: 'RECIPIENT_NOT_IN_ACCESS_LIST' }],
    [['RECEIVE'], { send: 'NO_ACCESS_TO_RESOURCE', receive: 'Transfer' }],
    [['SEND', 'RECEIVE'], { send: 'Transfer', receive: 'Transfer' }],
  ])('is everybody for what it is open to: %j', async (openTo, { send, receive }) => {
    await using room = await openRoom();
    const owner = room.as(OWNER);
    const id = await makeResource(owner, { openTo });
    const initializing = async (sender: Asker, recipient: string) => {
      const document = `mutation ($input: InitializeTransferInput!) {
        it: initializeTransfer(input: $input) { __typename ... on BrokerError { code } }
      }`;
      const input = { resourceId: id, fileName: 'a', sender: sender.caller.party };
      const data = await sender.ask(document, { input: { ...input, recipients: [recipient] } });
      return pick(data, 'it.code') ?? pick(data, 'it.__typename');
    };
    // The owner may do both, always.
    expect(await initializing(room.as(SENDER), OWNER)).toBe(send);
    expect(await initializing(owner, FIRST)).toBe(receive);
    expect(await initializing(owner, OWNER)).toBe('Transfer');
    const seen = await room.as(SENDER).ask('{ resource(id: "the-resource") { viewerActions } }');
    expect(seen).toEqual({ resource: openTo.length === 0 ? null : { viewerActions: openTo } });
    // What the access list adds to it.
    await owner.ask(GRANT, { parties: [SENDER, FIRST], actions: ['SEND', 'RECEIVE'] });
    expect(await initializing(room.as(SENDER), FIRST)).toBe('Transfer');
  });

  test('finds it in pages of resources, each once, in the order of their ids', async () => {
    await using room = await openRoom();
    const [owner, other] = [room.as(OWNER), room.as(OTHER)];
    const ids = Array.from({ length: 23 }, (_, index) => `resource-${(index * 7) % 23}`);
    for (const [index, id] of ids.entries()) {
      const openTo = [[], ['SEND'], ['RECEIVE']][index % 3];
      await makeResource(index % 2 === 0 ? owner : other, { id, openTo });
    }
    const document = `query ($owned: Boolean, $action: ResourceAction, $first: Int, $after: String) {
      resources(owned: $owned, action: $action, first: $first, after: $after) {
        edges { node { id viewerActions serviceOwner { party { id } } } }
        pageInfo { hasNextPage endCursor }
      }
    }`;
    for (const owned of [null, true, false]) {
      for (const action of [null, 'SEND', 'RECEIVE']) {
        const expected = ids
          .filter((_, index) => {
            const isOwn = index % 2 === 0;
            if (owned !== null && isOwn !== owned) return false;
            if (isOwn) return true;
            return action === null ? index % 3 !== 0 : index % 3 === (action === 'SEND' ? 1 : 2);
          })
          .sort();
        const read: unknown[] = [];
        for (let after: unknown = null; ; ) {
          const data = await owner.ask(document, { owned, action, first: 4, after });
          const edges = pick(data, 'resources.edges');
          if (!Array.isArray(edges)) throw new Error('There are no edges.');
          read.push(...edges.map((edge) => pick(edge, 'node.id')));
          if (pick(data, 'resources.pageInfo.hasNextPage') !== true) break;
          after = pick(data, 'resources.pageInfo.endCursor');
        }
        expect(read).toEqual(expected);
      }
    }
  });
});

describe('a required party', () => {
  const initialize = `mutation ($input: InitializeTransferInput!) {
    it: initializeTransfer(input: $input) {
      ... on ValidationError { problems { field code message } }
    }
  }`;
  const MISSING = { field: 'recipients.0', code: 'REQUIRED_PARTY_MISSING' };
  const TOO_MANY = { field: 'recipients', code: 'REQUIRED_PARTY_TOO_MANY_RECIPIENTS' };
  const EMPTY = { field: 'recipients', code: 'INVALID_INPUT' };

  test.each([
    ['that sends, to one', FIRST, [SECOND], undefined],
    ['that sends, to many', FIRST, [SECOND, SENDER], undefined],
    ['that sends, to itself', FIRST, [FIRST], undefined],
    ['that alone receives', SENDER, [FIRST], undefined],
    ['that does not take part', SENDER, [SECOND], [MISSING]],
    ['that receives among others', SENDER, [FIRST, SECOND], [TOO_MANY]],
    ['that is none of many', SENDER, [SENDER, SECOND], [TOO_MANY]],
    ['where nobody receives', SENDER, [], [EMPTY]],
    [
      'that alone receives, twice',
      SENDER,
      [FIRST, FIRST],
      [{ field: 'recipients.1', code: 'INVALID_INPUT' }, TOO_MANY],
    ],
  ])('%s', async (_, sender, recipients, problems) => {
    await using room = await openRoom();
    const resourceId = await makeResource(room.as(OWNER), { requiredParty: FIRST });
    const input = { resourceId, fileName: 'a', sender, recipients };
    expect(await room.as(sender).ask(initialize, { input })).toMatchObject({
      it: problems === undefined ? {} : { problems },
    });
  });

  test('is asked beside everything else, and is of transfers made from now on', async () => {
    await using room = await openRoom();
    const owner = room.as(OWNER);
    const resourceId = await makeResource(owner, { requiredParty: FIRST, virusScan: 'REQUIRED' });
    const input = { resourceId, fileName: '', sender: SENDER, recipients: [SECOND] };
    const wrong = { ...input, skipVirusScan: true };
    expect(await room.as(SENDER).ask(initialize, { input: wrong })).toMatchObject({
      it: {
        problems: [
          { field: 'fileName', code: 'INVALID_INPUT' },
          MISSING,
          { field: 'skipVirusScan', code: 'VIRUS_SCAN_REQUIRED' },
        ],
      },
    });
    await configure(owner, { id: resourceId, requiredParty: null, virusScan: 'OPTIONAL' });
    const id = await makeTransfer(room.as(SENDER), [SECOND]);
    await configure(owner, { id: resourceId, requiredParty: FIRST });
    await room.upload(room.as(SENDER), id, 'hello');
    await room.download(room.as(SECOND), id);
    expect(await room.as(SECOND).ask(`{ transfer(id: "${id}") { status } }`)).toEqual({
      transfer: { status: 'PUBLISHED' },
    });
  });
});
