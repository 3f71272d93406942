/** Brings the tables up to date: all migrations that are missing, in one transaction. */
import { Migrator } from 'kysely';
import { type ColumnTypes, createMigrations } from '../../db/index.ts';
import type { Queries } from './database.ts';

/** Where it fails, nothing of it is left. */
export async function migrate(db: Queries, types: ColumnTypes): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => createMigrations(types) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
