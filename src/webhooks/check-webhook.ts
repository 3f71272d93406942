/** Whether a webhook can be as it is asked for: its URL, and a filter that something can come through. */
import type { Queries } from '../database/index.ts';
import { type Caller, toViewer } from '../domain/caller.ts';
import { checkFilter, MAX_FILTER_VALUES } from '../domain/check-filter.ts';
import { fail, failWith, type InputProblem, ok, type Result } from '../domain/result.ts';
import { findFlaw, quote } from '../domain/text.ts';
import type { EventType, TransferRole } from '../domain/transfer-status.ts';
import { type AccessPolicy, findResources, type ResourceRow } from '../resources/index.ts';
import type { Reach } from './reach.ts';

/** What a webhook is told of. Null is not filtered. */
export interface WebhookFilter {
  readonly types: readonly EventType[] | null;
  readonly resourceIds: readonly string[] | null;
  readonly role: TransferRole | null;
  readonly audience: 'ALL' | 'MINE';
}

/** What its owner decides. */
export interface WebhookSettings extends WebhookFilter {
  readonly url: string;
}

/** It is nobody's act, so it concerns a transfer's sender and the resource's owner alone. */
const NEVER_OF_A_RECIPIENT: readonly EventType[] = ['ALL_CONFIRMED_DOWNLOADED'];

/** The URL as it will be called, or WEBHOOK_URL_NOT_ALLOWED among what else is wrong: everything at once. */
export async function checkUrlAnd(
  reach: Reach,
  url: string | undefined,
  others: readonly InputProblem[],
): Promise<Result<string | undefined>> {
  const checked = url === undefined ? ok(undefined) : await reach.checkUrl(url);
  const problems = [...(checked.ok ? [] : (checked.error.problems ?? [])), ...others];
  return failWith(problems.toSorted((a, b) => placeOf(a) - placeOf(b))) ?? checked;
}

/** The fields in the order of the input. */
const FIELDS = ['url', 'types', 'resourceIds', 'role', 'audience', 'enabled'];

function placeOf({ field }: InputProblem): number {
  return FIELDS.indexOf(field?.split('.')[0] ?? '');
}

/** What is wrong with a filter: lists that name nothing, and what nothing could ever come through. */
export function findFilterProblems(
  filter: WebhookFilter,
  roles: readonly TransferRole[],
): InputProblem[] {
  const { types, resourceIds } = filter;
  const lists = checkFilter(null, { types, resourceIds });
  return [...(lists.ok ? [] : (lists.error.problems ?? [])), ...findImpossible(filter, roles)];
}

/** What of a filter nothing could ever come through. */
function findImpossible(
  { role, audience, types }: WebhookFilter,
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

/** RESOURCE_NOT_FOUND where one of them is none. */
export async function requireResources(
  db: Queries,
  ids: readonly string[] | null | undefined,
): Promise<Result<readonly ResourceRow[]>> {
  // What is no text that a database keeps is told of with the rest of the input.
  if (ids == null || ids.length === 0 || ids.some((id) => findFlaw(id) !== undefined))
    return ok([]);
  if (ids.length > MAX_FILTER_VALUES) return ok([]);
  const resources = await findResources(db, ids);
  const missing = ids.find((id) => !resources.some((resource) => resource.id === id));
  if (missing === undefined) return ok(resources);
  return fail('RESOURCE_NOT_FOUND', `There is no resource ${quote(missing)}.`);
}

/** NO_ACCESS_TO_RESOURCE or NOT_RESOURCE_OWNER for one through which nothing can come that is wanted. */
export async function requireAccess(
  db: Queries,
  policy: AccessPolicy,
  caller: Caller,
  resources: readonly ResourceRow[],
  role: TransferRole | null,
): Promise<Result<undefined>> {
  const { party, roles } = toViewer(caller);
  const others = resources.filter(({ owner_id }) => owner_id !== party);
  const [other] = others;
  if (other === undefined) return ok(undefined);
  if (role === 'SERVICE_OWNER') {
    return fail('NOT_RESOURCE_OWNER', `${party} does not own the resource ${other.id}.`);
  }
  const used = await db
    .selectFrom('resource')
    .select('id')
    .where(
      'id',
      'in',
      others.map(({ id }) => id),
    )
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
  const actions = await policy.findActions(db, party, others);
  // Who sees as an owner alone is told of what it owns.
  const mayAct = (id: string) => roles.length > 1 && (actions.get(id) ?? []).length > 0;
  const denied = others.find(({ id }) => !mayAct(id) && !used.some((row) => row.id === id));
  if (denied === undefined) return ok(undefined);
  const message = `${party} may do nothing through the resource ${denied.id}.`;
  return fail('NO_ACCESS_TO_RESOURCE', message);
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
