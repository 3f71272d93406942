/** resources: those that the viewer owns or may use. */
import { parsePageRequest } from '../../domain/page.ts';
import { listResources } from '../../resources/index.ts';
import { unwrap } from '../broker-error.ts';
import { builder, dependsOnViewer } from '../builder.ts';
import { forwardArguments } from '../page-arguments.ts';
import { ResourceConnection } from './resource-connection.ts';
import { ResourceActionEnum } from './resource-enums.ts';

builder.queryField('resources', (t) =>
  t.field({
    type: ResourceConnection,
    nullable: true,
    ...dependsOnViewer,
    description:
      'Resources that the viewer owns or may use, by id; `owned` and `action` narrow that.',
    args: {
      owned: t.arg.boolean({
        description:
          'True for those that the viewer owns, false for those of others; left out or null for both.',
      }),
      action: t.arg({
        type: ResourceActionEnum,
        description:
          'Only those through which the viewer may do this. Left out or null: either action will do.',
      }),
      ...forwardArguments,
    },
    resolve: async (_, { owned, action, ...paging }, operation) => {
      const page = unwrap(parsePageRequest(paging));
      const filter = { owned, action };
      return unwrap(await listResources(await operation.read(), operation.caller, filter, page));
    },
  }),
);
