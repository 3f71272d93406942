/** createWebhook: a party asks to be told of events at a URL. */
import { createWebhook } from '../../webhooks/index.ts';
import { builder } from '../builder.ts';
import { EventAudienceEnum, EventTypeEnum } from '../events/event-enums.ts';
import { runCommand } from '../run-command.ts';
import { TransferRoleEnum } from '../transfers/transfer-enums.ts';
import { CreateWebhookResult } from './webhook-with-secret.ts';

const CreateWebhookInput = builder.inputType('CreateWebhookInput', {
  description:
    'Where to send which events. What nothing could ever come through is refused: an empty list, an unknown resource, a role that the access token does not let see.',
  fields: (t) => ({
    url: t.field({
      type: 'URL',
      required: true,
      description:
        'Where events are sent: http or https, without user and password, at most 2000 characters, on the public internet unless the operator allows more. Else it is WEBHOOK_URL_NOT_ALLOWED.',
    }),
    types: t.field({
      type: [EventTypeEnum],
      description: 'Only these types. Left out or null: every type.',
    }),
    resourceIds: t.idList({
      description:
        'Only of transfers through these resources, at most 1000. Left out or null: every resource.',
    }),
    role: t.field({
      type: TransferRoleEnum,
      description:
        'Only of transfers in which the party has this role. Left out or null: whatever it has.',
    }),
    audience: t.field({
      type: EventAudienceEnum,
      required: true,
      defaultValue: 'MINE',
      description: 'Whether it is told of all that its party may see, or of what concerns it.',
    }),
  }),
});

builder.mutationField('createWebhook', (t) =>
  t.field({
    type: CreateWebhookResult,
    description:
      'Makes a webhook of the viewer. It is ACTIVE, and told of what happens from then on, as soon as its endpoint has answered a validation request with a 2xx. At most 50 per party: TOO_MANY_WEBHOOKS. Any scope.',
    args: {
      input: t.arg({
        type: CreateWebhookInput,
        required: true,
        description: 'Where to send which events.',
      }),
    },
    resolve: (_, { input }, operation) =>
      runCommand(operation, () =>
        createWebhook(operation.services.webhooks, operation.caller, input),
      ),
  }),
);
