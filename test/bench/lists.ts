/**
 * How long pages of lists take where there are a million transfers, beside ten thousand: through GraphQL, one request at a
 * time, each asked of both in turn. The time of a page is to be that of what it holds, not of what there is.
 */
import { tokenFor } from '../support/broker.ts';
import { type Connection, expectStatus, type Headers, openConnection } from './client.ts';
import { fillDatabase } from './filled-database.ts';
import { findListCases, type ListCase, type ListKind } from './list-cases.ts';
import { VIEWER } from './population.ts';
import { makeRamFolder } from './ram-disk.ts';
import { startFerje } from './servers.ts';
import { formatTable, formatTarget, quantile } from './table.ts';

const FEW = 10_000;
const MANY = 1_000_000;
const LIMIT = 2;
const SAMPLES_PER_ROUND = 20;
/** Before anything counts, and before each case. */
const WARM_UP = 300;
const WARM_UP_OF_CASE = 3;
/** A case that takes long is asked less often. */
const MAX_CASE_MS = 4000;

const QUERY = `query List(
  $filter: TransferFilter, $orderBy: TransferOrder!, $order: SortDirection!, $after: String
) {
  transfers(first: 50, filter: $filter, orderBy: $orderBy, order: $order, after: $after) {
    edges { cursor node { id fileName status createdAt statusChangedAt publishedAt } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const COUNT = `query Count($filter: TransferFilter, $orderBy: TransferOrder!) {
  transfers(first: 50, filter: $filter, orderBy: $orderBy) { totalCount edges { cursor } }
}`;

interface Lists extends AsyncDisposable {
  readonly cases: readonly ListCase[];
  /** Milliseconds. */
  time(asked: ListCase): Promise<number>;
  /** How many transfers there are in the list. */
  count(asked: ListCase): Promise<number>;
}

export async function benchLists(rounds: number): Promise<string> {
  await using few = await openLists(FEW);
  await using many = await openLists(MANY);
  const [{ cases }] = [few];
  for (let request = 0; request < WARM_UP; request += 1) {
    for (const lists of [few, many]) {
      const asked = lists.cases[request % 12];
      if (asked !== undefined) await lists.time(asked);
    }
  }
  const rows: MeasuredList[] = [];
  for (const [index, asked] of cases.entries()) {
    const same = many.cases[index];
    if (same?.name !== asked.name) throw new Error(`There is no ${asked.name} among many.`);
    const share = (await few.count(asked)) / FEW;
    const { name, kind } = asked;
    rows.push({ name, kind, share, ...(await measure(few, asked, many, same, rounds)) });
  }
  const kinds = [...new Set(rows.map(({ kind }) => kind))];
  const targets = kinds.map((kind) => formatWorst(rows.filter((row) => row.kind === kind)));
  return [formatLists(rows), '', ...targets].join('\n');
}

interface MeasuredList {
  readonly name: string;
  readonly kind: ListKind;
  /** How much of all there is the list has. */
  readonly share: number;
  /** Milliseconds of each page. */
  readonly few: readonly number[];
  readonly many: readonly number[];
}

function ratioOf({ few, many }: MeasuredList): number {
  return quantile(many, 0.95) / quantile(few, 0.95);
}

function formatLists(rows: readonly MeasuredList[]): string {
  return formatTable(
    ['page of 50', 'of all', '10k: p50', 'p95', '1M: p50', 'p95', 'p95 1M / 10k'],
    rows.map((row) => [
      row.name,
      `${(row.share * 100).toFixed(1)} %`,
      ...[row.few, row.many].flatMap((times) => [
        `${quantile(times, 0.5).toFixed(1)} ms`,
        quantile(times, 0.95).toFixed(1),
      ]),
      `${ratioOf(row).toFixed(2)}${ratioOf(row) > LIMIT ? ' !' : '  '}`,
    ]),
  );
}

/** The target of lists of one kind, by the one that does worst. */
function formatWorst(rows: readonly MeasuredList[]): string {
  const [worst] = rows.toSorted((a, b) => ratioOf(b) - ratioOf(a));
  if (worst === undefined) throw new Error('There is nothing to judge.');
  return formatTarget({
    name: `${worst.kind}: p95 among 1M, of that among 10k; worst is ${worst.name}`,
    actual: ratioOf(worst),
    limit: LIMIT,
    is: 'atMost',
  });
}

/** Asks both in turn, so that what the machine does meanwhile meets both. */
async function measure(
  few: Lists,
  asked: ListCase,
  many: Lists,
  same: ListCase,
  rounds: number,
): Promise<Pick<MeasuredList, 'few' | 'many'>> {
  const times = { few: [] as number[], many: [] as number[] };
  const endAt = performance.now() + MAX_CASE_MS;
  const samples = rounds * SAMPLES_PER_ROUND;
  for (let sample = -WARM_UP_OF_CASE; sample < samples; sample += 1) {
    const fewMs = await few.time(asked);
    const manyMs = await many.time(same);
    if (sample < 0) continue;
    times.few.push(fewMs);
    times.many.push(manyMs);
    if (performance.now() > endAt) break;
  }
  return times;
}

/** A broker with so many transfers, and a viewer who sees them all. */
async function openLists(transfers: number): Promise<Lists> {
  const path = await fillDatabase(transfers);
  const ferje = await startFerje(makeRamFolder(), path);
  const headers = {
    'Content-Type': 'application/json',
    Authorization: `Bearer ${await tokenFor(ferje, VIEWER)}`,
  };
  const connection = await openConnection(ferje.url);
  return {
    cases: findListCases(path),
    async time({ variables }) {
      const body = Buffer.from(JSON.stringify({ query: QUERY, variables }));
      return timeRequest(connection, headers, body);
    },
    async count({ name, variables }) {
      const response = await fetch(`${ferje.url}/graphql`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ query: COUNT, variables }),
      });
      const { data } = (await response.json()) as {
        data: { transfers: { totalCount: number; edges: readonly unknown[] } | null };
      };
      if (data.transfers?.edges.length !== 50) throw new Error(`${name} is no full page.`);
      return data.transfers.totalCount;
    },
    async [Symbol.asyncDispose]() {
      connection[Symbol.dispose]();
      await ferje[Symbol.asyncDispose]();
    },
  };
}

async function timeRequest(
  connection: Connection,
  headers: Headers,
  body: Buffer,
): Promise<number> {
  const startedAt = performance.now();
  await expectStatus(connection.request('POST', '/graphql', headers, body), 200);
  return performance.now() - startedAt;
}
