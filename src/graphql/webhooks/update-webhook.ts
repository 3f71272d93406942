/** updateWebhook: its owner changes a webhook, or switches it on or off. */
import { updateWebhook } from '../../webhooks/index.ts';
import { builder } from '../builder.ts';
import { EventAudienceEnum, EventTypeEnum } from '../events/event-enums.ts';
import { WebhookRef } from '../object-refs.ts';
import { createResultUnion } from '../result-union.ts';
import { runCommand } from '../run-command.ts';
import { TransferRoleEnum } from '../transfers/transfer-enums.ts';

const UpdateWebhookInput = builder.inputType('UpdateWebhookInput', {
  description:
    'Left out: unchanged. Null `types`, `resourceIds` or `role`: not filtered; any other null is INVALID_INPUT. `enabled: true` and a new `url` validate again.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The id of the webhook.' }),
    url: t.field({ type: 'URL', description: 'Where events are sent from now on.' }),
    types: t.field({ type: [EventTypeEnum], description: 'Only these types.' }),
    resourceIds: t.idList({ description: 'Only of transfers through these resources.' }),
    role: t.field({
      type: TransferRoleEnum,
      description: 'Only of transfers in which the party has this role.',
    }),
    audience: t.field({
      type: EventAudienceEnum,
      description: 'Whether it is told of all that its party may see, or of what concerns it.',
    }),
    enabled: t.boolean({
      description:
        'False switches it off. True switches it on: once its endpoint has answered a validation request, its deliveries go on from where they stood.',
    }),
  }),
});

/** What the mutations answer that change a webhook. */
export const UpdateWebhookResult = createResultUnion(
  'UpdateWebhookResult',
  WebhookRef,
  ['ValidationError', 'AccessDeniedError', 'NotFoundError', 'ConflictError'],
  'The webhook as it is now, or why nothing was changed.',
);

builder.mutationField('updateWebhook', (t) =>
  t.field({
    type: UpdateWebhookResult,
    description:
      'Changes a webhook of the viewer, or switches it on or off. What has been made ready for delivery before goes by the new URL, and is not filtered anew. Any scope.',
    args: {
      input: t.arg({
        type: UpdateWebhookInput,
        required: true,
        description: 'Which webhook, and what of it changes.',
      }),
    },
    resolve: (_, { input }, operation) =>
      runCommand(operation, () =>
        updateWebhook(operation.services.webhooks, operation.caller, input),
      ),
  }),
);
