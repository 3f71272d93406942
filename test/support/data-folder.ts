/** A folder for brokers to start on, one after the other or at once; it goes away with its test, and its database with it. */
import { dropDatabaseOf } from './database-choice.ts';
import { makeTemporaryFolder, type TemporaryFolder } from './temporary-folder.ts';

export async function openDataFolder(): Promise<TemporaryFolder> {
  const folder = await makeTemporaryFolder();
  return {
    path: folder.path,
    async [Symbol.asyncDispose]() {
      await dropDatabaseOf(folder.path);
      await folder[Symbol.asyncDispose]();
    },
  };
}
