/** Groupings of a year through GraphQL, beside the same SQL written by hand and sent by a bare Fastify. */
import { SCOPES } from '../../src/domain/caller.ts';
import { type TestBroker, tokenFor } from '../support/broker.ts';
import { openConnection } from './client.ts';
import type { ServerProcess } from './servers.ts';
import { askInTurn, createAsk, formatTimes, toOperation } from './statistics-asking.ts';
import { GROUPINGS, type Grouping, toQuery, WITH_MEDIAN, YEAR } from './statistics-cases.ts';
import { VIEWER } from './statistics-population.ts';
import { formatTable, formatTarget, median } from './table.ts';

const LIMIT = 3;

interface Answer {
  readonly rowCount: number;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

interface Measured {
  readonly name: string;
  readonly rowCount: number;
  readonly bare: readonly number[];
  readonly ferje: readonly number[];
  /** With a token that shows the viewer also what it sends and receives: nothing, but it has to be looked for. */
  readonly inAllRoles: readonly number[];
}

export async function compareGroupings(
  bare: ServerProcess,
  ferje: ServerProcess & TestBroker,
  rounds: number,
): Promise<string> {
  using bareConnection = await openConnection(bare.url);
  using connection = await openConnection(ferje.url);
  const asOwner = await tokenFor(ferje, VIEWER, { scope: SCOPES.serviceOwner });
  const inAllRoles = await tokenFor(ferje, VIEWER);
  const measured: Measured[] = [];
  for (const grouping of [...GROUPINGS, WITH_MEDIAN]) {
    const path = `/statistics?groupBy=${encodeURIComponent(grouping.name)}`;
    const operation = (token: string) =>
      toOperation(token, toQuery(grouping), { filter: YEAR, groupBy: grouping.groupBy });
    const [byHand, answered] = [
      await readBare(`${bare.url}${path}`),
      await readFerje(ferje.url, operation(asOwner)),
    ];
    expectSame(grouping, byHand, answered);
    const [bareTimes = [], ferjeTimes = [], allTimes = []] = await askInTurn(
      [
        createAsk(bareConnection, () => ({ path })),
        createAsk(connection, () => operation(asOwner)),
        createAsk(connection, () => operation(inAllRoles)),
      ],
      rounds,
    );
    measured.push({
      name: grouping.name,
      rowCount: byHand.rowCount,
      bare: bareTimes,
      ferje: ferjeTimes,
      inAllRoles: allTimes,
    });
  }
  return formatMeasured(measured);
}

function formatMeasured(measured: readonly Measured[]): string {
  const table = formatTable(
    ['a year by', 'rows', 'by hand', 'p95', 'Ferje', 'p95', 'Ferje / by hand', 'in all roles'],
    measured.map((row) => [
      row.name,
      String(row.rowCount),
      ...formatTimes(row.bare),
      ...formatTimes(row.ferje),
      `${ratioOf(row).toFixed(2)}${ratioOf(row) > LIMIT ? ' !' : '  '}`,
      (median(row.inAllRoles) / median(row.bare)).toFixed(2),
    ]),
  );
  const judged = measured.filter(({ name }) => name !== WITH_MEDIAN.name);
  const [worst] = judged.toSorted((a, b) => ratioOf(b) - ratioOf(a));
  if (worst === undefined) throw new Error('There is nothing to judge.');
  const target = formatTarget({
    name: `a year of an owner, of the same SQL by hand; worst is ${worst.name}`,
    actual: ratioOf(worst),
    limit: LIMIT,
    is: 'atMost',
  });
  return [table, '', target].join('\n');
}

function ratioOf({ bare, ferje }: Measured): number {
  return median(ferje) / median(bare);
}

async function readBare(url: string): Promise<Answer> {
  return (await (await fetch(url)).json()) as Answer;
}

async function readFerje(
  url: string,
  { path, headers, body = Buffer.of() }: ReturnType<typeof toOperation>,
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: headers as Record<string, string>,
    body: new Uint8Array(body),
  });
  const answer = (await response.json()) as { data?: { statistics: Answer | null } | null };
  const statistics = answer.data?.statistics;
  if (statistics == null) throw new Error(`There are no statistics: ${JSON.stringify(answer)}`);
  return statistics;
}

/** What is compared has to be the same work. */
function expectSame({ name }: Grouping, byHand: Answer, answered: Answer): void {
  const [first, second] = [byHand, answered].map(({ rowCount, rows }) =>
    JSON.stringify([rowCount, rows.map(toPlain)]),
  );
  if (first !== second) throw new Error(`${name} differs: ${first} / ${second}`);
}

/** Ids alone, and periods as numbers. A service owner has an id of its own. */
function toPlain(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (name.toLowerCase() === 'serviceowner') return ['serviceOwner', null];
      if (name === 'period') return [name, Number(String(value).replaceAll('-', ''))];
      if (value === null || value === '') return [name, null];
      return [name, typeof value === 'object' && 'id' in value ? value.id : value];
    }),
  );
}
