/** cancelTransfer: the sender withdraws a transfer. */
import { cancelTransfer } from '../../transfers/index.ts';
import { builder } from '../builder.ts';
import { TransferRef } from '../object-refs.ts';
import { createResultUnion } from '../result-union.ts';
import { runCommand } from '../run-command.ts';

const CancelTransferResult = createResultUnion(
  'CancelTransferResult',
  TransferRef,
  ['AccessDeniedError', 'NotFoundError', 'ConflictError'],
  'The transfer as it is now, or why it was not cancelled.',
);

builder.mutationField('cancelTransfer', (t) =>
  t.field({
    type: CancelTransferResult,
    description:
      'The sender withdraws a transfer; a file already received is deleted. Cancelling again answers the transfer and does nothing. Scope altinn:broker.write.',
    args: { id: t.arg.id({ required: true, description: 'The id of the transfer.' }) },
    resolve: (_, { id }, operation) =>
      runCommand(operation, () =>
        cancelTransfer(operation.services.transfers, operation.caller, id),
      ),
  }),
);
