/** What granting and taking back have in common: their input and their answer. */
import { builder } from '../builder.ts';
import { ResourceRef } from '../object-refs.ts';
import { createResultUnion } from '../result-union.ts';
import { ResourceActionEnum } from './resource-enums.ts';

/** Which actions of which parties. */
export const ResourceAccessInput = builder.inputType('ResourceAccessInput', {
  description: 'Which actions of which parties are granted or taken back.',
  fields: (t) => ({
    resourceId: t.id({ required: true, description: 'A resource that the viewer owns.' }),
    parties: t.field({
      type: ['PartyId'],
      required: true,
      description: '1 to 1000 parties. One that is named twice counts once.',
    }),
    actions: t.field({
      type: [ResourceActionEnum],
      required: true,
      description: 'At least one action; the others stay as they are.',
    }),
  }),
});

/** The resource, or why its list is what it was. */
export const ResourceAccessResult = createResultUnion(
  'ResourceAccessResult',
  ResourceRef,
  ['ValidationError', 'AccessDeniedError', 'NotFoundError'],
  'The resource with its access list as it is now, or why nothing was changed.',
);
