/** The owner of a webhook changes it, or switches it on or off. */
import type { WriteTransaction } from '../database/index.ts';
import { type Caller, requireAnyScope } from '../domain/caller.ts';
import { type InputProblem, ok, type Result } from '../domain/result.ts';
import { findLogEnd, readEvents } from '../events/index.ts';
import { changeWebhook } from './change-webhook.ts';
import {
  checkUrlAnd,
  findFilterProblems,
  fromSettings,
  requireAccess,
  requireResources,
  type WebhookSettings,
} from './check-webhook.ts';
import { awaitValidation } from './create-webhook.ts';
import {
  filterOf,
  resourceIdsOf,
  seeWebhook,
  typesOf,
  viewerOf,
  type WebhookRow,
} from './webhook.ts';
import type { WebhookContext } from './webhook-context.ts';

/** Left out: unchanged. */
export type UpdateWebhook = {
  readonly [K in keyof WebhookSettings]?: WebhookSettings[K] | null | undefined;
} & { readonly id: string; readonly enabled?: boolean | null | undefined };

/** What has a meaning when it is null. */
const MAY_BE_NULL = ['types', 'resourceIds', 'role'];

/** The parts of a filter. */
const FILTER_FIELDS = ['types', 'resourceIds', 'role', 'audience'] as const;

/**
 * A new URL, and switching it on, let its endpoint be asked again; its deliveries go on from where they stood. Only what is
 * given is judged: a webhook whose host is no more can still be switched off.
 */
export async function updateWebhook(
  context: WebhookContext,
  caller: Caller,
  input: UpdateWebhook,
): Promise<Result<WebhookRow>> {
  const { database, reach, policy, clock } = context;
  const allowed = requireAnyScope(caller);
  if (!allowed.ok) return allowed;
  const seen = await database.read((db) => seeWebhook(db, caller, input.id));
  if (!seen.ok) return seen;
  const given = await database.read((db) => requireResources(db, input.resourceIds));
  if (!given.ok) return given;
  const isFiltered = FILTER_FIELDS.some((field) => input[field] !== undefined);
  const merged = mergeSettings(seen.value, input);
  // Names are looked up before the transaction, which may wait for nothing but its queries.
  const url = await checkUrlAnd(reach, input.url ?? undefined, [
    ...findNulls(input),
    ...(isFiltered ? findFilterProblems(merged, viewerOf(seen.value).roles) : []),
  ]);
  if (!url.ok) return url;
  return changeWebhook(context, caller, input.id, async (tx, webhook) => {
    // Merged anew: somebody may have changed something else meanwhile.
    const settings = mergeSettings(webhook, { ...input, url: url.value });
    const access = await requireAccess(tx, policy, caller, given.value, settings.role);
    if (!access.ok) return access;
    return ok({
      ...fromSettings(settings),
      ...switchStatus(webhook, settings.url, input.enabled ?? null, clock.now()),
      position: isFiltered ? await findPassed(tx, webhook) : webhook.position,
    });
  });
}

/**
 * Where a webhook stands when its filter changes: at the end of the log where the filter of before lets nothing more through,
 * so that the new one holds for what happens from then on. What still waits in the log goes by the new one too.
 */
async function findPassed(tx: WriteTransaction, webhook: WebhookRow): Promise<number | null> {
  const { position } = webhook;
  if (position === null) return null;
  const range = { after: position, limit: 1 };
  const waiting = await readEvents(tx, viewerOf(webhook), filterOf(webhook), range);
  return waiting.length > 0 ? position : findLogEnd(tx);
}

function findNulls(input: UpdateWebhook): InputProblem[] {
  return Object.entries(input).flatMap(([field, value]) =>
    value === null && !MAY_BE_NULL.includes(field)
      ? [{ field, code: 'INVALID_INPUT' as const, message: `${field} may not be null.` }]
      : [],
  );
}

function mergeSettings(webhook: WebhookRow, input: UpdateWebhook): WebhookSettings {
  const { url, types, resourceIds, role, audience } = input;
  return {
    url: url ?? webhook.url,
    types: types === undefined ? typesOf(webhook) : types,
    resourceIds: resourceIds === undefined ? resourceIdsOf(webhook) : resourceIds,
    role: role === undefined ? webhook.role : role,
    audience: audience ?? webhook.audience,
  };
}

function switchStatus(webhook: WebhookRow, url: string, enabled: boolean | null, now: number) {
  if (enabled === false) {
    return {
      status: 'DISABLED',
      status_text: 'Switched off by its owner.',
      // What it missed before stays to be made up for.
      disabled_by: webhook.disabled_by ?? 'OWNER',
      next_validation_at: null,
    } as const;
  }
  const isNew = url !== webhook.url && webhook.status !== 'DISABLED';
  return enabled === true || isNew ? awaitValidation(now, webhook.disabled_by) : {};
}
