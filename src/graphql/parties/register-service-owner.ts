/** registerServiceOwner: the caller's party becomes one that owns resources. */
import { registerServiceOwner } from '../../resources/index.ts';
import { builder } from '../builder.ts';
import { ServiceOwnerRef } from '../object-refs.ts';
import { createResultUnion } from '../result-union.ts';
import { runCommand } from '../run-command.ts';

const RegisterServiceOwnerInput = builder.inputType('RegisterServiceOwnerInput', {
  description: 'What a new service owner says of itself.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: "1 to 255 characters. It becomes the party's name as well.",
    }),
  }),
});

const RegisterServiceOwnerResult = createResultUnion(
  'RegisterServiceOwnerResult',
  ServiceOwnerRef,
  ['ValidationError', 'AccessDeniedError', 'ConflictError'],
  'The service owner, or why the party was not registered.',
);

builder.mutationField('registerServiceOwner', (t) =>
  t.field({
    type: RegisterServiceOwnerResult,
    description:
      "Registers the viewer's party as a service owner. Scope altinn:serviceowner. A second time is SERVICE_OWNER_ALREADY_REGISTERED.",
    args: {
      input: t.arg({
        type: RegisterServiceOwnerInput,
        required: true,
        description: 'What the service owner says of itself.',
      }),
    },
    resolve: (_, { input }, operation) => {
      const { database, ids, clock } = operation.services;
      return runCommand(operation, () =>
        registerServiceOwner({ database, ids, now: clock.now() }, operation.caller, input),
      );
    },
  }),
);
