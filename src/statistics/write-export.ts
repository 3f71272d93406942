/** Makes the file of an export while it is fetched, piece by piece. */
import type { Database } from '../database/index.ts';
import { formatDay, toDay } from '../domain/calendar-day.ts';
import type { Viewer } from '../domain/caller.ts';
import { formatDateTime } from '../domain/date-time.ts';
import type { PartyId } from '../domain/party-id.ts';
import { type EventLog, type EventRow, findVisibleActor, streamEvents } from '../events/index.ts';
import { findResources, findServiceOwners } from '../resources/index.ts';
import { type ExportNames, findExportColumns } from './export-columns.ts';
import type { EventsExport, Export, ExportFormat, StatisticsExport } from './exports.ts';
import { encodeCsv } from './formats/csv.ts';
import type { ExportColumn, ExportRow } from './formats/export-column.ts';
import { encodeJsonLines } from './formats/json-lines.ts';
import { encodeParquet } from './formats/parquet.ts';
import { streamStatistics } from './list-statistics.ts';
import type { StatisticsRow } from './statistics.ts';
import type { StatisticsReader } from './statistics-reader.ts';

const ROWS_AT_ONCE = 1000;
const JSON_LINES = 'application/x-ndjson';

export interface ExportFile {
  readonly name: string;
  readonly contentType: string;
  /** Reads as fast as it is asked, and lets go of what it holds where it is left early. */
  bytes(): AsyncGenerator<Uint8Array>;
  /** It holds one of the few places for long queries until it has been read. */
  readonly isLongQuery: boolean;
}

export interface WritingContext {
  readonly database: Database;
  readonly events: EventLog;
  readonly statistics: StatisticsReader;
}

type Encode = (
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly ExportRow[]>,
) => AsyncGenerator<Uint8Array>;

const FORMATS: Record<
  ExportFormat,
  { readonly ending: string; readonly contentType: string; readonly encode: Encode }
> = {
  CSV: { ending: 'csv', contentType: 'text/csv; charset=utf-8; header=present', encode: encodeCsv },
  PARQUET: {
    ending: 'parquet',
    contentType: 'application/vnd.apache.parquet',
    encode: encodeParquet,
  },
  JSONL: { ending: 'jsonl', contentType: JSON_LINES, encode: encodeJsonLines },
};

/** The file that an export stands for. */
export function writeExport(
  context: WritingContext,
  { request, viewer, createdAt }: Export,
): ExportFile {
  const day = formatDay(toDay(createdAt));
  if (request.kind === 'events') {
    return {
      name: `events-${day}.jsonl`,
      contentType: JSON_LINES,
      bytes: () => writeEvents(context, viewer, request),
      isLongQuery: false,
    };
  }
  const { ending, contentType } = FORMATS[request.format];
  return {
    name: `statistics-${day}.${ending}`,
    contentType,
    bytes: () => writeStatistics(context, viewer, request),
    isLongQuery: true,
  };
}

async function* writeStatistics(
  { database, statistics }: WritingContext,
  viewer: Viewer,
  { filter, groupBy, format, columns: which }: StatisticsExport,
): AsyncGenerator<Uint8Array> {
  await statistics.catchUp();
  const columns = findExportColumns(which, groupBy);
  // The owner follows from the resource, so that the rows stay the same.
  const addsOwner = groupBy.includes('RESOURCE') && !groupBy.includes('SERVICE_OWNER');
  const request = {
    filter,
    groupBy: addsOwner ? [...groupBy, 'SERVICE_OWNER' as const] : groupBy,
  };
  const names = createNames(database);
  const { db, release } = await database.snapshotAside();
  async function* batches(): AsyncGenerator<readonly ExportRow[]> {
    for await (const rows of streamStatistics(db, viewer, request, {
      rowsAtOnce: ROWS_AT_ONCE,
      withMedian: columns.some(({ name }) => name === 'medianSecondsToConfirm'),
    })) {
      const known = await names.load(rows);
      yield rows.map((row) => columns.map(({ value }) => value(row, known)));
    }
  }
  try {
    yield* FORMATS[format].encode(columns, batches());
  } finally {
    await release();
  }
}

/** Names of resources and owners, each looked up once. */
function createNames(database: Database) {
  const titles = new Map<string, string | null>();
  const owners = new Map<PartyId, string>();
  return {
    async load(rows: readonly StatisticsRow[]): Promise<ExportNames> {
      const resourceIds = unknown(rows, ({ resourceId }) => resourceId, titles);
      const ownerIds = unknown(rows, ({ ownerId }) => ownerId, owners);
      if (resourceIds.length + ownerIds.length === 0) return { titles, owners };
      await database.read(async (db) => {
        for (const { id, title } of await findResources(db, resourceIds)) titles.set(id, title);
        for (const { party_id, name } of await findServiceOwners(db, ownerIds)) {
          owners.set(party_id, name);
        }
      });
      return { titles, owners };
    },
  };
}

function unknown<K extends string>(
  rows: readonly StatisticsRow[],
  keyOf: (row: StatisticsRow) => K | null,
  known: ReadonlyMap<K, unknown>,
): K[] {
  const keys = new Set<K>();
  for (const row of rows) {
    const key = keyOf(row);
    if (key !== null && !known.has(key)) keys.add(key);
  }
  return [...keys];
}

async function* writeEvents(
  { database, events }: WritingContext,
  viewer: Viewer,
  { filter, from, to }: EventsExport,
): AsyncGenerator<Uint8Array> {
  for await (const rows of streamEvents(database, viewer, filter, { from, to })) {
    const lines = rows.map((row) => `${JSON.stringify(toLine(row, viewer, events))}\n`);
    yield Buffer.from(lines.join(''));
  }
}

/** An event as the schema shows it, with its cursor: a stream can go on behind it. */
function toLine(event: EventRow, viewer: Viewer, events: EventLog) {
  return {
    id: event.id,
    cursor: events.toCursor(event.position),
    type: event.type,
    time: formatDateTime(event.time),
    transferId: event.transfer_id,
    resourceId: event.resource_id,
    sender: event.sender_id,
    serviceOwner: event.owner_id,
    transferStatus: event.transfer_status,
    recipientStatus: event.recipient_status,
    statusText: event.status_text,
    subject: event.subject_id,
    actor: findVisibleActor(event, viewer),
  };
}
