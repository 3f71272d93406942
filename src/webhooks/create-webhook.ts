/** A party asks to be told of events at a URL. */
import { type Caller, requireAnyScope, toViewer } from '../domain/caller.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import {
  checkUrlAnd,
  findFilterProblems,
  fromSettings,
  requireAccess,
  requireResources,
  type WebhookSettings,
} from './check-webhook.ts';
import { makeSecret } from './signing.ts';
import { MAX_WEBHOOKS, tick, type WebhookRow } from './webhook.ts';
import type { WebhookContext } from './webhook-context.ts';

/** What is left out or null is not filtered. */
export interface CreateWebhook extends Partial<NullishOf<WebhookSettings>> {
  readonly url: string;
  readonly audience: WebhookSettings['audience'];
}
type NullishOf<T> = { readonly [K in keyof T]: T[K] | null | undefined };

/** It is PENDING_VALIDATION until its endpoint has answered the request that asks whether it wants to be told. */
export async function createWebhook(
  context: WebhookContext,
  caller: Caller,
  input: CreateWebhook,
): Promise<Result<WebhookRow>> {
  const { database, clock, ids, reach, policy } = context;
  const allowed = requireAnyScope(caller);
  if (!allowed.ok) return allowed;
  const { roles } = toViewer(caller);
  const { types = null, resourceIds = null, role = null, audience } = input;
  const filter = { types, resourceIds, role, audience };
  const resources = await database.read((db) => requireResources(db, resourceIds));
  if (!resources.ok) return resources;
  const url = await checkUrlAnd(reach, input.url, findFilterProblems(filter, roles));
  if (!url.ok) return url;
  const created = await database.write(async (tx): Promise<Result<WebhookRow>> => {
    const access = await requireAccess(tx, policy, caller, resources.value, role);
    if (!access.ok) return access;
    const taken = await tx
      .selectFrom('webhook')
      .select('slot')
      .where('party_id', '=', caller.party)
      .execute();
    const slot = firstFree(taken.map((row) => row.slot));
    if (slot > MAX_WEBHOOKS) {
      return fail(
        'TOO_MANY_WEBHOOKS',
        `${caller.party} has ${MAX_WEBHOOKS} webhooks, the most there may be.`,
      );
    }
    const now = clock.now();
    const row: WebhookRow = {
      id: ids.next(),
      party_id: caller.party,
      slot,
      ...fromSettings({ ...filter, url: url.value ?? input.url }),
      sees_as: JSON.stringify(roles),
      ...awaitValidation(now),
      secret: makeSecret(),
      old_secrets: '[]',
      position: null,
      sequence: 0,
      replay_since: null,
      replay_until: null,
      replay_asked_at: null,
      failing_since: null,
      revive_since: null,
      revision: await tick(tx),
      nudge: 0,
      created_at: now,
    };
    await tx.insertInto('webhook').values(row).execute();
    return ok(row);
  });
  if (created.ok) await context.changed();
  return created;
}

/** The columns of a webhook whose endpoint is to be asked now. What disabled it is known until it is ACTIVE again. */
export function awaitValidation(now: number, disabledBy: WebhookRow['disabled_by'] = null) {
  return {
    status: 'PENDING_VALIDATION',
    status_text: 'The endpoint has not answered the validation request yet.',
    disabled_by: disabledBy,
    validation_tries: 0,
    next_validation_at: now,
  } as const;
}

function firstFree(taken: readonly number[]): number {
  let slot = 1;
  while (taken.includes(slot)) slot += 1;
  return slot;
}
