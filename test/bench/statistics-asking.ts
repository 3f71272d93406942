/** Asking servers the same things in turn, one request at a time each, so that what a machine does meanwhile meets all. */
import { type Connection, expectStatus, type Headers } from './client.ts';
import { quantile } from './table.ts';

const SAMPLES_PER_ROUND = 20;
/** As often, or for as long as this, before it counts: what a server does for the first times is slower. */
const WARM_UP = 60;
const WARM_UP_MS = 1500;
/** What takes long is asked less often. */
const MAX_CASE_MS = 15_000;

/** Asks once, and answers after so many milliseconds. */
export type Ask = (sample: number) => Promise<number>;

interface Asked {
  readonly path: string;
  readonly headers?: Headers;
  readonly body?: Buffer;
}

/** Asks what belongs to the sample; without a body it is a GET. */
export function createAsk(connection: Connection, toAsked: (sample: number) => Asked): Ask {
  return async (sample) => {
    const { path, headers, body } = toAsked(sample);
    const method = body === undefined ? 'GET' : 'POST';
    const startedAt = performance.now();
    await expectStatus(connection.request(method, path, headers, body), 200);
    return performance.now() - startedAt;
  };
}

/** Milliseconds of each that is asked, as often as the rounds say, or as there is time for. */
export async function askInTurn(asks: readonly Ask[], rounds: number): Promise<number[][]> {
  const times = asks.map((): number[] => []);
  const warmAt = performance.now() + WARM_UP_MS;
  for (let sample = 0; sample < WARM_UP && performance.now() < warmAt; sample += 1) {
    for (const ask of asks) await ask(sample);
  }
  const endAt = performance.now() + MAX_CASE_MS;
  const samples = rounds * SAMPLES_PER_ROUND;
  for (let sample = 0; sample < samples && performance.now() < endAt; sample += 1) {
    for (const [index, ask] of asks.entries()) times[index]?.push(await ask(sample));
  }
  return times;
}

/** A POST of a GraphQL operation. */
export function toOperation(token: string, query: string, variables: object): Asked {
  return {
    path: '/graphql',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: Buffer.from(JSON.stringify({ query, variables })),
  };
}

/** As a table has it: the median, and the time that 95 of 100 take at most. */
export function formatTimes(times: readonly number[]): [string, string] {
  return [`${quantile(times, 0.5).toFixed(1)} ms`, quantile(times, 0.95).toFixed(1)];
}
