/** A real database in a folder of its own. */
import type { Database } from '../../src/database/index.ts';
import { openDataFolder } from './data-folder.ts';
import { openDatabaseOf } from './database-choice.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly database: Database;
  /** A folder that is the test's own. */
  readonly folder: string;
}

export async function openTestDatabase(): Promise<TestDatabase> {
  const folder = await openDataFolder();
  const database = await openDatabaseOf(folder.path);
  return {
    database,
    folder: folder.path,
    async [Symbol.asyncDispose]() {
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
