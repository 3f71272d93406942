/** Viewer: who the broker takes the caller for. */
import { builder, dependsOnViewer } from '../builder.ts';
import { PartyRef, ServiceOwnerRef, ViewerRef } from '../object-refs.ts';

ViewerRef.implement({
  description: 'The caller, as its access token describes it.',
  fields: (t) => ({
    party: t.expose('party', { type: PartyRef, description: 'The organisation that acts.' }),
    vendor: t.expose('vendor', {
      type: PartyRef,
      nullable: true,
      description:
        'The organisation whose software acts for the party; null where the party acts itself.',
    }),
    systemUserId: t.exposeID('systemUserId', {
      nullable: true,
      description: 'Of a system user: its id. Null for every other caller.',
    }),
    serviceOwner: t.field({
      type: ServiceOwnerRef,
      nullable: true,
      description: 'The party as a service owner; null where it is not registered as one.',
      resolve: async ({ party }, _, { loaders }) =>
        (await loaders.serviceOwner.load(party)) ?? null,
    }),
    scopes: t.exposeStringList('scopes', {
      description: 'The scopes that the token carries, also those that the broker does not know.',
    }),
    clientId: t.exposeString('clientId', {
      nullable: true,
      description: 'The client that the token was issued to; null where the token names none.',
    }),
    tokenExpiresAt: t.expose('tokenExpiresAt', {
      type: 'DateTime',
      description: 'When the token ends.',
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerRef,
    ...dependsOnViewer,
    description:
      'The caller. Without a valid access token every operation but introspection is refused with UNAUTHENTICATED.',
    resolve: (_, __, { caller }) => caller,
  }),
);
