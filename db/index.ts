/** The migrations in order. One that has been released is never edited. */
import type { Migration } from 'kysely';
import * as transfers from './0001_transfers.ts';
import * as lists from './0002_lists.ts';
import * as listFilters from './0003_list_filters.ts';
import * as lifeOfAFile from './0004_life_of_a_file.ts';
import * as webhooks from './0005_webhooks.ts';
import * as statistics from './0006_statistics.ts';
import * as statisticsInOrder from './0007_statistics_in_order.ts';
import type { ColumnTypes } from './column-types.ts';

export type { ColumnTypes } from './column-types.ts';

/** The migrations for a database with these types. */
export function createMigrations(types: ColumnTypes): Record<string, Migration> {
  return {
    '0001_transfers': { up: (db) => transfers.up(db, types) },
    '0002_lists': { up: (db) => lists.up(db, types) },
    '0003_list_filters': { up: (db) => listFilters.up(db, types) },
    '0004_life_of_a_file': { up: (db) => lifeOfAFile.up(db, types) },
    '0005_webhooks': { up: (db) => webhooks.up(db, types) },
    '0006_statistics': { up: (db) => statistics.up(db, types) },
    '0007_statistics_in_order': { up: (db) => statisticsInOrder.up(db, types) },
  };
}
