/** events: the log, page by page; and eventLogEnd, the place where it stands. */
import { checkFilter } from '../../domain/check-filter.ts';
import { parsePageRequest } from '../../domain/page.ts';
import { findLogEnd, listEvents } from '../../events/index.ts';
import { unwrap } from '../broker-error.ts';
import { builder, dependsOnViewer } from '../builder.ts';
import { pageArguments } from '../page-arguments.ts';
import { EventConnection } from './event-connection.ts';
import { EventFilterInput } from './event-filter.ts';

builder.queryField('events', (t) =>
  t.field({
    type: EventConnection,
    nullable: true,
    ...dependsOnViewer,
    description:
      'The event log as far as the viewer may see it, oldest first. `last: 50` and then a subscription `after` its endCursor leave no gap.',
    args: {
      filter: t.arg({
        type: EventFilterInput,
        description: 'Which events are listed; left out or null, all that the viewer may see.',
      }),
      from: t.arg({ type: 'DateTime', description: 'Only what happened then or later.' }),
      to: t.arg({ type: 'DateTime', description: 'Only what happened before then.' }),
      ...pageArguments,
    },
    resolve: async (_, { filter, from, to, ...paging }, { read, services, viewer }) => {
      unwrap(checkFilter('filter', filter));
      const page = unwrap(parsePageRequest(paging));
      const db = await read();
      const period = { from, to };
      return unwrap(await listEvents(db, services.events, viewer, filter ?? {}, period, page));
    },
  }),
);

builder.queryField('eventLogEnd', (t) =>
  t.string({
    description:
      'A cursor at the present end of the log: given as `after`, it lets through all that happens from now on.',
    resolve: async (_, __, { read, services }) =>
      services.events.toCursor(await findLogEnd(await read())),
  }),
);
