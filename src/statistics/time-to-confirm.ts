/** How long recipients take to confirm. */
import { sql } from 'kysely';
import type { Queries } from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import { SECOND_MS } from '../domain/duration.ts';
import { CONFIRMATION_SPANS } from './confirmation-spans.ts';
import { selectGroups } from './select-groups.ts';
import type { StatisticsFilter } from './statistics.ts';
import { SPAN_COLUMNS, type SumColumn } from './sum-columns.ts';

export interface HistogramBucket {
  readonly fromSeconds: number;
  /** Exclusive; null for no end. */
  readonly toSeconds: number | null;
  readonly recipients: number;
}

/** All spans in order, also those in which nobody confirmed. */
export async function findTimeToConfirm(
  db: Queries,
  viewer: Viewer,
  filter: StatisticsFilter,
): Promise<HistogramBucket[]> {
  const asked = { filter, groupBy: [], columns: SPAN_COLUMNS };
  const groups = selectGroups(viewer, asked);
  const { rows } =
    groups === undefined
      ? { rows: [] }
      : await sql<Record<SumColumn, number>>`${groups}`.execute(db);
  return CONFIRMATION_SPANS.map(({ from, to, column }) => ({
    fromSeconds: from / SECOND_MS,
    toSeconds: to === null ? null : to / SECOND_MS,
    recipients: rows[0]?.[column] ?? 0,
  }));
}
