/** A real database in a folder of its own. */
import type { Database } from '../../src/database/index.ts';
import { dropDatabaseOf, openDatabaseOf } from './database-choice.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly database: Database;
  /** A folder that is the test's own. */
  readonly folder: string;
}

export async function openTestDatabase(): Promise<TestDatabase> {
  const folder = await makeTemporaryFolder();
  const database = await openDatabaseOf(folder.path);
  return {
    database,
    folder: folder.path,
    async [Symbol.asyncDispose]() {
      await database.close();
      await dropDatabaseOf(folder.path);
      await folder[Symbol.asyncDispose]();
    },
  };
}
