/** testWebhook: sends a webhook one marked event. */
import { testWebhook } from '../../webhooks/index.ts';
import { builder } from '../builder.ts';
import { DeliveryAttemptRef } from '../object-refs.ts';
import { createResultUnion } from '../result-union.ts';
import { runCommand } from '../run-command.ts';

const TestWebhookResult = createResultUnion(
  'TestWebhookResult',
  DeliveryAttemptRef,
  ['AccessDeniedError', 'NotFoundError', 'ConflictError'],
  'What the endpoint said, whatever it was; or why nothing was sent.',
);

builder.mutationField('testWebhook', (t) =>
  t.field({
    type: TestWebhookResult,
    description:
      'Sends one marked event now (type platform.events.test, of no transfer) and answers what the endpoint said. It counts neither as a delivery nor as a failure. WEBHOOK_NOT_ACTIVE unless the webhook is. Any scope.',
    args: { id: t.arg.id({ required: true, description: 'The id of the webhook.' }) },
    resolve: (_, { id }, operation) =>
      runCommand(operation, () => testWebhook(operation.services.webhooks, operation.caller, id)),
  }),
);
