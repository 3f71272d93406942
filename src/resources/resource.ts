/** Resources: rows, settings, and finding those that a caller may see. */
import type { Selectable } from 'kysely';
import type { Queries, ResourceTable, WriteTransaction } from '../database/index.ts';
import { type Caller, hasScope, SCOPES } from '../domain/caller.ts';
import { decodeCursor, encodeCursor } from '../domain/keyset-cursor.ts';
import { type Page, type PageRequest, toPage } from '../domain/page.ts';
import type { PartyId } from '../domain/party-id.ts';
import {
  isResourceId,
  type ResourceAction,
  type ResourceSettings,
} from '../domain/resource-settings.ts';
import { ok, type Result } from '../domain/result.ts';
import type { AccessPolicy } from './access-policy.ts';

export type ResourceRow = Selectable<ResourceTable>;

export function toSettings(row: ResourceRow): ResourceSettings {
  return {
    title: row.title,
    maxTransferSize: row.max_transfer_size,
    timeToLiveMs: row.time_to_live_ms,
    purgeAfterAllConfirmed: row.purge_after_all_confirmed === 1,
    purgeGraceMs: row.purge_grace_ms,
    expiryReminderMs: row.expiry_reminder_ms,
    virusScan: row.virus_scan,
    computeMd5: row.compute_md5 === 1,
    requiredParty: row.required_party,
    openTo: toOpenTo(row),
  };
}

/** What every party may do through the resource. */
export function toOpenTo(row: ResourceRow): ResourceAction[] {
  return [
    ...(row.open_to_send === 1 ? (['SEND'] as const) : []),
    ...(row.open_to_receive === 1 ? (['RECEIVE'] as const) : []),
  ];
}

/** The columns that keep the settings. */
export function fromSettings(
  settings: ResourceSettings,
): Omit<ResourceRow, 'id' | 'owner_id' | 'created_at'> {
  return {
    title: settings.title,
    max_transfer_size: settings.maxTransferSize,
    time_to_live_ms: settings.timeToLiveMs,
    purge_after_all_confirmed: settings.purgeAfterAllConfirmed ? 1 : 0,
    purge_grace_ms: settings.purgeGraceMs,
    expiry_reminder_ms: settings.expiryReminderMs,
    virus_scan: settings.virusScan,
    compute_md5: settings.computeMd5 ? 1 : 0,
    required_party: settings.requiredParty,
    open_to_send: settings.openTo.includes('SEND') ? 1 : 0,
    open_to_receive: settings.openTo.includes('RECEIVE') ? 1 : 0,
  };
}

/** The resource, whoever asks. */
export async function findResource(db: Queries, id: string): Promise<ResourceRow | undefined> {
  if (!isResourceId(id)) return undefined;
  return db.selectFrom('resource').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The same for a command that changes it: nobody else does before the command has ended. */
export async function lockResource(
  tx: WriteTransaction,
  id: string,
): Promise<ResourceRow | undefined> {
  if (!isResourceId(id)) return undefined;
  return tx
    .selectFrom('resource')
    .selectAll()
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

export async function findResources(db: Queries, ids: readonly string[]): Promise<ResourceRow[]> {
  if (ids.length === 0) return [];
  return db.selectFrom('resource').selectAll().where('id', 'in', ids).execute();
}

/** With the scope altinn:serviceowner alone one sees only what one owns. */
function seesOnlyOwned(caller: Caller): boolean {
  return !hasScope(caller, SCOPES.read) && !hasScope(caller, SCOPES.write);
}

/** The resource, where the caller owns it or may use it. */
export async function findVisibleResource(
  db: Queries,
  policy: AccessPolicy,
  caller: Caller,
  id: string,
): Promise<ResourceRow | undefined> {
  const resource = await findResource(db, id);
  if (resource === undefined || resource.owner_id === caller.party) return resource;
  if (seesOnlyOwned(caller)) return undefined;
  const actions = await policy.findActions(db, caller.party, [resource]);
  return (actions.get(id)?.length ?? 0) > 0 ? resource : undefined;
}

export interface ResourceFilter {
  /** True: only those that the caller owns; false: only those that it does not. */
  readonly owned?: boolean | null | undefined;
  readonly action?: ResourceAction | null | undefined;
  /** Only those of this owner. */
  readonly owner?: PartyId | undefined;
}

/** Resources that the caller owns or may use, by id. */
export async function listResources(
  db: Queries,
  caller: Caller,
  filter: ResourceFilter,
  page: PageRequest,
): Promise<Result<Page<ResourceRow>>> {
  const actions = filter.action == null ? (['SEND', 'RECEIVE'] as const) : [filter.action];
  let query = db.selectFrom('resource').selectAll('resource');
  if (filter.owner !== undefined) query = query.where('resource.owner_id', '=', filter.owner);
  if (page.after !== null) {
    const after = decodeCursor<readonly [string]>('resources', page.after, ['string']);
    if (!after.ok) return after;
    query = query.where('resource.id', '>', after.value[0]);
  }
  if (filter.owned === true || seesOnlyOwned(caller)) {
    query = query.where('resource.owner_id', '=', caller.party);
    if (filter.owned === false) return ok(toPage(page, [], ({ id }: ResourceRow) => id));
  } else {
    query = query.where((eb) =>
      eb.or([
        ...(filter.owned === false ? [] : [eb('resource.owner_id', '=', caller.party)]),
        ...actions.map((action) =>
          eb(action === 'SEND' ? 'resource.open_to_send' : 'resource.open_to_receive', '=', 1),
        ),
        eb.exists(
          eb
            .selectFrom('resource_access')
            .select('resource_access.id')
            .whereRef('resource_access.resource_id', '=', 'resource.id')
            .where('resource_access.party_id', '=', caller.party)
            .where((access) =>
              access.or(
                actions.map((action) =>
                  access(
                    action === 'SEND' ? 'resource_access.may_send' : 'resource_access.may_receive',
                    '=',
                    1,
                  ),
                ),
              ),
            ),
        ),
      ]),
    );
    if (filter.owned === false) query = query.where('resource.owner_id', '!=', caller.party);
  }
  const rows = await query
    .orderBy('resource.id')
    .limit(page.size + 1)
    .execute();
  return ok(toPage(page, rows, ({ id }) => encodeCursor('resources', [id])));
}
