/** Event: one entry of the log. */
import { findVisibleActor } from '../../events/index.ts';
import { dependsOnViewer } from '../builder.ts';
import { NodeInterface } from '../node.ts';
import { ActorRef, EventRef, PartyRef, TransferRef } from '../object-refs.ts';
import { RecipientStatusEnum, TransferStatusEnum } from '../transfers/transfer-enums.ts';
import { EventTypeEnum } from './event-enums.ts';

EventRef.implement({
  description:
    'One entry of the append-only event log. All but `transfer` is as it was when it happened.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.exposeID('id', {
      description:
        'The CloudEvents id. It never changes, so a receiver can drop what it has already seen.',
    }),
    type: t.expose('type', { type: EventTypeEnum, description: 'What happened.' }),
    time: t.expose('time', { type: 'DateTime', description: 'When it happened.' }),
    transferId: t.exposeID('transfer_id', {
      description: 'The id of the transfer that it happened to.',
    }),
    transfer: t.field({
      type: TransferRef,
      nullable: true,
      description:
        'The transfer as it is now. Null only where it cannot be loaded, so that one fault never costs the event.',
      resolve: async (event, _, { loaders }) =>
        (await loaders.transfer.load(event.transfer_id)) ?? null,
    }),
    transferStatus: t.expose('transfer_status', {
      type: TransferStatusEnum,
      description: "The transfer's status after this event.",
    }),
    recipientStatus: t.expose('recipient_status', {
      type: RecipientStatusEnum,
      nullable: true,
      description:
        "The subject's status as a recipient after this event; null where the event is not of a recipient.",
    }),
    statusText: t.exposeString('status_text', { description: 'One sentence for a person.' }),
    subject: t.expose('subject_id', {
      type: PartyRef,
      nullable: true,
      description: 'The party whose act or omission the event tells of; null where it is none.',
    }),
    actor: t.field({
      type: ActorRef,
      nullable: true,
      ...dependsOnViewer,
      description:
        "Who did it. Null for the broker's own acts, and for all but the sender and the resource's owner. Depends on the viewer.",
      resolve: (event, _, { viewer }) => findVisibleActor(event, viewer),
    }),
  }),
});
