/** Writing the log: always in the transaction that makes the change an event tells of. */
import type { WriteTransaction } from '../database/index.ts';
import type { Actor } from '../domain/caller.ts';
import type { IdSource } from '../domain/clock.ts';
import type { PartyId } from '../domain/party-id.ts';
import type { EventDraft } from '../domain/transfer.ts';
import { type EventType, eventText, type FailureCode } from '../domain/transfer-status.ts';

/** What concerns every recipient; else an event concerns the one that is its subject. */
const FOR_ALL_RECIPIENTS: ReadonlySet<EventType> = new Set([
  'PUBLISHED',
  'FILE_DELETED',
  'FILE_TRANSFER_CANCELLED',
]);

export interface EventContext {
  readonly transferId: string;
  readonly resourceId: string;
  readonly sender: PartyId;
  /** The owner of the resource. */
  readonly owner: PartyId;
  readonly failure: FailureCode | null;
  /** Null for the broker's own acts. */
  readonly actor: Actor | null;
  /** Epoch milliseconds. */
  readonly time: number;
}

/** Appends events in order, and notes whom each one concerns. The transfer's parties have to be there already. */
export async function appendEvents(
  tx: WriteTransaction,
  ids: IdSource,
  context: EventContext,
  drafts: readonly EventDraft[],
): Promise<void> {
  for (const draft of drafts) {
    const { position } = await tx
      .insertInto('event')
      .values({
        id: ids.next(),
        type: draft.type,
        time: context.time,
        transfer_id: context.transferId,
        transfer_status: draft.transferStatus,
        recipient_status: draft.recipientStatus,
        status_text: eventText(draft.type, context.failure),
        subject_id: draft.subject,
        actor_party: context.actor?.party ?? null,
        actor_vendor: context.actor?.vendor ?? null,
        actor_client_id: context.actor?.clientId ?? null,
        actor_system_user_id: context.actor?.systemUserId ?? null,
        resource_id: context.resourceId,
        sender_id: context.sender,
        owner_id: context.owner,
      })
      .returning('position')
      .executeTakeFirstOrThrow();
    await tx
      .insertInto('event_party')
      .values([
        { party_id: context.sender, position, role: 'SENDER' },
        { party_id: context.owner, position, role: 'SERVICE_OWNER' },
      ])
      .execute();
    await noteRecipients(tx, context, draft, position);
  }
}

async function noteRecipients(
  tx: WriteTransaction,
  context: EventContext,
  draft: EventDraft,
  position: number,
): Promise<void> {
  const forAll = FOR_ALL_RECIPIENTS.has(draft.type);
  if (!forAll && draft.subject === null) return;
  await tx
    .insertInto('event_party')
    .columns(['party_id', 'position', 'role'])
    .expression((eb) => {
      const recipients = eb
        .selectFrom('transfer_party')
        .select((s) => ['party_id', s.val(position).as('position'), 'role'])
        .where('transfer_id', '=', context.transferId)
        .where('role', '=', 'RECIPIENT');
      return forAll || draft.subject === null
        ? recipients
        : recipients.where('party_id', '=', draft.subject);
    })
    .execute();
}
