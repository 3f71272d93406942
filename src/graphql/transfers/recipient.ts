/** Recipient: a party's part in a transfer; and how many of a transfer's recipients are how far. */
import type { TransferRow } from '../../transfers/index.ts';
import { builder } from '../builder.ts';
import { PartyRef, RecipientRef } from '../object-refs.ts';
import { RecipientStatusEnum } from './transfer-enums.ts';

RecipientRef.implement({
  description: "A party's part in a transfer as one of its recipients.",
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id of this part, a UUID. It is not a Node.' }),
    party: t.expose('party_id', { type: PartyRef, description: 'The recipient.' }),
    status: t.expose('status', { type: RecipientStatusEnum, description: 'How far it has come.' }),
    statusChangedAt: t.expose('status_changed_at', {
      type: 'DateTime',
      description: 'When the status last changed.',
    }),
    downloadStartedAt: t.expose('download_started_at', {
      type: 'DateTime',
      nullable: true,
      description: 'When its first download started; null before that.',
    }),
    confirmedAt: t.expose('confirmed_at', {
      type: 'DateTime',
      nullable: true,
      description: 'When it confirmed; null before that.',
    }),
  }),
});

/** How many recipients are how far, from the counters that the transfer keeps. */
export const RecipientCountsRef =
  builder.objectRef<
    Pick<TransferRow, 'recipients_total' | 'recipients_started' | 'recipients_confirmed'>
  >('RecipientCounts');

RecipientCountsRef.implement({
  description: "How many of a transfer's recipients are in each status.",
  fields: (t) => ({
    total: t.exposeInt('recipients_total', { description: 'How many recipients there are.' }),
    initialized: t.int({
      description: 'Those that have not started a download.',
      resolve: (counts) => counts.recipients_total - counts.recipients_started,
    }),
    downloadStarted: t.int({
      description: 'Those that have started a download and not confirmed it.',
      resolve: (counts) => counts.recipients_started - counts.recipients_confirmed,
    }),
    confirmed: t.exposeInt('recipients_confirmed', { description: 'Those that have confirmed.' }),
  }),
});
