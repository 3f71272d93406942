/** transfers: those that the viewer is a party to, or owns the resource of. */
import { checkFilter } from '../../domain/check-filter.ts';
import { parsePageRequest } from '../../domain/page.ts';
import { countTransfers, listTransfers } from '../../transfers/index.ts';
import { unwrap } from '../broker-error.ts';
import { builder, dependsOnViewer } from '../builder.ts';
import { findMentionedFields } from '../mentioned-fields.ts';
import { forwardArguments } from '../page-arguments.ts';
import { TransferConnection } from './transfer-connection.ts';
import { SortDirectionEnum, TransferOrderEnum } from './transfer-enums.ts';
import { MAX_FILTER_PROPERTIES, TransferFilterInput } from './transfer-filter.ts';

builder.queryField('transfers', (t) =>
  t.field({
    type: TransferConnection,
    nullable: true,
    ...dependsOnViewer,
    description: 'Transfers that the viewer is a party to, or owns the resource of.',
    args: {
      filter: t.arg({
        type: TransferFilterInput,
        description: 'Lets through what matches all of its fields; left out or null, everything.',
      }),
      orderBy: t.arg({
        type: TransferOrderEnum,
        required: true,
        defaultValue: 'CREATED_AT',
        description: 'The time that the list goes by.',
      }),
      order: t.arg({
        type: SortDirectionEnum,
        required: true,
        defaultValue: 'DESC',
        description: 'Whether the latest or the oldest come first.',
      }),
      ...forwardArguments,
    },
    resolve: async (_, { filter, orderBy, order, ...paging }, { read, viewer, loaders }, info) => {
      unwrap(checkFilter('filter', filter, { properties: MAX_FILTER_PROPERTIES }));
      const page = unwrap(parsePageRequest(paging));
      const request = { filter: filter ?? {}, orderBy, direction: order };
      const db = await read();
      const found = unwrap(await listTransfers(db, viewer, request, page));
      if (findMentionedFields(info).has('recipients')) {
        await loaders.loadRecipients(found.edges.map(({ node }) => node.id));
      }
      return {
        ...found,
        count: () => countTransfers(db, viewer, request),
      };
    },
  }),
);
