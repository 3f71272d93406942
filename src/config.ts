/** The environment, read into values once. */

/** Where the broker keeps its own: the database, the files, the development key. */
export function readDataDir(env: Readonly<Record<string, string | undefined>>): string {
  return env.DATA_DIR || './data';
}
