/** Creates a resource, or changes those of its settings that are given. */
import type { Database } from '../database/index.ts';
import { type Caller, requireScope, SCOPES } from '../domain/caller.ts';
import {
  changeSettings,
  DEFAULT_RESOURCE_SETTINGS,
  isResourceId,
  type ResourceSettingsChange,
} from '../domain/resource-settings.ts';
import { fail, failWith, type InputProblem, ok, type Result } from '../domain/result.ts';
import { quote } from '../domain/text.ts';
import { fromSettings, lockResource, type ResourceRow, toSettings } from './resource.ts';
import { findServiceOwner } from './service-owners.ts';

export interface ConfigureResource extends ResourceSettingsChange {
  readonly id: string;
}

/** The caller has to be a registered service owner, and the resource, where it exists, its own. */
export async function configureResource(
  { database, now }: { database: Database; now: number },
  caller: Caller,
  input: ConfigureResource,
): Promise<Result<ResourceRow>> {
  const allowed = requireScope(caller, SCOPES.serviceOwner);
  if (!allowed.ok) return allowed;
  return database.write(async (tx): Promise<Result<ResourceRow>> => {
    if ((await findServiceOwner(tx, caller.party)) === undefined) {
      return fail(
        'SERVICE_OWNER_NOT_REGISTERED',
        `${caller.party} is not registered as a service owner.`,
      );
    }
    const existing = await lockResource(tx, input.id);
    if (existing !== undefined && existing.owner_id !== caller.party) {
      return fail('NOT_RESOURCE_OWNER', `${caller.party} does not own the resource ${input.id}.`);
    }
    const changed = changeSettings(
      existing === undefined ? DEFAULT_RESOURCE_SETTINGS : toSettings(existing),
      input,
    );
    const failure = failWith([
      ...(isResourceId(input.id) ? [] : [wrongId(input.id)]),
      ...(changed.ok ? [] : (changed.error.problems ?? [])),
    ]);
    if (failure !== undefined) return failure;
    if (!changed.ok) return changed;
    const settings = fromSettings(changed.value);
    if (existing !== undefined) {
      await tx.updateTable('resource').set(settings).where('id', '=', input.id).execute();
      return ok({ ...existing, ...settings });
    }
    const row = { id: input.id, owner_id: caller.party, created_at: now, ...settings };
    await tx.insertInto('resource').values(row).execute();
    return ok(row);
  });
}

function wrongId(id: string): InputProblem {
  const rule = '4 to 255 of a-z, 0-9, - and _, and not shaped like a UUID';
  return { field: 'id', code: 'INVALID_INPUT', message: `id ${quote(id)} has to be ${rule}.` };
}
