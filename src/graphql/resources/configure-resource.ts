/** configureResource: creates a resource, or changes its settings. */
import { configureResource } from '../../resources/index.ts';
import { builder } from '../builder.ts';
import { ResourceRef } from '../object-refs.ts';
import { createResultUnion } from '../result-union.ts';
import { runCommand } from '../run-command.ts';
import { ResourceActionEnum, VirusScanPolicyEnum } from './resource-enums.ts';

const ConfigureResourceInput = builder.inputType('ConfigureResourceInput', {
  description: `Left out: unchanged. Null clears \`title\`, \`expiryReminder\` (never) and \`requiredParty\` (none); any other null is
INVALID_INPUT. A new resource starts with: 50 000 000 000 bytes, P30D, purge after all confirmed, PT2H grace, a reminder
P3D before expiry (never more than half the time to live), scan OPTIONAL, no MD5, open to nobody.`,
  fields: (t) => ({
    id: t.id({
      required: true,
      description:
        "The service owner's own identifier: 4 to 255 of a-z, 0-9, - and _, and not shaped like a UUID.",
    }),
    title: t.string({ description: 'A title of 1 to 255 characters; null for none.' }),
    maxTransferSize: t.field({
      type: 'ByteSize',
      description:
        '1 to 1 677 721 600 000 bytes. Of transfers made from now on. Out of bounds it is INVALID_MAX_TRANSFER_SIZE.',
    }),
    transferTimeToLive: t.field({
      type: 'Duration',
      description:
        'More than nothing, at most P365D. Of transfers made from now on. Out of bounds it is INVALID_TIME_TO_LIVE.',
    }),
    purgeAfterAllConfirmed: t.boolean({
      description: 'Whether a file is purged once every recipient has confirmed.',
    }),
    purgeGracePeriod: t.field({
      type: 'Duration',
      description:
        'How long after the last confirmation that purge comes: at most PT24H, else it is INVALID_GRACE_PERIOD.',
    }),
    expiryReminder: t.field({
      type: 'Duration',
      description:
        'How long before expiry recipients are reminded: more than nothing, at most half the time to live, else it is INVALID_EXPIRY_REMINDER. Null for never.',
    }),
    virusScan: t.field({
      type: VirusScanPolicyEnum,
      description: 'Whether files are scanned for malware before they are published.',
    }),
    computeMd5: t.boolean({
      description: 'Whether an MD5 digest is computed for every file, beside SHA-256.',
    }),
    requiredParty: t.field({
      type: 'PartyId',
      description:
        'The party that has to be the sender or the only recipient of every transfer; null for none.',
    }),
    openTo: t.field({
      type: [ResourceActionEnum],
      description:
        'What every party may do without being on the access list. An empty list opens it to nobody.',
    }),
  }),
});

const ConfigureResourceResult = createResultUnion(
  'ConfigureResourceResult',
  ResourceRef,
  ['ValidationError', 'AccessDeniedError', 'NotFoundError', 'ConflictError'],
  'The resource as it is now, or why nothing was changed.',
);

builder.mutationField('configureResource', (t) =>
  t.field({
    type: ConfigureResourceResult,
    description:
      'Creates the resource, or changes the settings that are given. Scope altinn:serviceowner, by the party that owns it.',
    args: {
      input: t.arg({
        type: ConfigureResourceInput,
        required: true,
        description: 'Which resource, and what of it changes.',
      }),
    },
    resolve: (_, { input }, operation) => {
      const { database, clock } = operation.services;
      return runCommand(operation, () =>
        configureResource({ database, now: clock.now() }, operation.caller, input),
      );
    },
  }),
);
