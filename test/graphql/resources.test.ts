import { expect, test } from 'vitest';
import { makeResource, openRoom, party, pickText } from '../support/graphql-room.ts';

const [OWNER, SENDER, RECEIVER, STRANGER] = [party(1), party(2), party(3), party(4)];

const CONFIGURE = `mutation ($input: ConfigureResourceInput!) {
  configureResource(input: $input) {
    __typename
    ... on Resource {
      id title maxTransferSize transferTimeToLive purgeAfterAllConfirmed purgeGracePeriod
      expiryReminder virusScan computeMd5 requiredParty { id } openTo createdAt
      serviceOwner { name }
    }
    ... on BrokerError { code }
    ... on ValidationError { field problems { field code } }
  }
}`;

test('a new resource starts with the defaults of the contract', async () => {
  await using room = await openRoom();
  const owner = room.as(OWNER);
  await makeResource(owner);
  expect(await owner.ask(CONFIGURE, { input: { id: 'another' } })).toEqual({
    configureResource: {
      __typename: 'Resource',
      id: 'another',
      title: null,
      maxTransferSize: 50_000_000_000,
      transferTimeToLive: 'P30D',
      purgeAfterAllConfirmed: true,
      purgeGracePeriod: 'PT2H',
      expiryReminder: 'P3D',
      virusScan: 'OPTIONAL',
      computeMd5: false,
      requiredParty: null,
      openTo: [],
      createdAt: '2026-01-01T00:00:00.000Z',
      serviceOwner: { name: 'The owner' },
    },
  });
});

test('a change leaves alone what it leaves out, and null clears what may be cleared', async () => {
  await using room = await openRoom();
  const owner = room.as(OWNER);
  const id = await makeResource(owner, { title: 'Reports', requiredParty: SENDER });
  const change = { id, expiryReminder: null, requiredParty: null, computeMd5: true };
  expect(await owner.ask(CONFIGURE, { input: change })).toMatchObject({
    configureResource: {
      title: 'Reports',
      expiryReminder: null,
      requiredParty: null,
      computeMd5: true,
      openTo: ['SEND', 'RECEIVE'],
    },
  });
});

test('everything that is wrong with a change is told at once, and nothing is changed', async () => {
  await using room = await openRoom();
  const owner = room.as(OWNER);
  const id = await makeResource(owner);
  const change = {
    id,
    maxTransferSize: 0,
    transferTimeToLive: 'P366D',
    purgeGracePeriod: 'PT25H',
    openTo: null,
  };
  expect(await owner.ask(CONFIGURE, { input: change })).toEqual({
    configureResource: {
      __typename: 'ValidationError',
      code: 'INVALID_MAX_TRANSFER_SIZE',
      field: 'maxTransferSize',
      problems: [
        { field: 'maxTransferSize', code: 'INVALID_MAX_TRANSFER_SIZE' },
        { field: 'transferTimeToLive', code: 'INVALID_TIME_TO_LIVE' },
        { field: 'purgeGracePeriod', code: 'INVALID_GRACE_PERIOD' },
        { field: 'openTo', code: 'INVALID_INPUT' },
      ],
    },
  });
  expect(await owner.ask('{ resource(id: "the-resource") { maxTransferSize openTo } }')).toEqual({
    resource: { maxTransferSize: 50_000_000_000, openTo: ['SEND', 'RECEIVE'] },
  });
});

test('only a registered service owner configures, and only what it owns', async () => {
  await using room = await openRoom();
  const id = await makeResource(room.as(OWNER));
  const stranger = room.as(STRANGER);
  expect(await stranger.ask(CONFIGURE, { input: { id } })).toMatchObject({
    configureResource: { __typename: 'NotFoundError', code: 'SERVICE_OWNER_NOT_REGISTERED' },
  });
  await makeResource(stranger, { id: 'of-the-stranger' });
  expect(await stranger.ask(CONFIGURE, { input: { id } })).toMatchObject({
    configureResource: { __typename: 'AccessDeniedError', code: 'NOT_RESOURCE_OWNER' },
  });
});

const ACCESS = `
  __typename
  ... on Resource {
    accessList(parties: $listed) {
      totalCount
      edges { node { party { id } actions grantedAt } }
    }
  }
  ... on BrokerError { code }
  ... on ValidationError { problems { field } }`;
const GRANT = `mutation ($input: ResourceAccessInput!, $listed: [PartyId!]) {
  grantResourceAccess(input: $input) { ${ACCESS} }
}`;
const REVOKE = `mutation ($input: ResourceAccessInput!, $listed: [PartyId!]) {
  revokeResourceAccess(input: $input) { ${ACCESS} }
}`;

test('an access list is granted to and taken back from, and lists by party', async () => {
  await using room = await openRoom();
  const owner = room.as(OWNER);
  const resourceId = await makeResource(owner, { openTo: [] });
  const grantedAt = '2026-01-01T00:00:00.000Z';
  const both = { resourceId, parties: [RECEIVER, SENDER], actions: ['SEND', 'RECEIVE'] };
  expect(await owner.ask(GRANT, { input: both })).toEqual({
    grantResourceAccess: {
      __typename: 'Resource',
      accessList: {
        totalCount: 2,
        edges: [
          { node: { party: { id: SENDER }, actions: ['SEND', 'RECEIVE'], grantedAt } },
          { node: { party: { id: RECEIVER }, actions: ['SEND', 'RECEIVE'], grantedAt } },
        ],
      },
    },
  });
  const less = { resourceId, parties: [SENDER], actions: ['RECEIVE'] };
  expect(await owner.ask(REVOKE, { input: less, listed: [SENDER] })).toMatchObject({
    revokeResourceAccess: {
      accessList: {
        totalCount: 1,
        edges: [{ node: { party: { id: SENDER }, actions: ['SEND'] } }],
      },
    },
  });
  expect(await owner.ask(REVOKE, { input: { ...both, parties: [SENDER] } })).toMatchObject({
    revokeResourceAccess: {
      accessList: { totalCount: 1, edges: [{ node: { party: { id: RECEIVER } } }] },
    },
  });
});

test('granting nothing to nobody is told as two problems, and a resource that is not there as such', async () => {
  await using room = await openRoom();
  const owner = room.as(OWNER);
  const resourceId = await makeResource(owner);
  expect(await owner.ask(GRANT, { input: { resourceId, parties: [], actions: [] } })).toEqual({
    grantResourceAccess: {
      __typename: 'ValidationError',
      code: 'INVALID_INPUT',
      problems: [{ field: 'parties' }, { field: 'actions' }],
    },
  });
  const missing = { resourceId: 'not-there', parties: [SENDER], actions: ['SEND'] };
  expect(await owner.ask(GRANT, { input: missing })).toEqual({
    grantResourceAccess: { __typename: 'NotFoundError', code: 'RESOURCE_NOT_FOUND' },
  });
});

const RESOURCE = `query ($id: ID!) {
  resource(id: $id) { viewerActions accessList { totalCount } serviceOwner { party { id } } }
}`;

test('a resource shows each viewer what it may do, and its access list to its owner alone', async () => {
  await using room = await openRoom();
  const owner = room.as(OWNER);
  const id = await makeResource(owner, { openTo: [] });
  await owner.ask(GRANT, { input: { resourceId: id, parties: [SENDER], actions: ['SEND'] } });
  const serviceOwner = { party: { id: OWNER } };
  expect(await owner.ask(RESOURCE, { id })).toEqual({
    resource: { viewerActions: ['SEND', 'RECEIVE'], accessList: { totalCount: 1 }, serviceOwner },
  });
  expect(await room.as(SENDER).ask(RESOURCE, { id })).toEqual({
    resource: { viewerActions: ['SEND'], accessList: null, serviceOwner },
  });
  expect(await room.as(STRANGER).ask(RESOURCE, { id })).toEqual({ resource: null });
});

test('with the scope altinn:serviceowner alone one sees only the resources that one owns', async () => {
  await using room = await openRoom();
  const id = await makeResource(room.as(OWNER));
  const scopes = ['altinn:serviceowner'];
  expect(await room.as(OWNER, { scopes }).ask(RESOURCE, { id })).not.toEqual({ resource: null });
  expect(await room.as(SENDER, { scopes }).ask(RESOURCE, { id })).toEqual({ resource: null });
});

const RESOURCES = `query ($owned: Boolean, $action: ResourceAction, $first: Int, $after: String) {
  resources(owned: $owned, action: $action, first: $first, after: $after) {
    edges { node { id } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}`;

test('resources lists what one owns or may use, page by page', async () => {
  await using room = await openRoom();
  const owner = room.as(OWNER);
  await makeResource(owner, { id: 'a-closed', openTo: [] });
  await makeResource(owner, { id: 'b-sending', openTo: ['SEND'] });
  const sender = room.as(SENDER);
  await makeResource(sender, { id: 'c-own', openTo: [] });
  const listed = async (variables = {}) => {
    const data = await sender.ask(RESOURCES, variables);
    return JSON.stringify(data).match(/[abc]-\w+/g);
  };
  expect(await listed()).toEqual(['b-sending', 'c-own']);
  expect(await listed({ owned: true })).toEqual(['c-own']);
  expect(await listed({ owned: false })).toEqual(['b-sending']);
  expect(await listed({ action: 'RECEIVE' })).toEqual(['c-own']);
  const first = await sender.ask(RESOURCES, { first: 1 });
  expect(first).toMatchObject({
    resources: {
      edges: [{ node: { id: 'b-sending' } }],
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    },
  });
  const endCursor = pickText(first, 'resources.pageInfo.endCursor');
  expect(await sender.ask(RESOURCES, { after: endCursor })).toMatchObject({
    resources: {
      edges: [{ node: { id: 'c-own' } }],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    },
  });
  const ofOwner = `query ($party: PartyId!) {
    serviceOwner(party: $party) { resources { edges { node { id } } } }
  }`;
  expect(await sender.ask(ofOwner, { party: OWNER })).toEqual({
    serviceOwner: { resources: { edges: [{ node: { id: 'b-sending' } }] } },
  });
});

test.each([
  ['first of nothing', { first: 0 }, 'INVALID_INPUT'],
  ['more than a page may have', { first: 101 }, 'INVALID_INPUT'],
  ['a cursor that is none', { after: 'nonsense' }, 'INVALID_CURSOR'],
])('%s is refused, and the rest of the answer stays', async (_, variables, code) => {
  await using room = await openRoom();
  const { data, errors } = await room.as(OWNER).request(RESOURCES, variables);
  expect(data).toEqual({ resources: null });
  expect(errors).toMatchObject([{ path: ['resources'], extensions: { code } }]);
});

test('an empty list of parties is refused', async () => {
  await using room = await openRoom();
  const owner = room.as(OWNER);
  await makeResource(owner);
  const { data, errors } = await owner.request(
    '{ resource(id: "the-resource") { id accessList(parties: []) { totalCount } } }',
  );
  expect(data).toEqual({ resource: { id: 'the-resource', accessList: null } });
  expect(errors).toMatchObject([
    {
      message: 'parties is empty; leave it out to filter nothing.',
      extensions: { code: 'INVALID_INPUT' },
    },
  ]);
});
