/** TransferFilter: which transfers a list holds. */
import { builder } from '../builder.ts';
import { PropertyInput } from './property.ts';
import { RecipientStatusEnum, TransferRoleEnum, TransferStatusEnum } from './transfer-enums.ts';

/** A transfer has no more, so that asking for more finds nothing. */
export const MAX_FILTER_PROPERTIES = 10;

const LIST = 'An empty list is INVALID_INPUT.';

/** All fields have to match; left out or null is not filtered. */
export const TransferFilterInput = builder.inputType('TransferFilter', {
  description:
    'Which transfers are listed: those that match all of its fields. Left out or null is not filtered. From-bounds are inclusive, to-bounds exclusive. A list names at most 1000 values.',
  fields: (t) => ({
    resourceIds: t.idList({ description: `Through one of these resources. ${LIST}` }),
    role: t.field({
      type: TransferRoleEnum,
      description: 'Those in which the viewer has this role, whatever else it is to them.',
    }),
    statuses: t.field({
      type: [TransferStatusEnum],
      description: `In one of these statuses. ${LIST}`,
    }),
    viewerRecipientStatuses: t.field({
      type: [RecipientStatusEnum],
      description: `The viewer's own status as a recipient; implies the role RECIPIENT. ${LIST}`,
    }),
    recipientStatuses: t.field({
      type: [RecipientStatusEnum],
      description: `Of at least one recipient; where \`recipient\` is given, of that one. ${LIST}`,
    }),
    sender: t.field({ type: 'PartyId', description: 'The party that sends.' }),
    recipient: t.field({ type: 'PartyId', description: 'A party that is among the recipients.' }),
    sendersReference: t.string({ description: 'The whole reference.' }),
    fileNameStartsWith: t.string({
      description: 'The beginning of the file name, case ignored.',
    }),
    createdFrom: t.field({ type: 'DateTime', description: 'Initialized then or later.' }),
    createdTo: t.field({ type: 'DateTime', description: 'Initialized before then.' }),
    statusChangedFrom: t.field({
      type: 'DateTime',
      description: 'The status last changed then or later.',
    }),
    statusChangedTo: t.field({
      type: 'DateTime',
      description: 'The status last changed before then.',
    }),
    expiresFrom: t.field({ type: 'DateTime', description: 'Expires then or later.' }),
    expiresTo: t.field({ type: 'DateTime', description: 'Expires before then.' }),
    properties: t.field({
      type: [PropertyInput],
      description: `Every pair has to be among the transfer's properties; at most ${MAX_FILTER_PROPERTIES}. ${LIST}`,
    }),
  }),
});
