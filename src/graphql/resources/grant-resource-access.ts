/** grantResourceAccess: parties come onto a resource's access list. */
import { grantResourceAccess } from '../../resources/index.ts';
import { builder } from '../builder.ts';
import { runCommand } from '../run-command.ts';
import { ResourceAccessInput, ResourceAccessResult } from './resource-access-change.ts';

builder.mutationField('grantResourceAccess', (t) =>
  t.field({
    type: ResourceAccessResult,
    description:
      'All parties or none. Granting what is there changes nothing. Scope altinn:serviceowner, by the party that owns the resource.',
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
        grantResourceAccess({ database, ids, now: clock.now() }, operation.caller, input),
      );
    },
  }),
);
