import { expect, test } from 'vitest';
import { openRoom, party, START } from '../support/graphql-room.ts';

const [OWNER, OTHER, VENDOR] = [party(1), party(2), party(3)];

const VIEWER = `{
  viewer {
    party { id organizationNumber urn name }
    vendor { id }
    systemUserId
    serviceOwner { name }
    scopes
    clientId
    tokenExpiresAt
  }
}`;

test('the viewer is who the access token says', async () => {
  await using room = await openRoom();
  const asker = room.as(OTHER, {
    vendor: VENDOR,
    systemUserId: 'system-user',
    scopes: ['altinn:broker.read', 'another:scope'],
  });
  expect(await asker.ask(VIEWER)).toEqual({
    viewer: {
      party: {
        id: '0192:000000002',
        organizationNumber: '000000002',
        urn: 'urn:altinn:organization:identifier-no:000000002',
        name: null,
      },
      vendor: { id: VENDOR },
      systemUserId: 'system-user',
      serviceOwner: null,
      scopes: ['altinn:broker.read', 'another:scope'],
      clientId: 'client',
      tokenExpiresAt: new Date(START + 3_600_000).toISOString(),
    },
  });
});

test.each([
  '{ viewer { scopes } }',
  '{ eventLogEnd }',
  '{ resource(id: "resource") { id } }',
  '{ transfers { totalCount } }',
])('%s needs a scope of the broker', async (document) => {
  await using room = await openRoom();
  const stranger = room.as(OTHER, { scopes: ['another:scope'] });
  expect(await stranger.errorCodes(document)).toEqual(['INSUFFICIENT_SCOPE']);
});

test.each(['subscription { events { cursor } }', 'subscription { transfer(id: "any") { id } }'])(
  '%s needs a scope of the broker',
  async (document) => {
    await using room = await openRoom();
    const stranger = room.as(OTHER, { scopes: [] });
    await expect(stranger.follow(document)).rejects.toMatchObject({
      errors: [{ extensions: { code: 'INSUFFICIENT_SCOPE' } }],
    });
  },
);

const REGISTER = `mutation ($name: String!) {
  registerServiceOwner(input: { name: $name }) {
    __typename
    ... on ServiceOwner { id name createdAt party { id name } }
    ... on BrokerError { code message }
    ... on ValidationError { field problems { field code message } }
  }
}`;

test('a party registers as a service owner once, and its name is known then', async () => {
  await using room = await openRoom();
  const owner = room.as(OWNER);
  const made = await owner.ask(REGISTER, { name: 'Statens vegvesen' });
  expect(made).toEqual({
    registerServiceOwner: {
      __typename: 'ServiceOwner',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Statens vegvesen',
      createdAt: '2026-01-01T00:00:00.000Z',
      party: { id: OWNER, name: 'Statens vegvesen' },
    },
  });
  expect(await owner.ask(REGISTER, { name: 'Again' })).toMatchObject({
    registerServiceOwner: {
      __typename: 'ConflictError',
      code: 'SERVICE_OWNER_ALREADY_REGISTERED',
    },
  });
  expect(
    await room.as(OTHER).ask('query ($party: PartyId!) { serviceOwner(party: $party) { name } }', {
      party: 'urn:altinn:organization:identifier-no:000000001',
    }),
  ).toEqual({ serviceOwner: { name: 'Statens vegvesen' } });
  expect(await owner.ask('{ viewer { serviceOwner { name } } }')).toEqual({
    viewer: { serviceOwner: { name: 'Statens vegvesen' } },
  });
});

test('registering needs the scope altinn:serviceowner and a name', async () => {
  await using room = await openRoom();
  const reader = room.as(OTHER, { scopes: ['altinn:broker.read'] });
  expect(await reader.ask(REGISTER, { name: 'Reader' })).toMatchObject({
    registerServiceOwner: { __typename: 'AccessDeniedError', code: 'INSUFFICIENT_SCOPE' },
  });
  const problem = {
    field: 'name',
    code: 'INVALID_INPUT',
    message: 'name "" has 0 characters; it has to have 1 to 255.',
  };
  expect(await room.as(OTHER).ask(REGISTER, { name: '' })).toEqual({
    registerServiceOwner: {
      __typename: 'ValidationError',
      ...problem,
      problems: [problem],
    },
  });
});

test('a party gives itself a name, in a second mutation of the same document too', async () => {
  await using room = await openRoom();
  const names = `mutation {
    first: updateViewerParty(name: "First") { ... on Party { id name } }
    second: updateViewerParty(name: "Second") { ... on Party { id name } }
  }`;
  expect(await room.as(OTHER, { scopes: ['altinn:broker.write'] }).ask(names)).toEqual({
    first: { id: OTHER, name: 'First' },
    second: { id: OTHER, name: 'Second' },
  });
});
