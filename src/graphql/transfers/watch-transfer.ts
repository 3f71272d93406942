/** Subscription.transfer: one transfer, again after each change. */
import { fail, ok } from '../../domain/result.ts';
import { watchTransfer } from '../../transfers/index.ts';
import { unwrap } from '../broker-error.ts';
import { builder } from '../builder.ts';
import { TransferRef } from '../object-refs.ts';

builder.subscriptionField('transfer', (t) =>
  t.field({
    type: TransferRef,
    description:
      'The transfer as it is now, then again after each change of it or of a recipient and, for its sender, as its upload grows. Completes when the transfer has ended (PURGED, CANCELLED, FAILED). TRANSFER_NOT_FOUND where the viewer sees none.',
    args: { id: t.arg.id({ required: true, description: 'The id of the transfer.' }) },
    subscribe: async (_, { id }, { services, viewer }) =>
      unwrap(await watchTransfer(services, viewer, id)),
    // A beat says only that there is something to see.
    resolve: async ({ transferId }, _, { loaders }) => {
      const transfer = await loaders.transfer.load(transferId);
      const missing = fail('TRANSFER_NOT_FOUND', `There is no transfer "${transferId}".`);
      return unwrap(transfer === undefined ? missing : ok(transfer));
    },
  }),
);
