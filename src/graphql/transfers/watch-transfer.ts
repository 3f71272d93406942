/** Subscription.transfer: one transfer, again after each change. */
import { fail, ok } from '../../domain/result.ts';
import { type TransferBeat, watchTransfer } from '../../transfers/index.ts';
import { unwrap } from '../broker-error.ts';
import { builder } from '../builder.ts';
import { TransferRef } from '../object-refs.ts';
import { CAUSE, type CausedPayload } from '../payload-cause.ts';

/** A beat says only that there is something to see; one that an event has caused is the same for all who watch. */
type BeatPayload = Pick<TransferBeat, 'transferId'> & CausedPayload;

builder.subscriptionField('transfer', (t) =>
  t.field({
    type: TransferRef,
    description:
      'The transfer as it is now, then again after each change of it or of a recipient and, for its sender, as its upload grows. Completes when the transfer has ended (PURGED, CANCELLED, FAILED). TRANSFER_NOT_FOUND where the viewer sees none.',
    args: { id: t.arg.id({ required: true, description: 'The id of the transfer.' }) },
    subscribe: async (_, { id }, { services, viewer }) =>
      toPayloads(unwrap(await watchTransfer(services, viewer, id))),
    resolve: async ({ transferId }, _, { loaders }) => {
      const transfer = await loaders.transfer.load(transferId);
      const missing = fail('TRANSFER_NOT_FOUND', `There is no transfer "${transferId}".`);
      return unwrap(transfer === undefined ? missing : ok(transfer));
    },
  }),
);

/** Written out because a generator that waits could not be ended. */
function toPayloads(
  beats: AsyncIterableIterator<TransferBeat>,
): AsyncIterableIterator<BeatPayload> {
  return {
    async next() {
      const { done, value } = await beats.next();
      if (done === true) return { done, value: undefined };
      const { transferId, cause } = value;
      const payload = cause && { [CAUSE]: { position: cause.position, transferId } };
      return { done: false, value: { transferId, ...payload } };
    },
    async return() {
      await beats.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
