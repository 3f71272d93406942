/** A recipient downloads: its rights and the transfer's status are checked, and the start is told before a byte goes out. */
import type { Queries } from '../database/index.ts';
import type { Actor, Viewer } from '../domain/caller.ts';
import { ok, type Result } from '../domain/result.ts';
import { type Decision, decide } from '../domain/transfer.ts';
import { TRANSFER_ROLES } from '../domain/transfer-status.ts';
import {
  lockAsRecipient,
  type ReceivedTransfer,
  requireAction,
  seeAsRecipient,
} from './recipient-access.ts';
import { saveDecision } from './save-decision.ts';
import { toState } from './transfer.ts';
import type { TransferContext } from './transfer-context.ts';

/** What a door needs to send a file. */
export interface DownloadableFile {
  readonly transferId: string;
  /** The blob's key in the storage. */
  readonly key: string;
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly fileName: string;
}

/** Whether the recipient may download now; for HEAD and for answers that bring no byte. Changes nothing. */
export async function checkDownload(
  context: TransferContext,
  recipient: Actor,
  transferId: string,
): Promise<Result<DownloadableFile>> {
  const decided = await context.database.read(async (db) => {
    const seen = await seeAsRecipient(db, toRecipientViewer(recipient), transferId);
    return seen.ok ? decideDownload(db, context, recipient, seen.value, 'request') : seen;
  });
  return decided.ok ? ok(toFile(decided.value.seen)) : decided;
}

/** The recipient's download begins: DOWNLOAD_STARTED is committed when this answers, unless it was told already. */
export async function startDownload(
  context: TransferContext,
  recipient: Actor,
  transferId: string,
): Promise<Result<DownloadableFile>> {
  const { database, clock, ids } = context;
  const viewer = toRecipientViewer(recipient);
  const looked = await database.read(async (db) => {
    const seen = await seeAsRecipient(db, viewer, transferId);
    return seen.ok ? decideDownload(db, context, recipient, seen.value, 'start') : seen;
  });
  // Most requests of a download in ranges have nothing to write.
  if (!looked.ok || looked.value.decision.events.length === 0) {
    return looked.ok ? ok(toFile(looked.value.seen)) : looked;
  }
  return database.write(async (tx): Promise<Result<DownloadableFile>> => {
    const locked = await lockAsRecipient(tx, viewer, transferId);
    if (!locked.ok) return locked;
    const decided = await decideDownload(tx, context, recipient, locked.value, 'start');
    if (!decided.ok) return decided;
    const { seen, decision } = decided.value;
    const saving = { ids, now: clock.now(), actor: recipient, recipient: seen.viewerRecipient };
    await saveDecision(tx, saving, seen, decision);
    return ok(toFile(seen));
  });
}

/** Whoever downloads acts as a recipient, whatever its token's scopes let it see. */
function toRecipientViewer({ party }: Actor): Viewer {
  return { party, roles: TRANSFER_ROLES };
}

async function decideDownload(
  db: Queries,
  { policy, clock }: TransferContext,
  actor: Actor,
  seen: ReceivedTransfer,
  what: 'request' | 'start',
): Promise<Result<{ seen: ReceivedTransfer; decision: Decision }>> {
  const access = await requireAction(db, policy, seen, actor.party, 'RECEIVE');
  if (!access.ok) return access;
  const { viewerRecipient: recipient } = seen;
  const at = clock.now();
  const decision = decide(
    toState(seen),
    what === 'request'
      ? { type: 'requestDownload', at }
      : {
          type: 'startDownload',
          recipient: {
            party: recipient.party_id,
            status: recipient.status,
            lastDownloadEventAt: recipient.last_download_event_at,
          },
          at,
        },
  );
  return decision.ok ? ok({ seen, decision: decision.value }) : decision;
}

function toFile({ transfer, file }: ReceivedTransfer): DownloadableFile {
  if (file.size === null || file.sha256 === null) {
    throw new Error(`Transfer ${transfer.id} is published without size or digest.`);
  }
  return {
    transferId: transfer.id,
    key: file.id,
    size: file.size,
    sha256: file.sha256,
    fileName: transfer.file_name,
  };
}
