/**
 * The names of the object types and what each one is resolved from, in one place, so that types that refer to each other
 * need not import each other.
 */

import type { TemporaryLink } from '../auth/index.ts';
import type { Actor, Caller } from '../domain/caller.ts';
import type { PartyId } from '../domain/party-id.ts';
import type { EventRow } from '../events/index.ts';
import type { ResourceAccessRow, ResourceRow, ServiceOwnerRow } from '../resources/index.ts';
import type { HistogramBucket, StatisticsRow, WaitingBucket } from '../statistics/index.ts';
import type {
  RecipientRow,
  TransferPropertyRow,
  TransferRow,
  UploadRow,
} from '../transfers/index.ts';
import type { Attempt, DeliveryRow, WebhookRow } from '../webhooks/index.ts';
import { builder } from './builder.ts';

/** A party, by its id: it need not be known to be one. */
export const PartyRef = builder.objectRef<PartyId>('Party');
/** The caller. */
export const ViewerRef = builder.objectRef<Caller>('Viewer');
/** Who did something. */
export const ActorRef = builder.objectRef<Actor>('Actor');
/** An organisation that owns resources. */
export const ServiceOwnerRef = builder.objectRef<ServiceOwnerRow>('ServiceOwner');
/** A channel for transfers. */
export const ResourceRef = builder.objectRef<ResourceRow>('Resource');
/** An entry of a resource's access list. */
export const ResourceAccessRef = builder.objectRef<ResourceAccessRow>('ResourceAccess');
/** A transfer that the viewer sees. */
export const TransferRef = builder.objectRef<TransferRow>('Transfer');
/** A party's part in a transfer as a recipient. */
export const RecipientRef = builder.objectRef<RecipientRow>('Recipient');
/** A property of a transfer. */
export const PropertyRef = builder.objectRef<TransferPropertyRow>('Property');
/** An upload that is not finished, with the transfer that it is of. */
export const UploadRef = builder.objectRef<{
  readonly transfer: TransferRow;
  readonly upload: UploadRow;
}>('Upload');
/** An entry of the event log. */
export const EventRef = builder.objectRef<EventRow>('Event');
/** A link that carries its own permission. */
export const TemporaryLinkRef = builder.objectRef<TemporaryLink>('TemporaryLink');
/** Who is told of events by HTTP. */
export const WebhookRef = builder.objectRef<WebhookRow>('Webhook');
/** One event for one webhook. */
export const DeliveryRef = builder.objectRef<DeliveryRow>('Delivery');
/** One attempt to deliver. */
export const DeliveryAttemptRef = builder.objectRef<Attempt>('DeliveryAttempt');
/** A group of transfers. */
export const StatisticsRowRef = builder.objectRef<StatisticsRow>('StatisticsRow');
/** How many recipients took so long to confirm. */
export const HistogramBucketRef = builder.objectRef<HistogramBucket>('HistogramBucket');
/** How much has waited so long for a recipient. */
export const WaitingBucketRef = builder.objectRef<WaitingBucket>('WaitingBucket');
