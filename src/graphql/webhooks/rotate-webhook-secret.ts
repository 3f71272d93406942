/** rotateWebhookSecret: a webhook gets a new secret. */
import { rotateWebhookSecret } from '../../webhooks/index.ts';
import { builder } from '../builder.ts';
import { runCommand } from '../run-command.ts';
import { CreateWebhookResult } from './webhook-with-secret.ts';

builder.mutationField('rotateWebhookSecret', (t) =>
  t.field({
    type: CreateWebhookResult,
    description:
      'Replaces the signing secret; the old one stays valid for 24 hours, in which both sign. Any scope.',
    args: { id: t.arg.id({ required: true, description: 'The id of the webhook.' }) },
    resolve: (_, { id }, operation) =>
      runCommand(operation, () =>
        rotateWebhookSecret(operation.services.webhooks, operation.caller, id),
      ),
  }),
);
