/** Whether a webhook can be as it is asked for: its URL, and a filter that something can come through. */
import type { Queries } from '../database/index.ts';
import { type Caller, toViewer } from '../domain/caller.ts';
import { checkFilter } from '../domain/check-filter.ts';
import { fail, failWith, type InputProblem, ok, type Result } from '../domain/result.ts';
import { quote } from '../domain/text.ts';
import type { EventType, TransferRole } from '../domain/transfer-status.ts';
import { type AccessPolicy, findResources } from '../resources/index.ts';
import type { Reach } from './reach.ts';

/** What its owner decides. Null is not filtered. */
export interface WebhookSettings {
  readonly url: string;
  readonly types: readonly EventType[] | null;
  readonly resourceIds: readonly string[] | null;
  readonly role: TransferRole | null;
  readonly audience: 'ALL' | 'MINE';
}

/** They concern a transfer's sender and the resource's owner alone. */
const NEVER_OF_A_RECIPIENT: readonly EventType[] = [
  'FILE_TRANSFER_INITIALIZED',
  'ALL_CONFIRMED_DOWNLOADED',
];

/** The settings with the URL as it will be called; everything wrong with them at once. */
export async function checkSettings(
  reach: Reach,
  settings: WebhookSettings,
  roles: readonly TransferRole[],
): Promise<Result<WebhookSettings>> {
  const url = await reach.checkUrl(settings.url);
  const { types, resourceIds } = settings;
  const lists = checkFilter(null, { types, resourceIds });
  const failure = failWith([
    ...(url.ok ? [] : (url.error.problems ?? [])),
    ...(lists.ok ? [] : (lists.error.problems ?? [])),
    ...findImpossible(settings, roles),
  ]);
  if (failure !== undefined) return failure;
  return url.ok ? ok({ ...settings, url: url.value }) : url;
}

/** What of a filter nothing could ever come through. */
function findImpossible(
  { role, audience, types }: WebhookSettings,
  roles: readonly TransferRole[],
): InputProblem[] {
  if (role !== null && !roles.includes(role)) {
    const message = `role is ${role}; the access token lets see transfers as ${roles.join(', ')} alone.`;
    return [{ field: 'role', code: 'INVALID_INPUT', message }];
  }
  const isForRecipient = role === 'RECIPIENT' && audience === 'MINE';
  const canCome = (type: EventType) => !NEVER_OF_A_RECIPIENT.includes(type);
  if (!isForRecipient || types === null || types.length === 0 || types.some(canCome)) return [];
  const message = `types names ${types.join(', ')} alone, which never concerns a recipient; ask for the audience ALL.`;
  return [{ field: 'types', code: 'INVALID_INPUT', message }];
}

/** RESOURCE_NOT_FOUND for one that is none, NO_ACCESS_TO_RESOURCE for one through which the caller can have nothing. */
export async function checkResources(
  db: Queries,
  policy: AccessPolicy,
  caller: Caller,
  ids: readonly string[] | null,
): Promise<Result<undefined>> {
  if (ids === null) return ok(undefined);
  const resources = await findResources(db, ids);
  const missing = ids.find((id) => !resources.some((resource) => resource.id === id));
  if (missing !== undefined) {
    return fail('RESOURCE_NOT_FOUND', `There is no resource ${quote(missing)}.`);
  }
  const { party, roles } = toViewer(caller);
  const used = await db
    .selectFrom('resource')
    .select('id')
    .where('id', 'in', ids)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('transfer_party')
          .select('transfer_party.id')
          .where('transfer_party.party_id', '=', party)
          .where('transfer_party.role', 'in', roles)
          .whereRef('transfer_party.resource_id', '=', 'resource.id'),
      ),
    )
    .execute();
  const actions = await policy.findActions(db, party, resources);
  const denied = resources.find(
    ({ id }) => (actions.get(id) ?? []).length === 0 && !used.some((row) => row.id === id),
  );
  if (denied === undefined) return ok(undefined);
  return fail(
    'NO_ACCESS_TO_RESOURCE',
    `${party} may do nothing through the resource ${denied.id}.`,
  );
}

/** The columns that the settings are kept in. */
export function fromSettings({ url, types, resourceIds, role, audience }: WebhookSettings) {
  return {
    url,
    types: types === null ? null : JSON.stringify(types),
    resource_ids: resourceIds === null ? null : JSON.stringify(resourceIds),
    role,
    audience,
  };
}
