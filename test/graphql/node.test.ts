import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/index.ts';
import {
  type Asker,
  makeResource,
  makeTransfer,
  openRoom,
  party,
  pickText,
} from '../support/graphql-room.ts';
import { makeDeliveries, makeWebhook } from '../support/webhook-rows.ts';

const [OWNER, SENDER, FIRST, STRANGER] = [party(1), party(2), party(3), party(4)];

const NODE = 'query ($id: ID!) { node(id: $id) { __typename id } }';

test('every Node is found again by its id, where the viewer may see it', async () => {
  await using room = await openRoom();
  const owner = room.as(OWNER);
  const resource = await makeResource(owner, { openTo: [] });
  const grant = `mutation ($parties: [PartyId!]!) {
    grantResourceAccess(input: {
      resourceId: "the-resource", parties: $parties, actions: [SEND, RECEIVE]
    }) { __typename }
  }`;
  await owner.ask(grant, { parties: [SENDER, FIRST] });
  const sender = room.as(SENDER);
  const transfer = await makeTransfer(sender, [FIRST]);
  const ids = await sender.ask(`{
    resource(id: "the-resource") { serviceOwner { id } }
    events { edges { node { id } } }
  }`);
  const serviceOwner = pickText(ids, 'resource.serviceOwner.id');
  const event = pickText(ids, 'events.edges.0.node.id');
  const webhook = await makeWebhook(sender);
  const [delivery = ''] = await makeDeliveries(room, webhook);
  const typeOf = (asker: Asker, id: string) => asker.ask(NODE, { id });

  for (const [id, __typename] of [
    [FIRST, 'Party'],
    [resource, 'Resource'],
    [transfer, 'Transfer'],
    [serviceOwner, 'ServiceOwner'],
    [event, 'Event'],
    [webhook, 'Webhook'],
    [delivery, 'Delivery'],
  ] as const) {
    expect(await typeOf(sender, id)).toEqual({ node: { __typename, id } });
  }
  const stranger = room.as(STRANGER);
  for (const id of [resource, transfer, event, webhook, delivery]) {
    expect(await typeOf(stranger, id)).toEqual({ node: null });
  }
  // Those of the same party with a token that does not let see all that the webhook is told of.
  const owning = room.as(SENDER, { scopes: ['altinn:serviceowner'] });
  for (const id of [webhook, delivery]) {
    expect(await typeOf(owning, id)).toEqual({ node: null });
  }
});

test.each([
  ['a party in its second form', 'urn:altinn:organization:identifier-no:000000001'],
  ['a UUID that nothing has', '01900000-0000-7000-8000-000000000000'],
  ['nothing', ''],
])('%s is no id of a Node', async (_, id) => {
  await using room = await openRoom();
  expect(await room.as(OWNER).ask(NODE, { id })).toEqual({ node: null });
});

test('the fields that depend on the viewer say so', () => {
  const types = [schema.getType('Transfer'), schema.getType('Resource'), schema.getType('Event')];
  const marked = types.flatMap((type) =>
    type !== undefined && 'getFields' in type
      ? Object.values(type.getFields()).flatMap((field) =>
          field.extensions.dependsOnViewer === true ? [field.name] : [],
        )
      : [],
  );
  expect(marked.sort()).toEqual([
    'accessList',
    'actor',
    'upload',
    'viewerActions',
    'viewerRecipient',
    'viewerRoles',
  ]);
});
