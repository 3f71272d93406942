/** ResourceAccess: who may use a resource, entry by entry. */

import type { ResourceAction } from '../../domain/resource-settings.ts';
import type { ResourceAccessRow } from '../../resources/index.ts';
import { builder } from '../builder.ts';
import { type CountedPage, createConnection } from '../connection.ts';
import { PartyRef, ResourceAccessRef } from '../object-refs.ts';
import { ResourceActionEnum } from './resource-enums.ts';

ResourceAccessRef.implement({
  description: "A party's right to send or receive through a resource.",
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id of this entry, a UUID. It is not a Node.' }),
    party: t.expose('party_id', { type: PartyRef, description: 'The party that has the right.' }),
    actions: t.field({
      type: [ResourceActionEnum],
      description: 'What it may do; at least one.',
      resolve: toActions,
    }),
    grantedAt: t.expose('granted_at', {
      type: 'DateTime',
      description: 'When the party came onto the list. A later grant of more does not move it.',
    }),
  }),
});

function toActions({ may_send, may_receive }: ResourceAccessRow): ResourceAction[] {
  const actions: ResourceAction[] = [];
  if (may_send === 1) actions.push('SEND');
  if (may_receive === 1) actions.push('RECEIVE');
  return actions;
}

/** A page of an access list, by party. */
export const { connection: ResourceAccessConnection } = createConnection<
  ResourceAccessRow,
  CountedPage<ResourceAccessRow, number>
>(ResourceAccessRef, 'an access list, by party');

builder.objectField(ResourceAccessConnection, 'totalCount', (t) =>
  t.int({
    description:
      'How many parties are on the list, of those asked for. Counted only where it is asked for.',
    resolve: ({ count }) => count(),
  }),
);
