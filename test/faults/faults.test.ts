/** The fault test in short; `npm run test:faults` is the long one. FAULTS_SEED makes the choices of a failure again. */
import { expect, test } from 'vitest';
import { runFaults } from './run-faults.ts';

/** It takes some 20 s, of which 8 are the longest time to live; other tests run beside it. */
const MAX_MS = 120_000;

const SEED = Number(process.env.FAULTS_SEED ?? Date.now() % 2 ** 31);

test(
  'a broker that is killed again and again keeps everything that it acknowledged',
  async () => {
    console.error(`FAULTS_SEED=${SEED}`);
    const { violations, acts, events } = await runFaults({
      seed: SEED,
      kills: 6,
      expires: true,
      longestTimeToLiveMs: 8000,
    });
    expect(violations, `FAULTS_SEED=${SEED}`).toEqual([]);
    expect(events).toBeGreaterThan(0);
    const acknowledged = acts.filter((act) => act.acknowledged > 0).map(({ kind }) => kind);
    expect(acknowledged).toEqual(
      expect.arrayContaining(['initialize', 'patch', 'download', 'look']),
    );
  },
  MAX_MS,
);
