/** The access list of a resource: granting, taking back, and reading it by party. */
import type { Selectable } from 'kysely';
import type {
  Database,
  Queries,
  ResourceAccessTable,
  WriteTransaction,
} from '../database/index.ts';
import { type Caller, requireScope, SCOPES } from '../domain/caller.ts';
import type { IdSource } from '../domain/clock.ts';
import { InputProblems } from '../domain/input-problems.ts';
import { decodeCursor, encodeCursor } from '../domain/keyset-cursor.ts';
import { type Page, type PageRequest, toPage } from '../domain/page.ts';
import type { PartyId } from '../domain/party-id.ts';
import type { ResourceAction } from '../domain/resource-settings.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { quote } from '../domain/text.ts';
import { findResource, type ResourceRow } from './resource.ts';

export type ResourceAccessRow = Selectable<ResourceAccessTable>;

export interface ResourceAccessChange {
  readonly resourceId: string;
  /** 1 to 1000. */
  readonly parties: readonly PartyId[];
  readonly actions: readonly ResourceAction[];
}

const MAX_PARTIES = 1000;

export interface ResourceAccessContext {
  readonly database: Database;
  readonly ids: IdSource;
  readonly now: number;
}

/** Grants the actions to all parties or to none. Granting what is there changes nothing. */
export async function grantResourceAccess(
  context: ResourceAccessContext,
  caller: Caller,
  change: ResourceAccessChange,
): Promise<Result<ResourceRow>> {
  return changeAccess(context.database, caller, change, async (tx, resource) => {
    const send = change.actions.includes('SEND') ? 1 : 0;
    const receive = change.actions.includes('RECEIVE') ? 1 : 0;
    await tx
      .insertInto('resource_access')
      .values(
        // In one order for all: two grants that lock the same rows crosswise would be in each other's way.
        [...new Set(change.parties)].toSorted().map((party) => ({
          id: context.ids.next(),
          resource_id: resource.id,
          party_id: party,
          may_send: send,
          may_receive: receive,
          granted_at: context.now,
        })),
      )
      .onConflict((oc) =>
        oc.columns(['resource_id', 'party_id']).doUpdateSet({
          ...(send === 1 ? { may_send: 1 as const } : {}),
          ...(receive === 1 ? { may_receive: 1 as const } : {}),
        }),
      )
      .execute();
  });
}

/** Takes the actions back from all parties; one with none left is off the list. */
export async function revokeResourceAccess(
  context: ResourceAccessContext,
  caller: Caller,
  change: ResourceAccessChange,
): Promise<Result<ResourceRow>> {
  return changeAccess(context.database, caller, change, async (tx, resource) => {
    await tx
      .updateTable('resource_access')
      .set({
        ...(change.actions.includes('SEND') ? { may_send: 0 as const } : {}),
        ...(change.actions.includes('RECEIVE') ? { may_receive: 0 as const } : {}),
      })
      .where('resource_id', '=', resource.id)
      .where('party_id', 'in', change.parties)
      .execute();
    await tx
      .deleteFrom('resource_access')
      .where('resource_id', '=', resource.id)
      .where('party_id', 'in', change.parties)
      .where('may_send', '=', 0)
      .where('may_receive', '=', 0)
      .execute();
  });
}

async function changeAccess(
  database: Database,
  caller: Caller,
  { resourceId, parties, actions }: ResourceAccessChange,
  change: (tx: WriteTransaction, resource: ResourceRow) => Promise<void>,
): Promise<Result<ResourceRow>> {
  const allowed = requireScope(caller, SCOPES.serviceOwner);
  if (!allowed.ok) return allowed;
  return database.write(async (tx): Promise<Result<ResourceRow>> => {
    const resource = await findResource(tx, resourceId);
    if (resource === undefined) {
      return fail('RESOURCE_NOT_FOUND', `There is no resource ${quote(resourceId)}.`);
    }
    if (resource.owner_id !== caller.party) {
      return fail('NOT_RESOURCE_OWNER', `${caller.party} does not own the resource ${resourceId}.`);
    }
    const problems = new InputProblems();
    if (parties.length < 1 || parties.length > MAX_PARTIES) {
      const rule = `it has to name 1 to ${MAX_PARTIES}`;
      problems.add('parties', 'INVALID_INPUT', `parties names ${parties.length}; ${rule}.`);
    }
    if (actions.length === 0) {
      problems.add('actions', 'INVALID_INPUT', 'actions is empty; name SEND, RECEIVE or both.');
    }
    const failure = problems.toFailure();
    if (failure !== undefined) return failure;
    await change(tx, resource);
    return ok(resource);
  });
}

/** The list by party; `parties` narrows it. */
export async function listResourceAccess(
  db: Queries,
  resourceId: string,
  parties: readonly PartyId[] | null | undefined,
  page: PageRequest,
): Promise<Result<Page<ResourceAccessRow>>> {
  let query = accessQuery(db, resourceId, parties).selectAll();
  if (page.after !== null) {
    const after = decodeCursor<readonly [string]>('accessList', page.after, ['string']);
    if (!after.ok) return after;
    query = query.where('party_id', '>', after.value[0] as PartyId);
  }
  const rows = await query
    .orderBy('party_id')
    .limit(page.size + 1)
    .execute();
  return ok(toPage(page, rows, ({ party_id }) => encodeCursor('accessList', [party_id])));
}

/** How many parties are on the list, of those that the filter lets through. */
export async function countResourceAccess(
  db: Queries,
  resourceId: string,
  parties: readonly PartyId[] | null | undefined,
): Promise<number> {
  const { count } = await accessQuery(db, resourceId, parties)
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

function accessQuery(
  db: Queries,
  resourceId: string,
  parties: readonly PartyId[] | null | undefined,
) {
  const query = db.selectFrom('resource_access').where('resource_id', '=', resourceId);
  return parties == null ? query : query.where('party_id', 'in', parties);
}
