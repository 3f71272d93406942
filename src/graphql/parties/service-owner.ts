/** ServiceOwner: an organisation that owns resources. */
import { parsePageRequest } from '../../domain/page.ts';
import { listResources } from '../../resources/index.ts';
import { unwrap } from '../broker-error.ts';
import { builder, dependsOnViewer } from '../builder.ts';
import { NodeInterface } from '../node.ts';
import { PartyRef, ServiceOwnerRef } from '../object-refs.ts';
import { forwardArguments } from '../page-arguments.ts';
import { ResourceConnection } from '../resources/resource-connection.ts';

ServiceOwnerRef.implement({
  description: 'An organisation that owns resources, decides their settings and who may use them.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id of the registration, a UUID.' }),
    party: t.expose('party_id', { type: PartyRef, description: 'The organisation itself.' }),
    name: t.exposeString('name', { description: 'The name that it registered with.' }),
    createdAt: t.expose('created_at', {
      type: 'DateTime',
      description: 'When it registered.',
    }),
    resources: t.field({
      type: ResourceConnection,
      nullable: true,
      ...dependsOnViewer,
      description:
        'Those of its resources that the viewer owns or may use, by id. Depends on the viewer.',
      args: forwardArguments,
      resolve: async ({ party_id }, args, operation) => {
        const page = unwrap(parsePageRequest(args));
        const filter = { owner: party_id };
        return unwrap(await listResources(await operation.read(), operation.caller, filter, page));
      },
    }),
  }),
});

builder.queryField('serviceOwner', (t) =>
  t.field({
    type: ServiceOwnerRef,
    nullable: true,
    description: 'The party as a service owner; null where it is not registered as one.',
    args: {
      party: t.arg({ type: 'PartyId', required: true, description: 'The organisation.' }),
    },
    resolve: async (_, { party }, { loaders }) => (await loaders.serviceOwner.load(party)) ?? null,
  }),
);
