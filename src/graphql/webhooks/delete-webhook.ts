/** deleteWebhook: a webhook goes. */
import { deleteWebhook } from '../../webhooks/index.ts';
import { builder } from '../builder.ts';
import { createResultUnion } from '../result-union.ts';
import { runCommand } from '../run-command.ts';

const DeletedWebhookType = builder.objectRef<{ readonly id: string }>('DeletedWebhook').implement({
  description: 'A webhook that is no more.',
  fields: (t) => ({ id: t.exposeID('id', { description: 'The id that it had.' }) }),
});

const DeleteWebhookResult = createResultUnion(
  'DeleteWebhookResult',
  DeletedWebhookType,
  ['AccessDeniedError', 'NotFoundError'],
  'What was deleted, or why nothing was.',
);

builder.mutationField('deleteWebhook', (t) =>
  t.field({
    type: DeleteWebhookResult,
    description:
      'Deletes a webhook of the viewer with its deliveries. Nothing is sent to it any more from the answer on. Any scope.',
    args: { id: t.arg.id({ required: true, description: 'The id of the webhook.' }) },
    resolve: (_, { id }, operation) =>
      runCommand(operation, () => deleteWebhook(operation.services.webhooks, operation.caller, id)),
  }),
);
