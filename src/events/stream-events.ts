/** A period of the log as a stream, as far as a viewer may see it, however long it is. */
import type { Database } from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import type { EventPeriod } from './list-events.ts';
import { type EventFilter, type EventRow, findLogEnd, readEvents } from './read-events.ts';

/** So much of the log is looked through in one query, and so many events are read at once. */
const STRETCH = 20_000;
const ROWS_AT_ONCE = 1000;

/**
 * Events in log order, up to the end that the log had when the first was asked for. No snapshot is held between two pieces:
 * the log only grows.
 */
export async function* streamEvents(
  database: Database,
  viewer: Viewer,
  filter: EventFilter,
  { from, to }: EventPeriod,
): AsyncGenerator<readonly EventRow[]> {
  const end = await database.read(findLogEnd);
  // What has an index of its own is found without looking through the log.
  const isIndexed = filter.transferId != null || filter.audience === 'MINE';
  let after = 0;
  while (after < end) {
    const before = Math.min(end, isIndexed ? end : after + STRETCH) + 1;
    const rows = await database.readAside((db) =>
      readEvents(db, viewer, filter, {
        after,
        before,
        from: from ?? undefined,
        to: to ?? undefined,
        limit: ROWS_AT_ONCE,
      }),
    );
    if (rows.length > 0) yield rows;
    after = rows.length < ROWS_AT_ONCE ? before - 1 : (rows.at(-1)?.position ?? end);
  }
}
