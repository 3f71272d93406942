/** Interleaved rounds: every row once in each, another one first each time, so that what a machine does meanwhile meets all. */
import type { Cost } from './process-cost.ts';

export interface Row {
  readonly name: string;
  /** One measured piece of work over so many bytes; it leaves no file behind. */
  readonly run: (sizeBytes: number) => Promise<Cost>;
}

/** What a row reached, round by round. */
export interface Measured {
  readonly name: string;
  readonly mibPerSecond: readonly number[];
  readonly cpuSecondsPerGib: readonly number[];
}

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

export async function runRounds<Rows extends readonly Row[]>(
  rows: Rows,
  { rounds, sizeBytes, warmUpBytes }: RoundsOptions,
): Promise<{ readonly [Index in keyof Rows]: Measured }> {
  // Code gets its final shape before it counts.
  for (const row of rows) await row.run(warmUpBytes);
  const costs = rows.map((): Cost[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const index of rows.keys()) {
      const at = (round + index) % rows.length;
      const cost = await rows[at]?.run(sizeBytes);
      if (cost !== undefined) costs[at]?.push(cost);
    }
  }
  return rows.map(({ name }, at) => ({
    name,
    mibPerSecond: (costs[at] ?? []).map(({ seconds }) => sizeBytes / MIB / seconds),
    cpuSecondsPerGib: (costs[at] ?? []).map(({ cpuSeconds }) => (cpuSeconds * GIB) / sizeBytes),
  })) as { readonly [Index in keyof Rows]: Measured };
}

export interface RoundsOptions {
  readonly rounds: number;
  readonly sizeBytes: number;
  readonly warmUpBytes: number;
}
