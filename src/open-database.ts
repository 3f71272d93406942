/** Opens the store that the configuration names, and says which variable is wrong where it cannot be opened. */
import { dirname } from 'node:path';
import type { DatabaseTarget } from './config.ts';
import { type Database, openPostgresDatabase, openSqliteDatabase } from './database/index.ts';
import { startStep } from './start-fault.ts';
import { makeFolder, realDisk } from './storage/index.ts';

/** `onFault` is told of connections that break; they are replaced. */
export function openDatabase(
  target: DatabaseTarget,
  onFault: (error: unknown) => void,
): Promise<Database> {
  if (target.kind === 'postgres') {
    const may = 'postgres://USER:PASSWORD@HOST:PORT/DATABASE of a server that is there';
    return startStep('DATABASE_URL', target.shown, may, () =>
      openPostgresDatabase(target.url, onFault),
    );
  }
  const may = 'sqlite:PATH of a file that the broker may make and write';
  return startStep('DATABASE_URL', target.shown, may, async () => {
    await makeFolder(realDisk, dirname(target.path));
    return openSqliteDatabase(target.path);
  });
}
