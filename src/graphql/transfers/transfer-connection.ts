/** Pages of transfers, which can say how many there are in all. */
import type { TransferRow } from '../../transfers/index.ts';
import { builder } from '../builder.ts';
import { type CountedPage, createConnection } from '../connection.ts';
import { TransferRef } from '../object-refs.ts';

/** A page of transfers. */
export const { connection: TransferConnection } = createConnection<
  TransferRow,
  CountedPage<TransferRow, number | null>
>(TransferRef, 'a list of transfers');

builder.objectField(TransferConnection, 'totalCount', (t) =>
  t.int({
    nullable: true,
    description:
      'How many transfers the filter lets through: exact up to 10 000, null above. Counted only where it is asked for.',
    resolve: ({ count }) => count(),
  }),
);
