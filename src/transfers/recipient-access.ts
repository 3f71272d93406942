/** What every act of a recipient asks first: does it see the transfer, is it a recipient, may it still receive. */
import type { Queries, WriteTransaction } from '../database/index.ts';
import type { Viewer } from '../domain/caller.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type AccessPolicy, findResource } from '../resources/index.ts';
import {
  lockSeenTransfer,
  type SeenTransfer,
  seeTransfer,
  type TransferPartyRow,
} from './transfer.ts';

export interface ReceivedTransfer extends SeenTransfer {
  readonly viewerRecipient: TransferPartyRow;
}

/** TRANSFER_NOT_FOUND, or NOT_A_RECIPIENT for one who sees the transfer otherwise. */
export async function seeAsRecipient(
  db: Queries,
  viewer: Viewer,
  id: string,
): Promise<Result<ReceivedTransfer>> {
  return asRecipient(viewer, await seeTransfer(db, viewer, id));
}

/** The same for a command that decides on it: nobody else changes the transfer before the command has ended. */
export async function lockAsRecipient(
  tx: WriteTransaction,
  viewer: Viewer,
  id: string,
): Promise<Result<ReceivedTransfer>> {
  return asRecipient(viewer, await lockSeenTransfer(tx, viewer, id));
}

function asRecipient(viewer: Viewer, seen: Result<SeenTransfer>): Result<ReceivedTransfer> {
  if (!seen.ok) return seen;
  const { transfer, viewerRecipient } = seen.value;
  if (viewerRecipient === undefined) {
    return fail(
      'NOT_A_RECIPIENT',
      `${viewer.party} is not a recipient of transfer ${transfer.id}.`,
    );
  }
  return ok({ ...seen.value, viewerRecipient });
}

/** NO_ACCESS_TO_RESOURCE where the right was taken back since the transfer was made. */
export async function requireAction(
  db: Queries,
  policy: AccessPolicy,
  { transfer }: Pick<SeenTransfer, 'transfer'>,
  party: Viewer['party'],
  action: 'SEND' | 'RECEIVE',
): Promise<Result<undefined>> {
  const resource = await findResource(db, transfer.resource_id);
  if (resource === undefined) throw new Error(`The resource ${transfer.resource_id} is gone.`);
  const denied = await policy.findDenied(db, resource, [party], action);
  if (denied.length === 0) return ok(undefined);
  const verb = action === 'SEND' ? 'send' : 'receive';
  return fail('NO_ACCESS_TO_RESOURCE', `${party} may not ${verb} through ${resource.id}.`);
}
