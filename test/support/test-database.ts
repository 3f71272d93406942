/** A real database in a folder of its own. */
import { join } from 'node:path';
import { type Database, openSqliteDatabase } from '../../src/database/index.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly database: Database;
  readonly path: string;
}

export async function openTestDatabase(): Promise<TestDatabase> {
  const folder = await makeTemporaryFolder();
  const path = join(folder.path, 'ferje.sqlite');
  const database = await openSqliteDatabase(path);
  return {
    database,
    path,
    async [Symbol.asyncDispose]() {
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
