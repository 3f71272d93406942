/**
 * Statistics of ten million events: what a year of an owner costs beside the same SQL by hand, what one resource or party
 * costs beside a look at one row, how fast events are counted beside how fast they come, and exports in constant memory.
 */
import { openSqliteDatabase } from '../../src/database/index.ts';
import { countUncounted, createStatisticsReader } from '../../src/statistics/index.ts';
import { makeRamFolder } from './ram-disk.ts';
import { type ServerProcess, startBare, startFerje } from './servers.ts';
import { compareExports } from './statistics-export.ts';
import { compareGroupings } from './statistics-groupings.ts';
import { fillStatisticsLog } from './statistics-log.ts';
import { compareNarrow } from './statistics-narrow.ts';
import { compareRates } from './statistics-rates.ts';

/** Another number is for trying: the targets are for this one. */
const EVENTS = Number(process.env.BENCH_EVENTS ?? 10_000_000);
const TOLD_EVERY_MS = 30_000;

/** What is asked once for each of very many takes minutes of its own, so these are few. */
export async function benchStatistics(rounds: number): Promise<string> {
  const path = await fillStatisticsLog(EVENTS);
  const counted = await countAll(path);
  const asked = await ask(path, rounds);
  const exports = await compareExports(path);
  const rates = await compareRates(path, rounds);
  return [counted, ...asked, rates, exports].filter((part) => part !== '').join('\n\n');
}

async function ask(path: string, rounds: number): Promise<readonly string[]> {
  const folder = makeRamFolder();
  await using bare = await startStatisticsBare(folder, path);
  await using ferje = await startFerje(folder, path);
  const groupings = await compareGroupings(bare, ferje, rounds);
  return [groupings, await compareNarrow(path, bare, ferje, rounds)];
}

function startStatisticsBare(folder: string, path: string): Promise<ServerProcess> {
  const program: string = 'statistics-bare';
  return startBare(program as Parameters<typeof startBare>[0], folder, [path]);
}

/** Counts what has not been counted: the first time, everything. Answers how fast; nothing where there was little. */
async function countAll(path: string): Promise<string> {
  const database = await openSqliteDatabase(path);
  const reader = createStatisticsReader({
    database,
    clock: { now: Date.now },
    onError(error) {
      throw error;
    },
  });
  try {
    const events = await database.read(countUncounted);
    const startedAt = performance.now();
    let left = events;
    while (left > 0) {
      await reader.catchUp(TOLD_EVERY_MS);
      left = await database.read(countUncounted);
      process.stderr.write(`${events - left} of ${events} events are counted.\n`);
    }
    const perSecond = (events * 1000) / (performance.now() - startedAt);
    return events > 0 ? `counted all ${events} events: ${perSecond.toFixed(0)} a second` : '';
  } finally {
    await reader.stop();
    await database.close();
  }
}
