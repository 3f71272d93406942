/** Webhook: who is told of events by HTTP; and the queries that find one's own. */
import { parsePageRequest } from '../../domain/page.ts';
import {
  listDeliveries,
  listWebhooks,
  resourceIdsOf,
  seeWebhook,
  typesOf,
} from '../../webhooks/index.ts';
import { unwrap } from '../broker-error.ts';
import { builder, dependsOnViewer } from '../builder.ts';
import { EventAudienceEnum, EventTypeEnum } from '../events/event-enums.ts';
import { NodeInterface } from '../node.ts';
import { WebhookRef } from '../object-refs.ts';
import { forwardArguments } from '../page-arguments.ts';
import { TransferRoleEnum } from '../transfers/transfer-enums.ts';
import { DeliveryConnection } from './delivery.ts';
import { DeliveryStatusEnum, WebhookStatusEnum } from './webhook-enums.ts';

WebhookRef.implement({
  description:
    'A URL that is told of events as they happen, by signed CloudEvents. It belongs to the party that made it, and sees what that party may see.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id of the webhook.' }),
    url: t.expose('url', { type: 'URL', description: 'Where events are sent.' }),
    types: t.field({
      type: [EventTypeEnum],
      nullable: true,
      description: 'The types of events that it is told of. Null: every type.',
      resolve: typesOf,
    }),
    resourceIds: t.idList({
      nullable: true,
      description: 'The resources whose events it is told of. Null: every resource.',
      resolve: resourceIdsOf,
    }),
    role: t.expose('role', {
      type: TransferRoleEnum,
      nullable: true,
      description: 'Only of transfers in which its party has this role. Null: whatever it has.',
    }),
    audience: t.expose('audience', {
      type: EventAudienceEnum,
      description: 'Whether it is told of all that its party may see, or of what concerns it.',
    }),
    status: t.expose('status', {
      type: WebhookStatusEnum,
      description: 'Whether it is told of events.',
    }),
    statusText: t.exposeString('status_text', {
      nullable: true,
      description: 'Why it is in this status, for a person. Null while it is ACTIVE.',
    }),
    createdAt: t.expose('created_at', { type: 'DateTime', description: 'When it was made.' }),
    deliveries: t.field({
      type: DeliveryConnection,
      nullable: true,
      description: 'What was and will be delivered to it, newest first.',
      args: {
        ...forwardArguments,
        status: t.arg({
          type: DeliveryStatusEnum,
          description: 'Only those in this status; left out or null for all.',
        }),
      },
      resolve: async ({ id }, { status, ...paging }, { read }) => {
        const page = unwrap(parsePageRequest(paging));
        return unwrap(await listDeliveries(await read(), id, status, page));
      },
    }),
  }),
});

builder.queryField('webhook', (t) =>
  t.field({
    type: WebhookRef,
    nullable: true,
    ...dependsOnViewer,
    description:
      "One of the viewer's webhooks. Null where there is none, or none that its access token lets it see.",
    args: { id: t.arg.id({ required: true, description: 'The id of the webhook.' }) },
    resolve: async (_, { id }, { caller, read }) => {
      const seen = await seeWebhook(await read(), caller, id);
      return seen.ok ? seen.value : null;
    },
  }),
);

builder.queryField('webhooks', (t) =>
  t.field({
    type: [WebhookRef],
    nullable: true,
    ...dependsOnViewer,
    description:
      "The viewer's webhooks, oldest first; at most 50. With the scope altinn:serviceowner alone, those that were made with it alone.",
    resolve: async (_, __, { caller, read }) => listWebhooks(await read(), caller),
  }),
);
