/** The beginnings or the ends of many transfers' histories at once, so that a list of transfers asks once. */
import type { Queries } from '../database/index.ts';
import { groupBy } from '../domain/group-by.ts';
import { type Page, type PageRequest, toPage } from '../domain/page.ts';
import type { EventLog } from './event-log.ts';
import type { EventRow } from './read-events.ts';

/**
 * For each transfer its first events, or its last ones, as one page. It asks nobody's permission: the transfers have to be
 * ones that the viewer sees, and then it sees all of their events. For pages after or before a cursor there is `listEvents`.
 */
export async function listTransferEvents(
  db: Queries,
  log: Pick<EventLog, 'toCursor'>,
  transferIds: readonly string[],
  page: Pick<PageRequest, 'size' | 'backwards'>,
): Promise<Map<string, Page<EventRow>>> {
  if (transferIds.length === 0) return new Map();
  const direction = page.backwards ? 'desc' : 'asc';
  const rows = await db
    .selectFrom('event')
    .selectAll()
    .where('position', 'in', (eb) =>
      eb
        .selectFrom((inner) =>
          inner
            .selectFrom('event')
            .select('position')
            .select((e) =>
              e.fn
                .agg<number>('row_number')
                .over((over) => over.partitionBy('transfer_id').orderBy('position', direction))
                .as('rank'),
            )
            .where('transfer_id', 'in', transferIds)
            .as('ranked'),
        )
        .select('ranked.position')
        // One more than the page: it tells that there is more.
        .where('ranked.rank', '<=', page.size + 1),
    )
    .orderBy('position', direction)
    .execute();
  const byTransfer = groupBy(rows, ({ transfer_id }) => transfer_id);
  const request = { ...page, after: null, before: null };
  return new Map(
    transferIds.map((id) => [
      id,
      toPage(request, byTransfer.get(id) ?? [], ({ position }) => log.toCursor(position)),
    ]),
  );
}
