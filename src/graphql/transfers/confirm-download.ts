/** confirmDownload: a recipient says that it has the whole file. */
import { confirmDownload } from '../../transfers/index.ts';
import { builder } from '../builder.ts';
import { TransferRef } from '../object-refs.ts';
import { createResultUnion } from '../result-union.ts';
import { runCommand } from '../run-command.ts';

const ConfirmDownloadResult = createResultUnion(
  'ConfirmDownloadResult',
  TransferRef,
  ['ValidationError', 'AccessDeniedError', 'NotFoundError', 'ConflictError'],
  'The transfer as it is now, or why nothing was confirmed.',
);

builder.mutationField('confirmDownload', (t) =>
  t.field({
    type: ConfirmDownloadResult,
    description:
      'A recipient says that it has the whole file. With the SHA-256 (hex) of what it has, the broker compares first: another one is DIGEST_MISMATCH, and nothing is confirmed. Confirming again answers the transfer and does nothing, whatever its status. Scope altinn:broker.read.',
    args: {
      transferId: t.arg.id({ required: true, description: 'The id of the transfer.' }),
      sha256: t.arg.string({
        description:
          'The SHA-256 of what the recipient has: 64 hex digits, either case. Left out or null, nothing is compared.',
      }),
    },
    resolve: (_, { transferId, sha256 = null }, operation) =>
      runCommand(operation, () =>
        confirmDownload(operation.services.transfers, operation.caller, transferId, sha256),
      ),
  }),
);
