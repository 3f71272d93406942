/** The owner of a webhook changes it, or switches it on or off. */
import { type Caller, requireAnyScope } from '../domain/caller.ts';
import { failWith, type InputProblem, ok, type Result } from '../domain/result.ts';
import {
  checkResources,
  checkSettings,
  fromSettings,
  type WebhookSettings,
} from './check-webhook.ts';
import { awaitValidation } from './create-webhook.ts';
import {
  lockWebhook,
  resourceIdsOf,
  seeWebhook,
  tick,
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

/** A new URL, and switching it on, let its endpoint be asked again; its deliveries go on from where they stood. */
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
  const nulls = failWith(findNulls(input));
  if (nulls !== undefined) return nulls;
  // Names are looked up before the transaction, which may wait for nothing but its queries.
  const asked = await checkSettings(
    reach,
    mergeSettings(seen.value, input),
    viewerOf(seen.value).roles,
  );
  if (!asked.ok) return asked;
  const updated = await database.write(async (tx): Promise<Result<WebhookRow>> => {
    const locked = await lockWebhook(tx, caller, input.id);
    if (!locked.ok) return locked;
    const webhook = locked.value;
    const resourceIds = input.resourceIds === undefined ? null : asked.value.resourceIds;
    const known = await checkResources(tx, policy, caller, resourceIds);
    if (!known.ok) return known;
    // Merged anew: somebody may have changed something else meanwhile.
    const settings = mergeSettings(webhook, {
      ...input,
      ...(input.url != null && { url: asked.value.url }),
    });
    const changes = {
      ...fromSettings(settings),
      ...switchStatus(webhook, settings.url, input.enabled ?? null, clock.now()),
      revision: await tick(tx),
    };
    await tx.updateTable('webhook').set(changes).where('id', '=', webhook.id).execute();
    return ok({ ...webhook, ...changes });
  });
  if (updated.ok) await context.changed();
  return updated;
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
