/**
 * `npm run rebuild-statistics`: counts the whole event log anew, also beside brokers that run. The statistics in use answer
 * until the new ones are complete; a rebuild that is broken off leaves them as they are.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { type DatabaseTarget, readConfig } from '../config.ts';
import { openDatabase } from '../open-database.ts';
import { rebuildStatistics } from '../statistics/index.ts';

const HELP = `Counts the statistics anew from the event log, also while brokers run.

  npm run rebuild-statistics

The database is that of DATA_DIR or DATABASE_URL. The statistics in use answer until the new
ones are complete. Broken off, it leaves them as they are, and may be begun again.
`;

/** The command was called wrongly, or with a wrong configuration. */
class UsageError extends Error {}

/** How often the bar is drawn where there is no terminal. */
const LINE_EVERY_MS = 2000;

async function run(args: readonly string[]): Promise<void> {
  const { help } = readOptions(args);
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const target = readTarget();
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () =>
      stopped.abort(new Error(`Stopped by ${signal}. The statistics in use are as they were.`)),
    );
  }
  const database = await openDatabase(target, (error) =>
    process.stderr.write(`Lost a connection to the database: ${toMessage(error)}\n`),
  );
  const bar = new SingleBar({
    format: 'Counting events [{bar}] {percentage}% | {value} of {total} | {eta_formatted} left',
    noTTYOutput: true,
    notTTYSchedule: LINE_EVERY_MS,
    stream: process.stderr,
  });
  bar.start(0, 0);
  try {
    await rebuildStatistics(
      { database, clock: { now: () => Date.now() } },
      {
        signal: stopped.signal,
        onProgress(counted, total) {
          bar.setTotal(total);
          bar.update(counted);
        },
      },
    );
  } finally {
    bar.stop();
    await database.close();
  }
  process.stdout.write('The statistics have been counted anew.\n');
}

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { help: { type: 'boolean', default: false } },
    }).values;
  } catch (error) {
    throw new UsageError(toMessage(error));
  }
}

function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function readTarget(): DatabaseTarget {
  const result = readConfig(process.env);
  if ('faults' in result) throw new UsageError(result.faults.join('\n'));
  const { database } = result.config;
  if (database.kind === 'sqlite' && !existsSync(database.path)) {
    throw new UsageError(
      `There is no database at ${database.path}; DATA_DIR or DATABASE_URL say where it is.`,
    );
  }
  return database;
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${toMessage(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
