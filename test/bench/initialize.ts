/** initializeTransfer through GraphQL beside a bare Node server that leaves the same rows, both durably on a real disk. */
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { tokenFor } from '../support/broker.ts';
import { createInserts } from './insert-rows.ts';
import { PARTIES, RESOURCES, VIEWER } from './population.ts';
import { insertConfiguration } from './population-rows.ts';
import { formatRates, type Requests, rateRow, runRates } from './rates.ts';
import { makeDiskFolder, measureFlush } from './real-disk.ts';
import { startBare, startFerje } from './servers.ts';
import { formatTarget, median } from './table.ts';

const CONNECTIONS = 32;
const REQUESTS = 3000;
const LIMIT = 0.6;

const MUTATION = `mutation Initialize($input: InitializeTransferInput!) {
  initializeTransfer(input: $input) {
    __typename
    ... on Transfer { id status upload { url } }
    ... on BrokerError { code message }
  }
}`;

const INPUT = {
  resourceId: RESOURCES[0]?.id,
  fileName: 'Payroll Q3 2026.pdf',
  sender: PARTIES[2],
  recipients: PARTIES.slice(-3),
  sendersReference: 'order 4711',
  properties: [{ key: 'department', value: 'finance' }],
};

/** What each of these has more afterwards. */
const TABLES = [
  'transfer',
  'transfer_party',
  'transfer_property',
  'file',
  'upload',
  'event',
  'event_party',
  'job',
] as const;

export async function benchInitialize(rounds: number): Promise<string> {
  const { folder, disk } = await makeDiskFolder();
  const barePath = join(folder, 'bare.sqlite');
  await using bare = await startBare('bare-initialize', folder, [barePath]);
  await using ferje = await startFerje(folder);
  const ferjePath = join(ferje.dataDir, 'ferje.sqlite');
  configure(ferjePath);

  const rates = await runRates(
    [
      rateRow('bare Node, a commit each', bare, post('/initialize', INPUT), CONNECTIONS),
      rateRow(
        'Ferje',
        ferje,
        post(
          '/graphql',
          { query: MUTATION, variables: { input: INPUT } },
          await tokenFor(ferje, INPUT.sender ?? VIEWER),
        ),
        CONNECTIONS,
      ),
    ] as const,
    { rounds, amount: REQUESTS, warmUp: REQUESTS },
  );
  expectSameRows(barePath, ferjePath);

  const [bareRate, ferjeRate] = rates;
  const target = {
    name: 'new transfers per second, of bare Node',
    actual: median(ferjeRate.perSecond) / median(bareRate.perSecond),
    limit: LIMIT,
    is: 'atLeast',
  } as const;
  return [
    formatRates(`initializeTransfer, ${CONNECTIONS} connections`, rates),
    `on ${disk}, where one flush takes ${measureFlush(folder).toFixed(2)} ms`,
    '',
    formatTarget(target),
  ].join('\n');
}

function post(path: string, body: object, token?: string): Requests {
  return {
    method: 'POST',
    path,
    headers: {
      'Content-Type': 'application/json',
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    },
    bodies: [Buffer.from(JSON.stringify(body))],
  };
}

/** Gives a running broker the parties and resources that the bare server has. */
function configure(path: string): void {
  const database = new BetterSqlite3(path);
  database.transaction(() => insertConfiguration(createInserts(database)))();
  database.close();
}

/** As many transfers, and as many rows of each: what is compared was the same work, and every request did it. */
function expectSameRows(...paths: readonly string[]): void {
  const [first, ...others] = paths.map((path) => {
    const database = new BetterSqlite3(path, { readonly: true });
    const counts = TABLES.map((table) => {
      const { count } = database
        .prepare<[], { count: number }>(`select count(*) as count from ${table}`)
        .get() ?? { count: 0 };
      return `${table} ${count}`;
    });
    database.close();
    return counts.join(', ');
  });
  for (const other of others) {
    if (other !== first) throw new Error(`The servers left other rows: ${first} / ${other}`);
  }
}
