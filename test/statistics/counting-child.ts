/**
 * Counts the log of a folder's database, as a process that can be killed at any moment:
 *
 *   counting-child.ts <folder> count|rebuild <events per stretch>
 *
 * It writes a line each time that something of it is there for good, and ends when everything is counted.
 */
import { createStatisticsReader, rebuildStatistics } from '../../src/statistics/index.ts';
import { openDatabaseOf } from '../support/database-choice.ts';

const LONG_MS = 600_000;

const [folder = '', what, stretch] = process.argv.slice(2);
const clock = { now: () => Date.now() };
const database = await openDatabaseOf(folder);
const eventsPerStretch = Number(stretch);
if (what === 'count') {
  database.onCommit(() => process.stdout.write('counted\n'));
  const reader = createStatisticsReader({
    database,
    clock,
    eventsPerStretch,
    onError(error) {
      throw error;
    },
  });
  await reader.catchUp(LONG_MS);
  await reader.stop();
} else {
  const onProgress = () => {
    process.stdout.write('counted\n');
  };
  await rebuildStatistics({ database, clock }, { eventsPerStretch, onProgress });
}
await database.close();
