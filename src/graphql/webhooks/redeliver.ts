/** redeliver: one delivery is sent again. */
import { redeliver } from '../../webhooks/index.ts';
import { builder } from '../builder.ts';
import { DeliveryRef } from '../object-refs.ts';
import { createResultUnion } from '../result-union.ts';
import { runCommand } from '../run-command.ts';

const RedeliverResult = createResultUnion(
  'RedeliverResult',
  DeliveryRef,
  ['AccessDeniedError', 'NotFoundError', 'ConflictError'],
  'The delivery as it is now, or why it is not sent.',
);

builder.mutationField('redeliver', (t) =>
  t.field({
    type: RedeliverResult,
    description:
      'Sends one delivery again now, also one that has failed for good. It is PENDING again, under the same event id; what came of it stands in its attempts. WEBHOOK_NOT_ACTIVE unless its webhook is. Any scope.',
    args: { deliveryId: t.arg.id({ required: true, description: 'The id of the delivery.' }) },
    resolve: (_, { deliveryId }, operation) =>
      runCommand(operation, () =>
        redeliver(operation.services.webhooks, operation.caller, deliveryId),
      ),
  }),
);
