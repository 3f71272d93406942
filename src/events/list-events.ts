/** Pages of the log, oldest first, forwards and backwards. */
import type { Queries } from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import { type Page, type PageRequest, toPage } from '../domain/page.ts';
import { ok, type Result } from '../domain/result.ts';
import type { EventLog } from './event-log.ts';
import { type EventFilter, type EventRow, findLogEnd, readEvents } from './read-events.ts';

export interface EventPeriod {
  /** Epoch milliseconds, inclusive. */
  readonly from?: number | null | undefined;
  /** Epoch milliseconds, exclusive. */
  readonly to?: number | null | undefined;
}

export async function listEvents(
  db: Queries,
  log: Pick<EventLog, 'fromCursor' | 'toCursor'>,
  viewer: Viewer,
  filter: EventFilter,
  period: EventPeriod,
  page: PageRequest,
): Promise<Result<Page<EventRow>>> {
  const bounds: { after?: number; before?: number } = {};
  for (const side of ['after', 'before'] as const) {
    const cursor = page[side];
    if (cursor === null) continue;
    const position = await log.fromCursor(db, cursor);
    if (!position.ok) return position;
    bounds[side] = position.value;
  }
  const rows = await readEvents(db, viewer, filter, {
    ...bounds,
    from: period.from ?? undefined,
    to: period.to ?? undefined,
    limit: page.size + 1,
    backwards: page.backwards,
  });
  const list = toPage(page, rows, ({ position }) => log.toCursor(position));
  const isOpen = page.before === null && period.to == null;
  // Whoever found nothing yet can follow what comes from here on.
  return ok(
    rows.length === 0 && isOpen ? { ...list, end: log.toCursor(await findLogEnd(db)) } : list,
  );
}
