/** What is sent: CloudEvents 1.0 in structured mode. */
import { formatDateTime } from '../domain/date-time.ts';
import { type PartyId, toPartyUrn } from '../domain/party-id.ts';
import { EVENT_TYPES, type EventType, type TransferRole } from '../domain/transfer-status.ts';
import type { EventRow } from '../events/index.ts';

export const CONTENT_TYPE = 'application/cloudevents+json';

/** Asks an endpoint whether it wants to be told. */
export const VALIDATION_TYPE = 'platform.events.validatesubscription';
/** Tells an endpoint nothing: its owner tries out whether it answers. */
export const TEST_TYPE = 'platform.events.test';

/** As long as any number of events that there will ever be. */
const SEQUENCE_DIGITS = 16;

const TYPES = Object.fromEntries(
  EVENT_TYPES.map((type) => [type, `no.altinn.broker.${type.toLowerCase().replaceAll('_', '')}`]),
) as Record<EventType, string>;

export interface Sender {
  /** PUBLIC_URL. */
  readonly source: string;
  /** Whose webhook it is. */
  readonly party: PartyId;
}

export interface EventMessage {
  readonly event: EventRow;
  /** Counts the webhook's events. */
  readonly sequence: number;
  /** What the webhook's party is to the transfer. */
  readonly roles: readonly TransferRole[];
}

/** An event of the log as a webhook is told of it. */
export function toCloudEvent(
  { source, party }: Sender,
  { event, sequence, roles }: EventMessage,
): string {
  return JSON.stringify({
    specversion: '1.0',
    id: event.id,
    type: TYPES[event.type],
    source,
    time: formatDateTime(event.time),
    subject: toPartyUrn(party),
    resource: `urn:altinn:resource:${event.resource_id}`,
    resourceinstance: event.transfer_id,
    sequence: String(sequence).padStart(SEQUENCE_DIGITS, '0'),
    datacontenttype: 'application/json',
    data: {
      transferId: event.transfer_id,
      resourceId: event.resource_id,
      transferStatus: event.transfer_status,
      recipientStatus: event.recipient_status,
      subject: event.subject_id,
      roles,
    },
  });
}

/** One that is in no log: the same form, about no transfer. */
export function toNotice(
  { source, party }: Sender,
  { id, type, time }: { readonly id: string; readonly type: string; readonly time: number },
): string {
  return JSON.stringify({
    specversion: '1.0',
    id,
    type,
    source,
    time: formatDateTime(time),
    subject: toPartyUrn(party),
    datacontenttype: 'application/json',
    data: type === TEST_TYPE ? { test: true } : {},
  });
}
