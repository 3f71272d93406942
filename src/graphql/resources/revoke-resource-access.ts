/** revokeResourceAccess: parties lose actions on a resource's access list. */
import { revokeResourceAccess } from '../../resources/index.ts';
import { builder } from '../builder.ts';
import { runCommand } from '../run-command.ts';
import { ResourceAccessInput, ResourceAccessResult } from './resource-access-change.ts';

builder.mutationField('revokeResourceAccess', (t) =>
  t.field({
    type: ResourceAccessResult,
    description:
      'Takes the actions back; a party with none left is off the list. All parties or none. Scope altinn:serviceowner, by the party that owns the resource.',
    args: {
      input: t.arg({
        type: ResourceAccessInput,
        required: true,
        description: 'Which actions of which parties.',
      }),
    },
    resolve: (_, { input }, operation) => {
      const { database, ids, clock } = operation.services;
      return runCommand(operation, () =>
        revokeResourceAccess({ database, ids, now: clock.now() }, operation.caller, input),
      );
    },
  }),
);
