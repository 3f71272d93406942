/** replayWebhook: a webhook is told again of what happened since some time. */
import { replayWebhook } from '../../webhooks/index.ts';
import { builder } from '../builder.ts';
import { runCommand } from '../run-command.ts';
import { UpdateWebhookResult } from './update-webhook.ts';

builder.mutationField('replayWebhook', (t) =>
  t.field({
    type: UpdateWebhookResult,
    description:
      "Delivers again everything in the log since then that the webhook's filter lets through, under the same event ids, in log order; what happens meanwhile comes behind it. WEBHOOK_NOT_ACTIVE unless the webhook is. Any scope.",
    args: {
      id: t.arg.id({ required: true, description: 'The id of the webhook.' }),
      since: t.arg({
        type: 'DateTime',
        required: true,
        description: 'What happened then or later is delivered again.',
      }),
    },
    resolve: (_, input, operation) =>
      runCommand(operation, () =>
        replayWebhook(operation.services.webhooks, operation.caller, input),
      ),
  }),
);
