/** initializeTransfer: a sender announces a file. */
import { initializeTransfer } from '../../transfers/index.ts';
import { builder } from '../builder.ts';
import { TransferRef } from '../object-refs.ts';
import { createResultUnion } from '../result-union.ts';
import { runCommand } from '../run-command.ts';
import { PropertyInput } from './property.ts';
import { DigestAlgorithmEnum } from './transfer-enums.ts';

const DigestInput = builder.inputType('DigestInput', {
  description: 'A digest that a file has to have.',
  fields: (t) => ({
    algorithm: t.field({
      type: DigestAlgorithmEnum,
      required: true,
      description: 'How the digest is computed.',
    }),
    value: t.string({
      required: true,
      description: 'Hex, either case: 32 digits of MD5, 64 of SHA-256.',
    }),
  }),
});

const InitializeTransferInput = builder.inputType('InitializeTransferInput', {
  description: 'What a sender says of a new transfer.',
  fields: (t) => ({
    resourceId: t.id({
      required: true,
      description:
        'The resource that it goes through. The sender has to have SEND there, and every recipient RECEIVE.',
    }),
    fileName: t.string({
      required: true,
      description:
        '1 to 255 characters of well-formed Unicode; no path, no control characters, nothing that file systems reserve.',
    }),
    sender: t.field({
      type: 'PartyId',
      required: true,
      description: "The viewer's own party: for any other it is NOT_THE_SENDER.",
    }),
    recipients: t.field({
      type: ['PartyId'],
      required: true,
      description: '1 to 1000, no party twice. The sender may be among them.',
    }),
    sendersReference: t.string({
      description: 'What the sender knows the transfer by: 1 to 4096 characters.',
    }),
    properties: t.field({
      type: [PropertyInput],
      description: 'At most 10; keys of 1 to 50 characters, no key twice, values of at most 3000.',
    }),
    expectedDigest: t.field({
      type: DigestInput,
      description:
        "What the finished file's digest has to be; where it is not, the transfer fails.",
    }),
    skipVirusScan: t.boolean({
      required: true,
      defaultValue: false,
      description:
        'Whether the file is published without a scan; VIRUS_SCAN_REQUIRED where the resource requires one.',
    }),
    idempotencyKey: t.string({
      description:
        'The same key from the same sender within 24 hours answers the transfer that it made first. 1 to 255 characters; with another input it is IDEMPOTENCY_KEY_REUSED.',
    }),
  }),
});

const InitializeTransferResult = createResultUnion(
  'InitializeTransferResult',
  TransferRef,
  ['ValidationError', 'AccessDeniedError', 'NotFoundError', 'ConflictError'],
  'The transfer, or why there is none.',
);

builder.mutationField('initializeTransfer', (t) =>
  t.field({
    type: InitializeTransferResult,
    description:
      'Makes a transfer, whose `upload` says where its file goes. Scope altinn:broker.write.',
    args: {
      input: t.arg({
        type: InitializeTransferInput,
        required: true,
        description: 'What the sender says of the transfer.',
      }),
    },
    resolve: (_, { input }, operation) =>
      runCommand(operation, () =>
        initializeTransfer(operation.services.transfers, operation.caller, input),
      ),
  }),
);
