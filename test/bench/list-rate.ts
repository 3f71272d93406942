/** Lists of 50 transfers with their recipients, through GraphQL beside a bare Fastify with the same statements. */
import BetterSqlite3 from 'better-sqlite3';
import { encodeCursor } from '../../src/domain/keyset-cursor.ts';
import { tokenFor } from '../support/broker.ts';
import { fillDatabase } from './filled-database.ts';
import { VIEWER } from './population.ts';
import { makeRamFolder } from './ram-disk.ts';
import { formatRates, type Requests, rateRow, runRates } from './rates.ts';
import { startBare, startFerje } from './servers.ts';
import { formatTarget, median } from './table.ts';

const TRANSFERS = 10_000;
const PAGES = 20;
const CONNECTIONS = 8;
const REQUESTS = 2000;
const LIMIT = 0.45;

const QUERY = `query List($after: String) {
  transfers(first: 50, after: $after) {
    edges {
      node { id fileName status createdAt sender { id } recipients { party { id } status } }
    }
  }
}`;

export async function benchListRate(rounds: number): Promise<string> {
  const folder = makeRamFolder();
  const database = await fillDatabase(TRANSFERS);
  await using bare = await startBare('bare-list', folder, [database]);
  await using ferje = await startFerje(folder, database);
  const places = findPlaces(database);
  const asked: Requests = {
    method: 'POST',
    path: '/list',
    headers: { 'Content-Type': 'application/json' },
    bodies: places.map(({ time, id }) => toBody({ party: VIEWER, time, id })),
  };
  const queried: Requests = {
    method: 'POST',
    path: '/graphql',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${await tokenFor(ferje, VIEWER)}`,
    },
    bodies: places.map(({ time, id }) => {
      const after = encodeCursor('transfers:CREATED_AT:DESC', [time, id]);
      return toBody({ query: QUERY, variables: { after } });
    }),
  };
  await expectSameAnswers([bare.url, asked], [ferje.url, queried]);

  const rates = await runRates(
    [
      rateRow('bare Fastify', bare, asked, CONNECTIONS),
      rateRow('Ferje', ferje, queried, CONNECTIONS),
    ] as const,
    { rounds, amount: REQUESTS, warmUp: REQUESTS },
  );
  const [bareRate, ferjeRate] = rates;
  const target = {
    name: 'lists per second, of bare Fastify',
    actual: median(ferjeRate.perSecond) / median(bareRate.perSecond),
    limit: LIMIT,
    is: 'atLeast',
  } as const;
  const title = `list of 50, ${CONNECTIONS} connections`;
  return [formatRates(title, rates), '', formatTarget(target)].join('\n');
}

/** Places all over the list that a page of 50 follows. */
function findPlaces(path: string): readonly { readonly time: number; readonly id: string }[] {
  const database = new BetterSqlite3(path, { readonly: true });
  try {
    return database
      .prepare<[number, number], { time: number; id: string }>(
        `select created_at as time, id from transfer
         where rowid > 100 and rowid % ? = ? order by created_at`,
      )
      .all(TRANSFERS / PAGES, 0);
  } finally {
    database.close();
  }
}

function toBody(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

async function expectSameAnswers(...servers: readonly [string, Requests][]): Promise<void> {
  const answers = await Promise.all(
    servers.map(([url, { method, path, headers, bodies }]) =>
      Promise.all(
        bodies.map(async (body) => {
          const init = { method, headers: toStrings(headers), body: new Uint8Array(body) };
          return (await fetch(`${url}${path}`, init)).text();
        }),
      ),
    ),
  );
  const [first, ...others] = answers.map((texts) => texts.join('\n'));
  for (const other of others) {
    if (other !== first) throw new Error(`The servers differ: ${first} / ${other}`);
  }
}

function toStrings(headers: Requests['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `${value}`]));
}
