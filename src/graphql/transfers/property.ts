/** Property: what a sender says of a transfer in its own words. */
import { builder } from '../builder.ts';
import { PropertyRef } from '../object-refs.ts';

PropertyRef.implement({
  description: 'A key and a value that the sender gave a transfer.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'The key; no two of a transfer are the same.' }),
    value: t.exposeString('value', { description: 'The value.' }),
  }),
});

/** A property as a caller gives it. */
export const PropertyInput = builder.inputType('PropertyInput', {
  description: 'A key and a value that a sender gives a transfer, or that a filter asks for.',
  fields: (t) => ({
    key: t.string({ required: true, description: '1 to 50 characters.' }),
    value: t.string({ required: true, description: 'At most 3000 characters.' }),
  }),
});
