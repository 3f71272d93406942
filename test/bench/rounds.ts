/** Interleaved rounds: every row once in each, another one first each time, so that what a machine does meanwhile meets all. */
import type { Cost } from './process-cost.ts';

export interface Row {
  readonly name: string;
  /** One measured piece of work of so much: bytes, or requests. It leaves nothing behind that the next one would feel. */
  readonly run: (amount: number) => Promise<Cost>;
}

/** What a row's work cost, round by round. */
export interface RowCosts {
  readonly name: string;
  readonly costs: readonly Cost[];
}

/** What a row reached, round by round. */
export interface Measured {
  readonly name: string;
  readonly mibPerSecond: readonly number[];
  readonly cpuSecondsPerGib: readonly number[];
}

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

export interface InterleavingOptions {
  readonly rounds: number;
  readonly amount: number;
  /** Code gets its final shape by this much before it counts. */
  readonly warmUp: number;
}

export async function interleave<Rows extends readonly Row[]>(
  rows: Rows,
  { rounds, amount, warmUp }: InterleavingOptions,
): Promise<{ readonly [Index in keyof Rows]: RowCosts }> {
  for (const row of rows) await row.run(warmUp);
  const costs = rows.map((): Cost[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const index of rows.keys()) {
      const at = (round + index) % rows.length;
      const cost = await rows[at]?.run(amount);
      if (cost !== undefined) costs[at]?.push(cost);
    }
  }
  const results: readonly RowCosts[] = rows.map(({ name }, at) => ({
    name,
    costs: costs[at] ?? [],
  }));
  return results as { readonly [Index in keyof Rows]: RowCosts };
}

/** Rounds of work over bytes. */
export async function runRounds<Rows extends readonly Row[]>(
  rows: Rows,
  { rounds, sizeBytes, warmUpBytes }: RoundsOptions,
): Promise<{ readonly [Index in keyof Rows]: Measured }> {
  const results: readonly RowCosts[] = await interleave(rows, {
    rounds,
    amount: sizeBytes,
    warmUp: warmUpBytes,
  });
  return results.map(({ name, costs }) => ({
    name,
    mibPerSecond: costs.map(({ seconds }) => sizeBytes / MIB / seconds),
    cpuSecondsPerGib: costs.map(({ cpuSeconds }) => (cpuSeconds * GIB) / sizeBytes),
  })) as { readonly [Index in keyof Rows]: Measured };
}

export interface RoundsOptions {
  readonly rounds: number;
  readonly sizeBytes: number;
  readonly warmUpBytes: number;
}
