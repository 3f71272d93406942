/** Party: an organisation, by its number. */
import { organizationNumber, toPartyUrn } from '../../domain/party-id.ts';
import { NodeInterface } from '../node.ts';
import { PartyRef } from '../object-refs.ts';

PartyRef.implement({
  description: 'An organisation that sends, receives or owns resources, or acts for one that does.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({ description: 'The PartyId in its first form.', resolve: (party) => party }),
    organizationNumber: t.string({
      description: 'The nine digits of its Norwegian organisation number.',
      resolve: organizationNumber,
    }),
    urn: t.string({
      description:
        'The party as Altinn writes it: urn:altinn:organization:identifier-no:NNNNNNNNN.',
      resolve: toPartyUrn,
    }),
    name: t.string({
      nullable: true,
      description:
        'Known once the party has given one (updateViewerParty, registerServiceOwner); null until then.',
      resolve: async (party, _, { loaders }) => (await loaders.partyName.load(party)) ?? null,
    }),
  }),
});
