/** The names that parties gave themselves for others to see. */
import type { Database, Queries, WriteTransaction } from '../database/index.ts';
import { type Caller, requireAnyScope } from '../domain/caller.ts';
import { InputProblems } from '../domain/input-problems.ts';
import type { PartyId } from '../domain/party-id.ts';
import { ok, type Result } from '../domain/result.ts';

export const NAME_RULE = { min: 1, max: 255 } as const;

/** The names of those parties that have given one. */
export async function findPartyNames(
  db: Queries,
  parties: readonly PartyId[],
): Promise<Map<PartyId, string>> {
  if (parties.length === 0) return new Map();
  const rows = await db
    .selectFrom('party')
    .select(['id', 'name'])
    .where('id', 'in', parties)
    .execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export async function savePartyName(
  tx: WriteTransaction,
  party: PartyId,
  name: string,
  now: number,
): Promise<void> {
  await tx
    .insertInto('party')
    .values({ id: party, name, updated_at: now })
    .onConflict((oc) => oc.column('id').doUpdateSet({ name, updated_at: now }))
    .execute();
}

/** Gives the caller's party a name. Any scope. */
export async function updateViewerParty(
  database: Database,
  caller: Caller,
  name: string,
  now: number,
): Promise<Result<PartyId>> {
  const allowed = requireAnyScope(caller);
  if (!allowed.ok) return allowed;
  const problems = new InputProblems();
  const normalized = problems.text('name', name, NAME_RULE);
  const failure = problems.toFailure();
  if (failure !== undefined) return failure;
  return database.write(async (tx) => {
    await savePartyName(tx, caller.party, normalized, now);
    return ok(caller.party);
  });
}
