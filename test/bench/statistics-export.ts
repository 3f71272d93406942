/** Exports of many rows beside those of few: the memory that a broker needs for them, and how fast they come. */
import { SCOPES } from '../../src/domain/caller.ts';
import { tokenFor } from '../support/broker.ts';
import { readResidentBytes, watchResidentPeak } from './process-cost.ts';
import { makeRamFolder } from './ram-disk.ts';
import { startFerje } from './servers.ts';
import { toOperation } from './statistics-asking.ts';
import { VIEWER } from './statistics-population.ts';
import { formatMib, formatTable, formatTarget } from './table.ts';

const FORMATS = ['CSV', 'JSONL', 'PARQUET'] as const;
type Format = (typeof FORMATS)[number];

/** Beginnings of periods of which the viewer has 10 000, 300 000 and 1 000 000 rows, where there are ten million events. */
const BEGINNINGS = ['2025-12-26', '2025-07-20', '2024-06-15'] as const;
const END = '2026-01-01';
/** For more than three times the rows. What a process keeps of its garbage differs by a tenth or two from run to run. */
const LIMIT = 1.25;
const LINE_FEED = 10;

const MUTATION = `mutation Export($filter: StatisticsFilter, $format: ExportFormat!) {
  exportStatistics(
    filter: $filter, groupBy: [DAY, RESOURCE, SENDER, RECIPIENT], format: $format
  ) { ... on TemporaryLink { url } }
}`;

interface Exported {
  readonly bytes: number;
  readonly lines: number;
}

interface Measured extends Exported {
  readonly seconds: number;
  /** Above what the broker had when it was idle. */
  readonly aboveIdle: number;
}

/** A few rows are over before a process has as much memory as it takes: what must not grow is it from the second size on. */
export async function compareExports(path: string): Promise<string> {
  const rows: string[][] = [];
  const targets: string[] = [];
  const counts: number[] = [];
  const folder = makeRamFolder();
  for (const format of FORMATS) {
    const sizes: Measured[] = [];
    for (const [index, from] of BEGINNINGS.entries()) {
      const measured = await measureExport(folder, path, format, { from, to: END });
      // The first format has a line of names, and the last one no lines at all.
      if (format === 'CSV') counts.push(measured.lines - 1);
      rows.push(formatRow(format, counts[index] ?? 0, measured));
      sizes.push(measured);
    }
    const [, some, many] = sizes.map(({ aboveIdle }) => aboveIdle);
    targets.push(
      formatTarget({
        name: `memory for ${counts[2]} rows as ${format}, of that for ${counts[1]}`,
        actual: (many ?? Number.NaN) / (some ?? Number.NaN),
        limit: LIMIT,
        is: 'atMost',
      }),
    );
  }
  const head = ['export', 'rows', 'size', 'seconds', 'rows/s', 'resident above idle'];
  return [formatTable(head, rows), '', ...targets].join('\n');
}

function formatRow(
  format: Format,
  count: number,
  { bytes, seconds, aboveIdle }: Measured,
): string[] {
  return [
    format,
    String(count),
    formatMib(bytes),
    seconds.toFixed(1),
    (count / seconds).toFixed(0),
    formatMib(aboveIdle),
  ];
}

/** On a broker of its own: memory that was used once may stay with a process. */
async function measureExport(
  folder: string,
  path: string,
  format: Format,
  filter: object,
): Promise<Measured> {
  await using ferje = await startFerje(folder, path);
  const token = await tokenFor(ferje, VIEWER, { scope: SCOPES.serviceOwner });
  const { headers, body = Buffer.of() } = toOperation(token, MUTATION, { filter, format });
  const response = await fetch(`${ferje.url}/graphql`, {
    method: 'POST',
    headers: headers as Record<string, string>,
    body: new Uint8Array(body),
  });
  const { data } = (await response.json()) as { data: { exportStatistics: { url?: string } } };
  const { url } = data.exportStatistics;
  if (url === undefined) throw new Error(`There is no link for an export as ${format}.`);
  const idle = await readResidentBytes(ferje.pid);
  const startedAt = performance.now();
  let exported: Exported = { bytes: 0, lines: 0 };
  const peak = await watchResidentPeak(ferje.pid, async () => {
    exported = await readExport(url);
  });
  const seconds = (performance.now() - startedAt) / 1000;
  return { ...exported, seconds, aboveIdle: peak - idle };
}

async function readExport(url: string): Promise<Exported> {
  const response = await fetch(url);
  if (!response.ok || response.body === null) throw new Error(await response.text());
  let [bytes, lines] = [0, 0];
  const reader = response.body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const { value } = read;
    bytes += value.length;
    for (let at = value.indexOf(LINE_FEED); at >= 0; at = value.indexOf(LINE_FEED, at + 1)) {
      lines += 1;
    }
  }
  return { bytes, lines };
}
