/**
 * Exports: what was asked for is kept, and a link leads to it that carries its own permission and ends after an hour. Files
 * are made when they are fetched, with the eyes of who asked.
 */
import type { Selectable } from 'kysely';
import { type LinkUse, readLink, signLink, type TemporaryLink } from '../auth/index.ts';
import type { Database, ExportTable } from '../database/index.ts';
import { type Caller, requireAnyScope, toViewer, type Viewer } from '../domain/caller.ts';
import { checkFilter } from '../domain/check-filter.ts';
import { type Clock, type IdSource, isUuid } from '../domain/clock.ts';
import { DAY_MS, HOUR_MS } from '../domain/duration.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { TransferRole } from '../domain/transfer-status.ts';
import type { EventFilter } from '../events/index.ts';
import { checkExportColumns, type ExportColumns } from './export-columns.ts';
import { checkStatisticsRequest, type StatisticsRequest } from './statistics.ts';

const LINK_LIFETIME_MS = HOUR_MS;
/** An export whose link has ended is known for so long, so that its link can be told that it has. */
const REMEMBERED_MS = DAY_MS;
const FORGOTTEN_AT_ONCE = 100;
const USE: LinkUse = { audience: 'ferje:export', name: 'export link' };

export const EXPORT_FORMATS = ['CSV', 'PARQUET', 'JSONL'] as const;
/** How an export of statistics is written. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface StatisticsExport extends StatisticsRequest {
  readonly format: ExportFormat;
  readonly columns: ExportColumns;
}

export interface EventsExport {
  readonly filter: EventFilter;
  /** Epoch milliseconds, inclusive; null for the beginning of the log. */
  readonly from: number | null;
  /** Epoch milliseconds, exclusive; null for its end. */
  readonly to: number | null;
}

export type ExportRequest =
  | ({ readonly kind: 'statistics' } & StatisticsExport)
  | ({ readonly kind: 'events' } & EventsExport);

/** An export that a link leads to. */
export interface Export {
  readonly id: string;
  readonly request: ExportRequest;
  /** Who asked for it. */
  readonly viewer: Viewer;
  /** When, in epoch milliseconds. */
  readonly createdAt: number;
}

export interface ExportContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** The key that signs links. */
  readonly linkKey: Uint8Array;
  /** Where an export is fetched. */
  readonly urlOf: (id: string) => string;
}

/** A link to statistics as a file. */
export async function createStatisticsExport(
  context: ExportContext,
  caller: Caller,
  asked: StatisticsExport,
): Promise<Result<TemporaryLink>> {
  const allowed = requireAnyScope(caller);
  if (!allowed.ok) return allowed;
  const checked = checkStatisticsRequest(asked);
  if (!checked.ok) return checked;
  const columns = checkExportColumns(asked.columns, asked.groupBy);
  if (!columns.ok) return columns;
  return createExport(context, caller, { kind: 'statistics', ...asked });
}

/** A link to the event log of a period. */
export async function createEventsExport(
  context: ExportContext,
  caller: Caller,
  asked: EventsExport,
): Promise<Result<TemporaryLink>> {
  const allowed = requireAnyScope(caller);
  if (!allowed.ok) return allowed;
  const checked = checkFilter('filter', asked.filter);
  if (!checked.ok) return checked;
  return createExport(context, caller, { kind: 'events', ...asked });
}

async function createExport(
  { database, clock, ids, linkKey, urlOf }: ExportContext,
  caller: Caller,
  request: ExportRequest,
): Promise<Result<TemporaryLink>> {
  const id = ids.next();
  const now = clock.now();
  const { party, roles } = toViewer(caller);
  const target = { id, url: urlOf(id), subject: party };
  const link = await signLink(linkKey, USE, target, now, LINK_LIFETIME_MS);
  await database.write(async (tx) => {
    await tx
      .insertInto('export')
      .values({
        id,
        request: JSON.stringify(request),
        party_id: party,
        sees_as: JSON.stringify(roles),
        created_at: now,
        expires_at: link.expiresAt,
      })
      .execute();
    // Whoever makes one clears away some.
    await tx
      .deleteFrom('export')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('export')
          .select('id')
          .where('expires_at', '<', now - REMEMBERED_MS)
          .orderBy('expires_at')
          .limit(FORGOTTEN_AT_ONCE),
      )
      .execute();
  });
  return ok(link);
}

/**
 * The export that a link leads to: EXPORT_NOT_FOUND where there is none, LINK_INVALID for a link that is missing, forged,
 * of another export or has ended.
 */
export async function findExport(
  { database, clock, linkKey }: Pick<ExportContext, 'database' | 'clock' | 'linkKey'>,
  id: string,
  link: string | null,
): Promise<Result<Export>> {
  const row = isUuid(id)
    ? await database.read((db) =>
        db.selectFrom('export').selectAll().where('id', '=', id).executeTakeFirst(),
      )
    : undefined;
  if (row === undefined) {
    return fail('EXPORT_NOT_FOUND', `There is no export ${id.slice(0, 80)}.`);
  }
  if (link === null) {
    return fail('LINK_INVALID', `The export ${id} is fetched by the link that was made for it.`);
  }
  const read = await readLink(linkKey, USE, link, id, clock.now());
  return read.ok ? ok(toExport(row)) : read;
}

function toExport(row: Selectable<ExportTable>): Export {
  return {
    id: row.id,
    request: JSON.parse(row.request) as ExportRequest,
    viewer: { party: row.party_id, roles: JSON.parse(row.sees_as) as TransferRole[] },
    createdAt: row.created_at,
  };
}
