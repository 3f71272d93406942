/** exportEvents: the event log of a period as a file. */
import { createEventsExport } from '../../statistics/index.ts';
import { builder } from '../builder.ts';
import { EventFilterInput } from '../events/event-filter.ts';
import { runCommand } from '../run-command.ts';
import { ExportResult } from './export-result.ts';

builder.mutationField('exportEvents', (t) =>
  t.field({
    type: ExportResult,
    description:
      'The event log of a period as JSON Lines, oldest first, as far as the viewer may see it. It is read while it is fetched, up to the end that the log has then; the link works for an hour. Any scope.',
    args: {
      filter: t.arg({
        type: EventFilterInput,
        description: 'Which events it holds; left out or null, all that the viewer may see.',
      }),
      from: t.arg({ type: 'DateTime', description: 'Only what happened then or later.' }),
      to: t.arg({ type: 'DateTime', description: 'Only what happened before then.' }),
    },
    resolve: (_, { filter, from, to }, operation) =>
      runCommand(operation, () =>
        createEventsExport(operation.services.exports, operation.caller, {
          filter: filter ?? {},
          from: from ?? null,
          to: to ?? null,
        }),
      ),
  }),
);
