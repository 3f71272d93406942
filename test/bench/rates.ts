/** Requests per second of servers beside each other, sent from this process over connections that are kept. */
import { type Connection, expectStatus, type Headers, openConnection } from './client.ts';
import { measureCost } from './process-cost.ts';
import { type InterleavingOptions, interleave, type Row, type RowCosts } from './rounds.ts';
import type { ServerProcess } from './servers.ts';
import { formatSpread, formatTable, median } from './table.ts';

export interface Requests {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Headers;
  /** The n-th request has the n-th of these; they are gone through again and again. */
  readonly bodies: readonly Buffer[];
}

/** What a server reached, round by round. */
export interface Rate {
  readonly name: string;
  readonly perSecond: readonly number[];
  readonly cpuMs: readonly number[];
}

/** Sends so many requests; each connection has one on its way at a time. */
export function rateRow(
  name: string,
  server: Pick<ServerProcess, 'url' | 'pid'>,
  requests: Requests,
  connections: number,
): Row {
  return {
    name,
    async run(amount) {
      const opened = await Promise.all(
        Array.from({ length: connections }, () => openConnection(server.url)),
      );
      let sent = 0;
      const work = async (connection: Connection) => {
        while (sent < amount) {
          const body = requests.bodies[sent % requests.bodies.length];
          sent += 1;
          const { method, path, headers } = requests;
          await expectStatus(connection.request(method, path, headers, body), 200);
        }
      };
      try {
        return await measureCost(server.pid, async () => {
          await Promise.all(opened.map(work));
        });
      } finally {
        for (const connection of opened) connection[Symbol.dispose]();
      }
    },
  };
}

export async function runRates<Rows extends readonly Row[]>(
  rows: Rows,
  options: InterleavingOptions,
): Promise<{ readonly [Index in keyof Rows]: Rate }> {
  const results: readonly RowCosts[] = await interleave(rows, options);
  const { amount } = options;
  const rates: readonly Rate[] = results.map(({ name, costs }) => ({
    name,
    perSecond: costs.map(({ seconds }) => amount / seconds),
    cpuMs: costs.map(({ cpuSeconds }) => (cpuSeconds * 1000) / amount),
  }));
  return rates as { readonly [Index in keyof Rows]: Rate };
}

/** The first row is what the others are compared with. */
export function formatRates(title: string, rates: readonly Rate[]): string {
  const [bare] = rates;
  const ratio = (values: readonly number[], to: readonly number[] = []) =>
    (median(values) / median(to)).toFixed(2);
  return formatTable(
    [title, 'requests/s', '× bare', 'CPU ms/request', '× bare'],
    rates.map(({ name, perSecond, cpuMs }) => [
      name,
      formatSpread(perSecond, 0),
      ratio(perSecond, bare?.perSecond),
      formatSpread(cpuMs, 2),
      ratio(cpuMs, bare?.cpuMs),
    ]),
  );
}
