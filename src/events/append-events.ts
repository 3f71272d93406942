/** Writing the log: always in the transaction that makes the change an event tells of. */
import type { WriteTransaction } from '../database/index.ts';
import type { Actor } from '../domain/caller.ts';
import { type IdSource, timeOfId } from '../domain/clock.ts';
import type { PartyId } from '../domain/party-id.ts';
import type { EventDraft } from '../domain/transfer.ts';
import { type EventType, eventText, type StatusDetails } from '../domain/transfer-status.ts';
import type { EventRow } from './read-events.ts';

/** What concerns every recipient; else an event concerns the one that is its subject. */
export const FOR_ALL_RECIPIENTS: readonly EventType[] = [
  'PUBLISHED',
  'FILE_DELETED',
  'FILE_TRANSFER_CANCELLED',
];

export interface EventContext {
  readonly transferId: string;
  readonly resourceId: string;
  readonly sender: PartyId;
  /** The owner of the resource. */
  readonly owner: PartyId;
  /** What the sentence of a failure says. */
  readonly details: StatusDetails;
  /** Null for the broker's own acts. */
  readonly actor: Actor | null;
  /** Epoch milliseconds. Of a command that had to wait for long, its events are dated later. */
  readonly time: number;
}

/** An event is dated no further back than this from when it is appended, so that readers know what can still come. */
export const MAX_BACKDATING_MS = 4000;

/**
 * Appends events in order, and notes whom each one concerns. The transfer's parties have to be there already. It takes
 * the end of the log until the commit, so a command appends after everything else that it writes.
 */
export async function appendEvents(
  tx: WriteTransaction,
  ids: IdSource,
  context: EventContext,
  drafts: readonly EventDraft[],
): Promise<void> {
  if (drafts.length === 0) return;
  const before = await takePositions(tx, drafts.length);
  const rows = drafts.map((draft, index) => toRow(ids.next(), before + index + 1, context, draft));
  await tx.insertInto('event').values(rows).execute();
  await tx
    .insertInto('event_party')
    .columns(['party_id', 'position', 'role'])
    .expression((eb) =>
      eb
        .selectFrom('event')
        .innerJoin('transfer_party', 'transfer_party.transfer_id', 'event.transfer_id')
        .select(['transfer_party.party_id', 'event.position', 'transfer_party.role'])
        .where('event.position', '>', before)
        .where((concerned) =>
          concerned.or([
            concerned('transfer_party.role', '!=', 'RECIPIENT'),
            concerned('event.type', 'in', FOR_ALL_RECIPIENTS),
            concerned('transfer_party.party_id', '=', concerned.ref('event.subject_id')),
          ]),
        ),
    )
    .execute();
}

/**
 * Takes the next positions; answers the one before them. Whoever else appends waits here until this transaction has
 * ended, so that no reader ever sees a position before all that come before it.
 */
async function takePositions(tx: WriteTransaction, count: number): Promise<number> {
  const { log_end } = await tx
    .updateTable('history')
    .set((eb) => ({ log_end: eb('log_end', '+', count) }))
    .returning('log_end')
    .executeTakeFirstOrThrow();
  return log_end - count;
}

function toRow(id: string, position: number, context: EventContext, draft: EventDraft): EventRow {
  return {
    position,
    id,
    type: draft.type,
    time: Math.max(context.time, timeOfId(id) - MAX_BACKDATING_MS),
    transfer_id: context.transferId,
    transfer_status: draft.transferStatus,
    recipient_status: draft.recipientStatus,
    status_text: eventText(draft.type, context.details),
    subject_id: draft.subject,
    actor_party: context.actor?.party ?? null,
    actor_vendor: context.actor?.vendor ?? null,
    actor_client_id: context.actor?.clientId ?? null,
    actor_system_user_id: context.actor?.systemUserId ?? null,
    resource_id: context.resourceId,
    sender_id: context.sender,
    owner_id: context.owner,
  };
}
