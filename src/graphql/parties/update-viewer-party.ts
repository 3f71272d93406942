/** updateViewerParty: the caller's party gets a name for others to see. */
import { updateViewerParty } from '../../resources/index.ts';
import { builder } from '../builder.ts';
import { PartyRef } from '../object-refs.ts';
import { createResultUnion } from '../result-union.ts';
import { runCommand } from '../run-command.ts';

const UpdateViewerPartyResult = createResultUnion(
  'UpdateViewerPartyResult',
  PartyRef,
  ['ValidationError', 'AccessDeniedError'],
  'The party with its name, or why it did not get it.',
);

builder.mutationField('updateViewerParty', (t) =>
  t.field({
    type: UpdateViewerPartyResult,
    description: "Gives the viewer's party a name for others to see. Any scope.",
    args: {
      name: t.arg.string({
        required: true,
        description: '1 to 255 characters; it replaces the name that the party had.',
      }),
    },
    resolve: (_, { name }, operation) => {
      const { database, clock } = operation.services;
      return runCommand(operation, () =>
        updateViewerParty(database, operation.caller, name, clock.now()),
      );
    },
  }),
);
