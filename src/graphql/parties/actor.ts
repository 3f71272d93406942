/** Actor: who did something. */
import { ActorRef, PartyRef } from '../object-refs.ts';

ActorRef.implement({
  description: 'Who did something.',
  fields: (t) => ({
    party: t.expose('party', {
      type: PartyRef,
      description: 'The party whose right the act was, whoever carried it out.',
    }),
    vendor: t.expose('vendor', {
      type: PartyRef,
      nullable: true,
      description:
        'The organisation whose software acted for the party; null where the party acted itself.',
    }),
    clientId: t.exposeString('clientId', {
      nullable: true,
      description: 'The client that acted; null where its token named none.',
    }),
    systemUserId: t.exposeID('systemUserId', {
      nullable: true,
      description: 'The system user that acted; null where it was none.',
    }),
  }),
});
