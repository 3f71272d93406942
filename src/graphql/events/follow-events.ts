/** Subscription.events: the log as it grows. */
import { checkFilter } from '../../domain/check-filter.ts';
import { ok, type Result } from '../../domain/result.ts';
import { findLogEnd } from '../../events/index.ts';
import { unwrap } from '../broker-error.ts';
import { builder } from '../builder.ts';
import { createLogSource } from '../log-source.ts';
import type { Operation } from '../operation.ts';
import { EventEdge } from './event-connection.ts';
import { EventStartEnum } from './event-enums.ts';
import { EventFilterInput } from './event-filter.ts';

builder.subscriptionField('events', (t) =>
  t.field({
    type: EventEdge,
    description:
      'Events as they happen, in log order, each once. With `after`, first everything in the log later than that cursor, then live, with nothing missed or doubled in between. Without, from `startAt`.',
    args: {
      filter: t.arg({
        type: EventFilterInput,
        description: 'Which events are let through; left out or null, all that the viewer may see.',
      }),
      after: t.arg.string({
        description:
          'Starts after this cursor, whatever `startAt` says. One that is no place in this log is INVALID_CURSOR.',
      }),
      startAt: t.arg({
        type: EventStartEnum,
        required: true,
        defaultValue: 'NOW',
        description: 'Where to start without a cursor.',
      }),
    },
    subscribe: async (_, { filter, after, startAt }, operation) => {
      unwrap(checkFilter('filter', filter));
      const position = unwrap(await findStart(operation, operation.resumeAfter ?? after, startAt));
      const { services, viewer } = operation;
      return createLogSource(services.events, { viewer, filter: filter ?? {}, after: position });
    },
    resolve: (edge) => edge,
  }),
);

async function findStart(
  { services: { database, events } }: Operation,
  after: string | null | undefined,
  startAt: 'NOW' | 'BEGINNING',
): Promise<Result<number>> {
  // Not from the operation's snapshot: that would be held as long as the stream.
  if (after != null) return database.read((db) => events.fromCursor(db, after));
  return ok(startAt === 'BEGINNING' ? 0 : await database.read(findLogEnd));
}
