/** Statistics of one resource or one party, beside a look at one transfer by its key. */
import BetterSqlite3 from 'better-sqlite3';
import { SCOPES } from '../../src/domain/caller.ts';
import type { PartyId } from '../../src/domain/party-id.ts';
import type { StatisticsDimension } from '../../src/statistics/index.ts';
import { type TestBroker, tokenFor } from '../support/broker.ts';
import { openConnection } from './client.ts';
import type { ServerProcess } from './servers.ts';
import { type Ask, askInTurn, createAsk, formatTimes, toOperation } from './statistics-asking.ts';
import { toQuery, YEAR } from './statistics-cases.ts';
import { SENDING_PARTIES, VIEWER, VIEWERS_RESOURCES } from './statistics-population.ts';
import { formatTable, formatTarget, median, quantile } from './table.ts';

const LIMIT = 50;
/** Each is asked for as often. They are all over the ranks of those that send and receive most. */
const PARTIES = SENDING_PARTIES.filter((_, n) => n % 40 === 0);
const TRANSFERS = 500;
const LOOKUP = 'query Lookup($id: ID!) { transfer(id: $id) { id status } }';

interface Narrow {
  readonly name: string;
  readonly groupBy: StatisticsDimension;
  /** Who asks, and for what beside the year, at the n-th time. */
  readonly asked: (n: number) => { readonly token: string; readonly filter: object };
}

export async function compareNarrow(
  path: string,
  bare: ServerProcess,
  ferje: ServerProcess & TestBroker,
  rounds: number,
): Promise<string> {
  using bareConnection = await openConnection(bare.url);
  using connection = await openConnection(ferje.url);
  const asOwner = await tokenFor(ferje, VIEWER, { scope: SCOPES.serviceOwner });
  const ids = findTransfers(path);
  const looks: readonly Ask[] = [
    createAsk(bareConnection, (n) => ({ path: `/transfers/${at(ids, n)}` })),
    createAsk(connection, (n) => toOperation(asOwner, LOOKUP, { id: at(ids, n) })),
  ];
  const cases = await listCases(ferje, asOwner);
  const rows: { name: string; times: readonly number[] }[] = [];
  const lookups: [number[], number[]] = [[], []];
  for (const { name, groupBy, asked } of cases) {
    const query = toQuery({ groupBy: [groupBy], withMedian: false });
    const ask = createAsk(connection, (n) => {
      const { token, filter } = asked(n);
      return toOperation(token, query, { filter: { ...YEAR, ...filter }, groupBy: [groupBy] });
    });
    const [times = [], ...looked] = await askInTurn([ask, ...looks], rounds);
    rows.push({ name: `${name} by ${groupBy}`, times });
    for (const [index, more] of looked.entries()) lookups[index]?.push(...more);
  }
  return formatNarrow(rows, lookups);
}

function formatNarrow(
  rows: readonly { readonly name: string; readonly times: readonly number[] }[],
  [bare, byGraphQL]: readonly [readonly number[], readonly number[]],
): string {
  const ratio = (times: readonly number[], to: number) => quantile(times, 0.95) / to;
  const table = formatTable(
    ['a year', 'p50', 'p95', 'p95 / bare p50', 'p95 / bare p95', 'p95 / GraphQL p50'],
    [
      { name: 'lookup of a transfer by its key: bare', times: bare },
      { name: 'lookup of a transfer by its key: GraphQL', times: byGraphQL },
      ...rows,
    ].map(({ name, times }) => [
      name,
      ...formatTimes(times),
      ratio(times, median(bare)).toFixed(1),
      ratio(times, quantile(bare, 0.95)).toFixed(1),
      ratio(times, median(byGraphQL)).toFixed(1),
    ]),
  );
  const bareP95 = quantile(bare, 0.95);
  const [worst] = rows.toSorted((a, b) => quantile(b.times, 0.95) - quantile(a.times, 0.95));
  if (worst === undefined) throw new Error('There is nothing to judge.');
  const all = rows.flatMap(({ times }) => times);
  const target = formatTarget({
    name: `p95 of all questions about one resource or party, of that of the bare lookup (${worst.name} alone: ${ratio(worst.times, bareP95).toFixed(1)})`,
    actual: ratio(all, bareP95),
    limit: LIMIT,
    is: 'atMost',
  });
  return [table, '', target].join('\n');
}

async function listCases(ferje: TestBroker, asOwner: string): Promise<Narrow[]> {
  const tokens = await Promise.all(PARTIES.map((party) => tokenFor(ferje, party)));
  const ofOwner = (
    name: string,
    dimensions: readonly StatisticsDimension[],
    toFilter: (n: number) => object,
  ) =>
    dimensions.map((groupBy) => ({
      name,
      groupBy,
      asked: (n: number) => ({ token: asOwner, filter: toFilter(n) }),
    }));
  const party = (n: number): PartyId => at(PARTIES, n);
  return [
    ...ofOwner('one of the viewer’s resources', ['DAY', 'MONTH', 'SENDER', 'RECIPIENT'], (n) => ({
      resourceIds: [at(VIEWERS_RESOURCES, n).id],
    })),
    ...ofOwner('one sender to the viewer’s resources', ['MONTH', 'RECIPIENT'], (n) => ({
      senders: [party(n)],
    })),
    ...ofOwner('one recipient from the viewer’s resources', ['MONTH', 'SENDER'], (n) => ({
      recipients: [party(n)],
    })),
    ...(['DAY', 'RESOURCE', 'SENDER', 'RECIPIENT', 'RECIPIENT_VENDOR'] as const).map((groupBy) => ({
      name: 'a party’s own',
      groupBy,
      asked: (n: number) => ({ token: at(tokens, n), filter: {} }),
    })),
  ];
}

/** Transfers all over the two years. */
function findTransfers(path: string): readonly string[] {
  const database = new BetterSqlite3(path, { readonly: true });
  const last = database.prepare<[], number>('select max(rowid) from transfer').pluck().get() ?? 0;
  const find = database.prepare<[number, string], string>(
    'select id from transfer where rowid >= ? and owner_id = ? limit 1',
  );
  const ids = Array.from({ length: TRANSFERS }, (_, n) =>
    find.pluck().get(Math.floor((n * 0.99 * last) / TRANSFERS), VIEWER),
  );
  database.close();
  return ids.filter((id) => id !== undefined);
}

/** Begins again at the end. */
function at<T>(list: readonly T[], n: number): T {
  const found = list[n % list.length];
  if (found === undefined) throw new Error('There is nothing to choose from.');
  return found;
}
