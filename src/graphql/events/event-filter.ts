/** EventFilter: which events a list or a stream holds. */
import { builder } from '../builder.ts';
import { TransferRoleEnum } from '../transfers/transfer-enums.ts';
import { EventAudienceEnum, EventTypeEnum } from './event-enums.ts';

const LIST = 'An empty list is INVALID_INPUT.';

/** All fields have to match; left out or null is not filtered. */
export const EventFilterInput = builder.inputType('EventFilter', {
  description:
    'Which events are let through: those that match all of its fields. Left out or null is not filtered. A list names at most 1000 values.',
  fields: (t) => ({
    types: t.field({ type: [EventTypeEnum], description: `Of one of these types. ${LIST}` }),
    resourceIds: t.idList({
      description: `Of transfers through one of these resources. ${LIST}`,
    }),
    transferId: t.id({ description: 'Of this transfer.' }),
    role: t.field({
      type: TransferRoleEnum,
      description: "The viewer's role in the transfer.",
    }),
    audience: t.field({
      type: EventAudienceEnum,
      required: true,
      defaultValue: 'ALL',
      description:
        'Whether everything is let through that the viewer may see, or what concerns it.',
    }),
  }),
});
