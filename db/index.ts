/** The migrations in order. One that has been released is never edited. */
import type { Migration } from 'kysely';
import * as transfers from './0001_transfers.ts';

export const migrations: Readonly<Record<string, Migration>> = {
  '0001_transfers': transfers,
};
