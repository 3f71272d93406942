/** Starts PostgreSQL before the tests that run on it, and stops it after them. */
import { startPostgresServer } from './postgres-server.ts';

export default async function startOnce(): Promise<() => Promise<void>> {
  const server = await startPostgresServer();
  process.env.TEST_POSTGRES_URL = server.url;
  return async () => {
    await server[Symbol.asyncDispose]();
  };
}
