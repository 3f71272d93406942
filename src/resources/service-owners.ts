/** Service owners: the organisations that own resources. */
import type { Selectable } from 'kysely';
import type { Database, Queries, ServiceOwnerTable } from '../database/index.ts';
import { type Caller, requireScope, SCOPES } from '../domain/caller.ts';
import type { IdSource } from '../domain/clock.ts';
import { InputProblems } from '../domain/input-problems.ts';
import type { PartyId } from '../domain/party-id.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { NAME_RULE, savePartyName } from './party-names.ts';

export type ServiceOwnerRow = Selectable<ServiceOwnerTable>;

export async function findServiceOwner(
  db: Queries,
  party: PartyId,
): Promise<ServiceOwnerRow | undefined> {
  return db
    .selectFrom('service_owner')
    .selectAll()
    .where('party_id', '=', party)
    .executeTakeFirst();
}

/** The service owners among the parties. */
export async function findServiceOwners(
  db: Queries,
  parties: readonly PartyId[],
): Promise<ServiceOwnerRow[]> {
  if (parties.length === 0) return [];
  return db.selectFrom('service_owner').selectAll().where('party_id', 'in', parties).execute();
}

export async function findServiceOwnerById(
  db: Queries,
  id: string,
): Promise<ServiceOwnerRow | undefined> {
  return db.selectFrom('service_owner').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Registers the caller's party; a second time is SERVICE_OWNER_ALREADY_REGISTERED. */
export async function registerServiceOwner(
  { database, ids, now }: { database: Database; ids: IdSource; now: number },
  caller: Caller,
  input: { readonly name: string },
): Promise<Result<ServiceOwnerRow>> {
  const allowed = requireScope(caller, SCOPES.serviceOwner);
  if (!allowed.ok) return allowed;
  const problems = new InputProblems();
  const name = problems.text('name', input.name, NAME_RULE);
  const failure = problems.toFailure();
  if (failure !== undefined) return failure;
  return database.write(async (tx) => {
    if ((await findServiceOwner(tx, caller.party)) !== undefined) {
      return fail(
        'SERVICE_OWNER_ALREADY_REGISTERED',
        `${caller.party} is registered as a service owner already.`,
      );
    }
    const owner = { id: ids.next(), party_id: caller.party, name, created_at: now };
    await tx.insertInto('service_owner').values(owner).execute();
    await savePartyName(tx, caller.party, name, now);
    return ok(owner);
  });
}
