/** The simplest thing to write into a store, and to find there again. */
import type { Database, Queries, WriteTransaction } from '../../src/database/index.ts';
import type { PartyId } from '../../src/domain/party-id.ts';

export async function addName(tx: WriteTransaction, name: string): Promise<void> {
  await tx
    .insertInto('party')
    .values({ id: name as PartyId, name, updated_at: 1 })
    .execute();
}

/** In their order. */
export async function readNames(db: Queries): Promise<string[]> {
  const parties = await db.selectFrom('party').select('name').orderBy('name').execute();
  return parties.map(({ name }) => name);
}

export function namesOf(database: Database): Promise<string[]> {
  return database.read(readNames);
}
