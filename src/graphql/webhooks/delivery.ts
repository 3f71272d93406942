/** Delivery: one event for one webhook, with every attempt. */
import { createConnection } from '../connection.ts';
import { NodeInterface } from '../node.ts';
import { DeliveryAttemptRef, DeliveryRef, EventRef } from '../object-refs.ts';
import { DeliveryStatusEnum } from './webhook-enums.ts';

DeliveryAttemptRef.implement({
  description: 'One request to the endpoint of a webhook, and what came of it.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it began.' }),
    durationMs: t.exposeInt('durationMs', {
      description: 'How long it took, in milliseconds; at most some 15 000.',
    }),
    responseStatus: t.exposeInt('responseStatus', {
      nullable: true,
      description: 'The HTTP status of the answer. Null where no HTTP response came.',
    }),
    responseExcerpt: t.exposeString('responseExcerpt', {
      nullable: true,
      description:
        'The first 1 KiB of what the endpoint answered, as text; null where it was nothing.',
    }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'Why no answer came, in one sentence; null where one came.',
    }),
  }),
});

DeliveryRef.implement({
  description: 'One event for one webhook.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id of the delivery.' }),
    event: t.field({
      type: EventRef,
      description: 'The event that is delivered.',
      resolve: async ({ position }, _, { loaders }) => {
        const event = await loaders.event.load(position);
        if (event === undefined) throw new Error(`There is no event at ${position}.`);
        return event;
      },
    }),
    status: t.expose('status', { type: DeliveryStatusEnum, description: 'How far it is.' }),
    attempts: t.field({
      type: [DeliveryAttemptRef],
      description: 'Every request that was made for it, oldest first.',
      resolve: ({ id }, _, { loaders }) => loaders.attempts.load(id),
    }),
    nextAttemptAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When it is tried next. Null where no further attempt is planned, as while its webhook is not ACTIVE.',
      resolve: async ({ webhook_id, next_attempt_at }, _, { loaders }) => {
        if (next_attempt_at === null) return null;
        const webhook = await loaders.webhook.load(webhook_id);
        return webhook?.status === 'ACTIVE' ? next_attempt_at : null;
      },
    }),
  }),
});

/** A page of a webhook's deliveries. */
export const { connection: DeliveryConnection } = createConnection(
  DeliveryRef,
  "a webhook's deliveries, newest first",
);
