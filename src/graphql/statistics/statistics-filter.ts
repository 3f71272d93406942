/** StatisticsFilter: which transfers statistics count. */
import { builder } from '../builder.ts';

const LIST = 'An empty list is INVALID_INPUT.';

/** All fields have to match; left out or null is not filtered. */
export const StatisticsFilterInput = builder.inputType('StatisticsFilter', {
  description:
    'Which transfers are counted: those that match all of its fields. Left out or null is not filtered. A list names at most 1000 values.',
  fields: (t) => ({
    from: t.field({
      type: 'Date',
      description: 'Created on this day or later, UTC.',
    }),
    to: t.field({ type: 'Date', description: 'Created before this day, UTC.' }),
    resourceIds: t.idList({ description: `Through one of these resources. ${LIST}` }),
    senders: t.field({ type: ['PartyId'], description: `Sent by one of these parties. ${LIST}` }),
    recipients: t.field({
      type: ['PartyId'],
      description: `Those that have one of these parties among their recipients. Of recipients, these alone are counted then. ${LIST}`,
    }),
  }),
});
