/* eslint-disable */
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A count of bytes: a JSON integer from 0 to 2^53-1. A sum above that is rounded. */
  ByteSize: { input: number; output: number; }
  /** A calendar day in UTC, YYYY-MM-DD. */
  Date: { input: string; output: string; }
  /** RFC 3339 date and time with an offset, at most three decimals of a second. Output is UTC with three decimals. */
  DateTime: { input: string; output: string; }
  /** ISO 8601 duration of weeks, days, hours, minutes and seconds, such as P30D or PT2H. No years or months. */
  Duration: { input: string; output: string; }
  /**
   * Identifies a party. Accepted: `0192:NNNNNNNNN` (ISO 6523 prefix and Norwegian organisation number) and
   * `urn:altinn:organization:identifier-no:NNNNNNNNN`. Output is always the first form. The check digit is not tested.
   */
  PartyId: { input: string; output: string; }
  /** An absolute http(s) URL. */
  URL: { input: string; output: string; }
};

/**
 * Left out: unchanged. Null clears `title`, `expiryReminder` (never) and `requiredParty` (none); any other null is
 * INVALID_INPUT. A new resource starts with: 50 000 000 000 bytes, P30D, purge after all confirmed, PT2H grace, a reminder
 * P3D before expiry (never more than half the time to live), scan OPTIONAL, no MD5, open to nobody.
 */
export type ConfigureResourceInput = {
  /** Whether an MD5 digest is computed for every file, beside SHA-256. */
  computeMd5?: InputMaybe<Scalars['Boolean']['input']>;
  /** How long before expiry recipients are reminded: more than nothing, at most half the time to live, else it is INVALID_EXPIRY_REMINDER. Null for never. */
  expiryReminder?: InputMaybe<Scalars['Duration']['input']>;
  /** The service owner's own identifier: 4 to 255 of a-z, 0-9, - and _, and not shaped like a UUID. */
  id: Scalars['ID']['input'];
  /** 1 to 1 677 721 600 000 bytes. Of transfers made from now on. Out of bounds it is INVALID_MAX_TRANSFER_SIZE. */
  maxTransferSize?: InputMaybe<Scalars['ByteSize']['input']>;
  /** What every party may do without being on the access list. An empty list opens it to nobody. */
  openTo?: InputMaybe<Array<ResourceAction>>;
  /** Whether a file is purged once every recipient has confirmed. */
  purgeAfterAllConfirmed?: InputMaybe<Scalars['Boolean']['input']>;
  /** How long after the last confirmation that purge comes: at most PT24H, else it is INVALID_GRACE_PERIOD. */
  purgeGracePeriod?: InputMaybe<Scalars['Duration']['input']>;
  /** The party that has to be the sender or the only recipient of every transfer; null for none. */
  requiredParty?: InputMaybe<Scalars['PartyId']['input']>;
  /** A title of 1 to 255 characters; null for none. */
  title?: InputMaybe<Scalars['String']['input']>;
  /** More than nothing, at most P365D. Of transfers made from now on. Out of bounds it is INVALID_TIME_TO_LIVE. */
  transferTimeToLive?: InputMaybe<Scalars['Duration']['input']>;
  /** Whether files are scanned for malware before they are published. */
  virusScan?: InputMaybe<VirusScanPolicy>;
};

/** Where to send which events. What nothing could ever come through is refused: an empty list, an unknown resource, a role that the access token does not let see. */
export type CreateWebhookInput = {
  /** Whether it is told of all that its party may see, or of what concerns it. */
  audience?: EventAudience;
  /** Only of transfers through these resources, at most 1000. Left out or null: every resource. */
  resourceIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Only of transfers in which the party has this role. Left out or null: whatever it has. */
  role?: InputMaybe<TransferRole>;
  /** Only these types. Left out or null: every type. */
  types?: InputMaybe<Array<EventType>>;
  /** Where events are sent: http or https, without user and password, at most 2000 characters, on the public internet unless the operator allows more. Else it is WEBHOOK_URL_NOT_ALLOWED. */
  url: Scalars['URL']['input'];
};

/** How far a delivery is. */
export type DeliveryStatus =
  /** The endpoint answered with a 2xx. */
  | 'DELIVERED'
  /** Every attempt failed, and no other is planned. */
  | 'FAILED'
  /** It is going to be tried, for the first time or again. */
  | 'PENDING';

/** How a digest is computed. */
export type DigestAlgorithm =
  /** MD5, of 32 hex digits. It tells accidents, not attacks. */
  | 'MD5'
  /** SHA-256, of 64 hex digits. */
  | 'SHA256';

/** A digest that a file has to have. */
export type DigestInput = {
  /** How the digest is computed. */
  algorithm: DigestAlgorithm;
  /** Hex, either case: 32 digits of MD5, 64 of SHA-256. */
  value: Scalars['String']['input'];
};

/** Every expected failure. A description names Altinn 3 Broker's own code for it, where there is one. */
export type ErrorCode =
  /** What a scalar, an enum or the GraphQL document's rules refuse. */
  | 'BAD_USER_INPUT'
  /** The bytes do not have the checksum that came with them. Only endpoints outside GraphQL answer this. */
  | 'CHECKSUM_MISMATCH'
  /** There is no such delivery, or the viewer may not see it. */
  | 'DELIVERY_NOT_FOUND'
  /** The digest is not the one of the file. Altinn 3 Broker calls it 9. */
  | 'DIGEST_MISMATCH'
  /** The recipient has not started a download yet. Altinn 3 Broker calls it 19. */
  | 'DOWNLOAD_NOT_STARTED'
  /** There is no such export, or the viewer may not see it. */
  | 'EXPORT_NOT_FOUND'
  /** The file is not published yet, or it is gone. Altinn 3 Broker calls it 7. */
  | 'FILE_NOT_AVAILABLE'
  /** The file has more bytes than were declared or are allowed. Altinn 3 Broker calls it 16. */
  | 'FILE_TOO_LARGE'
  /** The idempotency key made a transfer from another input. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** The access token lacks the scope that the operation needs. */
  | 'INSUFFICIENT_SCOPE'
  /** A fault of the broker. The message carries the id under which it is in the log. */
  | 'INTERNAL_ERROR'
  /** The cursor is not one of this list and order, or it is from another history of the event log. */
  | 'INVALID_CURSOR'
  /** The reminder is out of its bounds, or longer than half the time to live. */
  | 'INVALID_EXPIRY_REMINDER'
  /** The grace period is out of its bounds. Altinn 3 Broker calls it 17 or 18. */
  | 'INVALID_GRACE_PERIOD'
  /** An argument or input field breaks the rule that its description states. */
  | 'INVALID_INPUT'
  /** The largest size of a transfer is out of its bounds. Altinn 3 Broker calls it 11, 12, 13 or 22. */
  | 'INVALID_MAX_TRANSFER_SIZE'
  /** The time to live is out of its bounds. Altinn 3 Broker calls it 14 or 15. */
  | 'INVALID_TIME_TO_LIVE'
  /** The keys of the token's issuer cannot be fetched now. */
  | 'ISSUER_NOT_AVAILABLE'
  /** The request has to say how long its body is. Only endpoints outside GraphQL answer this. */
  | 'LENGTH_REQUIRED'
  /** The link is forged or has ended. Only endpoints outside GraphQL answer this. */
  | 'LINK_INVALID'
  /** The path does not know this method. Only endpoints outside GraphQL answer this. */
  | 'METHOD_NOT_ALLOWED'
  /** The caller is not a recipient of the transfer. */
  | 'NOT_A_RECIPIENT'
  /** The broker does not offer this. Only endpoints outside GraphQL answer this. */
  | 'NOT_IMPLEMENTED'
  /** The resource belongs to another service owner. */
  | 'NOT_RESOURCE_OWNER'
  /** The caller is not the sender of the transfer. */
  | 'NOT_THE_SENDER'
  /** The party may not do this through the resource. Altinn 3 Broker calls it 6. */
  | 'NO_ACCESS_TO_RESOURCE'
  /** The file of the transfer has not been uploaded yet. Altinn 3 Broker calls it 3. */
  | 'NO_FILE_UPLOADED'
  /** The upload is at another offset. Only endpoints outside GraphQL answer this. */
  | 'OFFSET_MISMATCH'
  /** There is nothing under this path. Only endpoints outside GraphQL answer this. */
  | 'PATH_NOT_FOUND'
  /** A condition that the request made does not hold. Only endpoints outside GraphQL answer this. */
  | 'PRECONDITION_FAILED'
  /** The range begins after the end of the file. Altinn 3 Broker calls it 29. */
  | 'RANGE_NOT_SATISFIABLE'
  /** Too many requests came in too short a time. Wait before trying again. */
  | 'RATE_LIMITED'
  /** A recipient may not receive through the resource. Altinn 3 Broker calls it 28. */
  | 'RECIPIENT_NOT_IN_ACCESS_LIST'
  /** The party that the resource requires is neither the sender nor the only recipient. Altinn 3 Broker calls it 26. */
  | 'REQUIRED_PARTY_MISSING'
  /** The party that the resource requires would have to be the only recipient. Altinn 3 Broker calls it 27. */
  | 'REQUIRED_PARTY_TOO_MANY_RECIPIENTS'
  /** There is no such resource. Altinn 3 Broker calls it 5 or 25. */
  | 'RESOURCE_NOT_FOUND'
  /** The resource requires a scan, and the broker has no scanner. */
  | 'SCANNER_NOT_AVAILABLE'
  /** The party is registered as a service owner already. Altinn 3 Broker calls it 7002. */
  | 'SERVICE_OWNER_ALREADY_REGISTERED'
  /** The party is not registered as a service owner. Altinn 3 Broker calls it 2 or 24. */
  | 'SERVICE_OWNER_NOT_REGISTERED'
  /** The broker is stopping. Subscribe again after the last cursor. */
  | 'SHUTTING_DOWN'
  /** The storage is full. What was acknowledged is kept. */
  | 'STORAGE_FULL'
  /** The storage cannot take files now. Altinn 3 Broker calls it 21. */
  | 'STORAGE_NOT_READY'
  /** The client read too slowly for what it subscribed to. */
  | 'STREAM_TOO_SLOW'
  /** The viewer has as many webhooks as one party may have. */
  | 'TOO_MANY_WEBHOOKS'
  /** The file of the transfer has been uploaded already. Altinn 3 Broker calls it 4. */
  | 'TRANSFER_ALREADY_UPLOADED'
  /** The transfer was purged or cancelled, or it failed. */
  | 'TRANSFER_ENDED'
  /** There is no such transfer, or the viewer may not see it. Altinn 3 Broker calls it 1. */
  | 'TRANSFER_NOT_FOUND'
  /** The file is being processed and is not published yet. Altinn 3 Broker calls it 10. */
  | 'TRANSFER_NOT_PUBLISHED'
  /** The access token is missing, has expired or is not valid. */
  | 'UNAUTHENTICATED'
  /** The body has another type than asked for. Only endpoints outside GraphQL answer this. */
  | 'UNSUPPORTED_MEDIA_TYPE'
  /** The upload was given up: nothing came for 24 hours. */
  | 'UPLOAD_ABANDONED'
  /** Another request holds the upload. Only endpoints outside GraphQL answer this. */
  | 'UPLOAD_BUSY'
  /** The upload failed, expired or was cancelled. Only endpoints outside GraphQL answer this. */
  | 'UPLOAD_ENDED'
  /** The upload failed. Altinn 3 Broker calls it 8. */
  | 'UPLOAD_FAILED'
  /** A scanner found malware in the file. */
  | 'VIRUS_FOUND'
  /** The resource does not let a sender skip the virus scan. Altinn 3 Broker calls it 20. */
  | 'VIRUS_SCAN_REQUIRED'
  /** The webhook is disabled or has not been validated yet. */
  | 'WEBHOOK_NOT_ACTIVE'
  /** There is no such webhook, or the viewer may not see it. */
  | 'WEBHOOK_NOT_FOUND'
  /** The broker does not call this URL. */
  | 'WEBHOOK_URL_NOT_ALLOWED';

/** Which of the events that the viewer may see. */
export type EventAudience =
  /** All of the transfers that the viewer may see. */
  | 'ALL'
  /** What concerns the viewer. As sender or resource owner: everything. As recipient: PUBLISHED, FILE_DELETED, FILE_TRANSFER_CANCELLED, and the events whose subject it is. */
  | 'MINE';

/** Which events are let through: those that match all of its fields. Left out or null is not filtered. A list names at most 1000 values. */
export type EventFilter = {
  /** Whether everything is let through that the viewer may see, or what concerns it. */
  audience?: EventAudience;
  /** Of transfers through one of these resources. An empty list is INVALID_INPUT. */
  resourceIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** The viewer's role in the transfer. */
  role?: InputMaybe<TransferRole>;
  /** Of this transfer. */
  transferId?: InputMaybe<Scalars['ID']['input']>;
  /** Of one of these types. An empty list is INVALID_INPUT. */
  types?: InputMaybe<Array<EventType>>;
};

/** Where a stream of events starts that is not told a cursor. */
export type EventStart =
  /** With the first event of the log that the viewer may see. */
  | 'BEGINNING'
  /** With the first event that happens from now on. */
  | 'NOW';

/** What happened. In a webhook the CloudEvents type is `no.altinn.broker.` and the name in lower case without underscores. */
export type EventType =
  /** Every recipient has confirmed. */
  | 'ALL_CONFIRMED_DOWNLOADED'
  /** A recipient confirmed its download. */
  | 'DOWNLOAD_CONFIRMED'
  /** A recipient started a download: one per GET answered 200 or 206, at most one per recipient in 5 minutes. Not in the Altinn event list. */
  | 'DOWNLOAD_STARTED'
  /** The file has been deleted from the broker. */
  | 'FILE_DELETED'
  /** The file expires soon and this recipient has not confirmed. Not in the Altinn event list. */
  | 'FILE_EXPIRING'
  /** The file expired and this recipient never confirmed. */
  | 'FILE_NEVER_CONFIRMED_DOWNLOADED'
  /** The sender cancelled the transfer. Not in the Altinn event list. */
  | 'FILE_TRANSFER_CANCELLED'
  /** Information about a new file transfer. */
  | 'FILE_TRANSFER_INITIALIZED'
  /** The file has been processed and is ready for download. */
  | 'PUBLISHED'
  /** The upload failed, while uploading or while processing. */
  | 'UPLOAD_FAILED'
  /** The file has been uploaded and is being processed. */
  | 'UPLOAD_PROCESSING'
  /** The sender started the upload. Not in the Altinn event list. */
  | 'UPLOAD_STARTED';

/** Which columns an export of statistics has. */
export type ExportColumns =
  /** All: the measures under their names in this schema, and behind them those columns of the two reports of Altinn 3 Broker that the grouping allows, under the names that they have there. */
  | 'ALL'
  /** Exactly those of Altinn’s daily summary, in its order. The grouping has to be DAY, RESOURCE and SENDER. */
  | 'ALTINN_DAILY_SUMMARY'
  /** Exactly those of Altinn’s monthly report, in its order; a column that is not grouped by is empty. The grouping has to hold MONTH and RESOURCE, and SENDER and RECIPIENT or SENDER_VENDOR and RECIPIENT_VENDOR. */
  | 'ALTINN_MONTHLY_REPORT';

/** How an export of statistics is written. */
export type ExportFormat =
  /** RFC 4180: commas, CRLF, a line of column names, UTF-8. Texts that a spreadsheet would run as a formula begin with an apostrophe. */
  | 'CSV'
  /** JSON Lines: an object a line, UTF-8. */
  | 'JSONL'
  /** Apache Parquet, compressed with Snappy. */
  | 'PARQUET';

/** What a sender says of a new transfer. */
export type InitializeTransferInput = {
  /** What the finished file's digest has to be; where it is not, the transfer fails. */
  expectedDigest?: InputMaybe<DigestInput>;
  /** 1 to 255 characters of well-formed Unicode; no path, no control characters, nothing that file systems reserve. */
  fileName: Scalars['String']['input'];
  /** The same key from the same sender within 24 hours answers the transfer that it made first. 1 to 255 characters; with another input it is IDEMPOTENCY_KEY_REUSED. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** At most 10; keys of 1 to 50 characters, no key twice, values of at most 3000. */
  properties?: InputMaybe<Array<PropertyInput>>;
  /** 1 to 1000, no party twice. The sender may be among them. */
  recipients: Array<Scalars['PartyId']['input']>;
  /** The resource that it goes through. The sender has to have SEND there, and every recipient RECEIVE. */
  resourceId: Scalars['ID']['input'];
  /** The viewer's own party: for any other it is NOT_THE_SENDER. */
  sender: Scalars['PartyId']['input'];
  /** What the sender knows the transfer by: 1 to 4096 characters. */
  sendersReference?: InputMaybe<Scalars['String']['input']>;
  /** Whether the file is published without a scan; VIRUS_SCAN_REQUIRED where the resource requires one. */
  skipVirusScan?: Scalars['Boolean']['input'];
};

/** A key and a value that a sender gives a transfer, or that a filter asks for. */
export type PropertyInput = {
  /** 1 to 50 characters. */
  key: Scalars['String']['input'];
  /** At most 3000 characters. */
  value: Scalars['String']['input'];
};

/** How far a recipient has come. */
export type RecipientStatus =
  /** It has said that it has the whole file. */
  | 'DOWNLOAD_CONFIRMED'
  /** It has started a download, and not confirmed it. */
  | 'DOWNLOAD_STARTED'
  /** It has not started a download. */
  | 'INITIALIZED';

/** What a new service owner says of itself. */
export type RegisterServiceOwnerInput = {
  /** 1 to 255 characters. It becomes the party's name as well. */
  name: Scalars['String']['input'];
};

/** Which actions of which parties are granted or taken back. */
export type ResourceAccessInput = {
  /** At least one action; the others stay as they are. */
  actions: Array<ResourceAction>;
  /** 1 to 1000 parties. One that is named twice counts once. */
  parties: Array<Scalars['PartyId']['input']>;
  /** A resource that the viewer owns. */
  resourceId: Scalars['ID']['input'];
};

/** What a party may do through a resource. */
export type ResourceAction =
  /** To be a recipient: download files and confirm. */
  | 'RECEIVE'
  /** To initialize transfers and upload their files. */
  | 'SEND';

/** Which end of an order comes first. */
export type SortDirection =
  /** The smallest or the oldest first. */
  | 'ASC'
  /** The greatest or the latest first. */
  | 'DESC';

/** What rows of statistics are told apart by. */
export type StatisticsDimension =
  /** The day in UTC that the transfer was created. Not together with MONTH. */
  | 'DAY'
  /** The month in UTC that the transfer was created. */
  | 'MONTH'
  /** A party that receives. A transfer counts once in the row of each of its recipients, so rows may add up to more than there are. */
  | 'RECIPIENT'
  /** The organisation whose software downloaded first; the recipient itself where it used its own, null before a download and, for transfers that the viewer sees as a recipient alone, of other recipients. A transfer counts once in the row of each of its recipients’ vendors, so rows may add up to more than there are. */
  | 'RECIPIENT_VENDOR'
  /** The resource that it goes through. */
  | 'RESOURCE'
  /** The party that sends. */
  | 'SENDER'
  /** The organisation whose software sent; the sender itself where it used its own. Null for transfers that the viewer sees as a recipient alone. */
  | 'SENDER_VENDOR'
  /** The owner of the resource. */
  | 'SERVICE_OWNER';

/** Which transfers are counted: those that match all of its fields. Left out or null is not filtered. A list names at most 1000 values. */
export type StatisticsFilter = {
  /** Created on this day or later, UTC. */
  from?: InputMaybe<Scalars['Date']['input']>;
  /** Those that have one of these parties among their recipients. Of recipients, these alone are counted then. An empty list is INVALID_INPUT. */
  recipients?: InputMaybe<Array<Scalars['PartyId']['input']>>;
  /** Through one of these resources. An empty list is INVALID_INPUT. */
  resourceIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Sent by one of these parties. An empty list is INVALID_INPUT. */
  senders?: InputMaybe<Array<Scalars['PartyId']['input']>>;
  /** Created before this day, UTC. */
  to?: InputMaybe<Scalars['Date']['input']>;
};

/** What rows of statistics are ordered by. */
export type StatisticsMeasure =
  /** The bytes of their files. */
  | 'BYTES_UPLOADED'
  /** How many recipients confirmed. */
  | 'DOWNLOADS_CONFIRMED'
  /** The median time to a confirmation. Rows without one come last. */
  | 'MEDIAN_SECONDS_TO_CONFIRM'
  /** How many transfers expired with a recipient that never confirmed. */
  | 'NEVER_CONFIRMED'
  /** How many transfers there are. */
  | 'TRANSFERS';

/** Which transfers are listed: those that match all of its fields. Left out or null is not filtered. From-bounds are inclusive, to-bounds exclusive. A list names at most 1000 values. */
export type TransferFilter = {
  /** Initialized then or later. */
  createdFrom?: InputMaybe<Scalars['DateTime']['input']>;
  /** Initialized before then. */
  createdTo?: InputMaybe<Scalars['DateTime']['input']>;
  /** Expires then or later. */
  expiresFrom?: InputMaybe<Scalars['DateTime']['input']>;
  /** Expires before then. */
  expiresTo?: InputMaybe<Scalars['DateTime']['input']>;
  /** The beginning of the file name, case ignored. */
  fileNameStartsWith?: InputMaybe<Scalars['String']['input']>;
  /** Every pair has to be among the transfer's properties; at most 10. An empty list is INVALID_INPUT. */
  properties?: InputMaybe<Array<PropertyInput>>;
  /** A party that is among the recipients. */
  recipient?: InputMaybe<Scalars['PartyId']['input']>;
  /** Of at least one recipient; where `recipient` is given, of that one. An empty list is INVALID_INPUT. */
  recipientStatuses?: InputMaybe<Array<RecipientStatus>>;
  /** Through one of these resources. An empty list is INVALID_INPUT. */
  resourceIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Those in which the viewer has this role, whatever else it is to them. */
  role?: InputMaybe<TransferRole>;
  /** The party that sends. */
  sender?: InputMaybe<Scalars['PartyId']['input']>;
  /** The whole reference. */
  sendersReference?: InputMaybe<Scalars['String']['input']>;
  /** The status last changed then or later. */
  statusChangedFrom?: InputMaybe<Scalars['DateTime']['input']>;
  /** The status last changed before then. */
  statusChangedTo?: InputMaybe<Scalars['DateTime']['input']>;
  /** In one of these statuses. An empty list is INVALID_INPUT. */
  statuses?: InputMaybe<Array<TransferStatus>>;
  /** The viewer's own status as a recipient; implies the role RECIPIENT. An empty list is INVALID_INPUT. */
  viewerRecipientStatuses?: InputMaybe<Array<RecipientStatus>>;
};

/** The time that a list of transfers goes by. Ties go by id. */
export type TransferOrder =
  /** When the transfer was initialized. */
  | 'CREATED_AT'
  /** When the transfer was published. Only transfers that were published. */
  | 'PUBLISHED_AT'
  /** When the transfer's status last changed. */
  | 'STATUS_CHANGED_AT';

/** What a party is to a transfer. One party may have several roles. */
export type TransferRole =
  /** It is one of those that the file is for. */
  | 'RECIPIENT'
  /** It made the transfer and uploads its file. */
  | 'SENDER'
  /** It owns the resource that the transfer goes through. */
  | 'SERVICE_OWNER';

/** How a transfer stands. CANCELLED, PURGED and FAILED are its ends: nothing follows but the deletion of its file. */
export type TransferStatus =
  /** Every recipient has confirmed. The file can be downloaded until it is purged. */
  | 'ALL_CONFIRMED_DOWNLOADED'
  /** The sender withdrew the transfer. */
  | 'CANCELLED'
  /** The upload failed, while uploading or while processing. */
  | 'FAILED'
  /** The transfer is made, and the upload of its file may begin. */
  | 'INITIALIZED'
  /** The file is ready for download. */
  | 'PUBLISHED'
  /** The transfer expired, or everybody had confirmed, and its file was deleted. */
  | 'PURGED'
  /** The whole file was received. Its digest is compared and it is scanned. */
  | 'UPLOAD_PROCESSING'
  /** The sender has started the upload. */
  | 'UPLOAD_STARTED';

/** Left out: unchanged. Null `types`, `resourceIds` or `role`: not filtered; any other null is INVALID_INPUT. `enabled: true` and a new `url` validate again. */
export type UpdateWebhookInput = {
  /** Whether it is told of all that its party may see, or of what concerns it. */
  audience?: InputMaybe<EventAudience>;
  /** False switches it off. True switches it on: once its endpoint has answered a validation request, its deliveries go on from where they stood. */
  enabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** The id of the webhook. */
  id: Scalars['ID']['input'];
  /** Only of transfers through these resources. */
  resourceIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Only of transfers in which the party has this role. */
  role?: InputMaybe<TransferRole>;
  /** Only these types. */
  types?: InputMaybe<Array<EventType>>;
  /** Where events are sent from now on. */
  url?: InputMaybe<Scalars['URL']['input']>;
};

/** Whether the files that go through a resource are scanned for malware. */
export type VirusScanPolicy =
  /** Files are published without a scan. */
  | 'DISABLED'
  /** Files are scanned where the broker has a scanner, unless the sender asks, per transfer, to skip it. */
  | 'OPTIONAL'
  /** Every file is scanned before it is published. */
  | 'REQUIRED';

/** What is known of malware in a file. */
export type VirusScanStatus =
  /** The scanner found nothing. */
  | 'CLEAN'
  /** The scanner found malware, and the transfer failed. */
  | 'INFECTED'
  /** The file is going to be scanned before it is published. */
  | 'PENDING'
  /** Not scanned and not going to be; known from initialization on. */
  | 'SKIPPED';

/** Whether a webhook is told of events. */
export type WebhookStatus =
  /** It is told of events as they happen. */
  | 'ACTIVE'
  /** Switched off by its owner, or after its deliveries kept failing. */
  | 'DISABLED'
  /** The endpoint has not answered the validation request yet. */
  | 'PENDING_VALIDATION';

export type RegisterServiceOwnerMutationVariables = Exact<{
  name: Scalars['String']['input'];
}>;


export type RegisterServiceOwnerMutation = { registerServiceOwner:
    | { __typename: 'AccessDeniedError', message: string }
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'ServiceOwner', name: string }
    | { __typename: 'ValidationError', message: string }
   };

export type ConfigureResourceMutationVariables = Exact<{
  input: ConfigureResourceInput;
}>;


export type ConfigureResourceMutation = { configureResource:
    | { __typename: 'AccessDeniedError', message: string }
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'NotFoundError', message: string }
    | { __typename: 'Resource', id: string, title: string | null }
    | { __typename: 'ValidationError', message: string }
   };

export type GrantResourceAccessMutationVariables = Exact<{
  input: ResourceAccessInput;
}>;


export type GrantResourceAccessMutation = { grantResourceAccess:
    | { __typename: 'AccessDeniedError', message: string }
    | { __typename: 'NotFoundError', message: string }
    | { __typename: 'Resource' }
    | { __typename: 'ValidationError', message: string }
   };

export type InitializeTransferMutationVariables = Exact<{
  input: InitializeTransferInput;
}>;


export type InitializeTransferMutation = { initializeTransfer:
    | { __typename: 'AccessDeniedError', message: string }
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'NotFoundError', message: string }
    | { __typename: 'Transfer', id: string, status: TransferStatus, upload: { url: string } | null }
    | { __typename: 'ValidationError', message: string }
   };

export type CreateWebhookMutationVariables = Exact<{
  input: CreateWebhookInput;
}>;


export type CreateWebhookMutation = { createWebhook:
    | { __typename: 'AccessDeniedError', message: string }
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'NotFoundError', message: string }
    | { __typename: 'ValidationError', message: string }
    | { __typename: 'WebhookWithSecret', secret: string, webhook: { id: string, url: string, status: WebhookStatus } }
   };

export type ReadWebhookQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type ReadWebhookQuery = { webhook: { status: WebhookStatus, statusText: string | null } | null };

export type FollowEventsSubscriptionVariables = Exact<{
  transferId: Scalars['ID']['input'];
}>;


export type FollowEventsSubscription = { events: { node: { id: string, type: EventType, statusText: string } } };

export type ConfirmDownloadMutationVariables = Exact<{
  transferId: Scalars['ID']['input'];
  sha256: Scalars['String']['input'];
}>;


export type ConfirmDownloadMutation = { confirmDownload:
    | { __typename: 'AccessDeniedError', message: string }
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'NotFoundError', message: string }
    | { __typename: 'Transfer', status: TransferStatus, viewerRecipient: { status: RecipientStatus } | null }
    | { __typename: 'ValidationError', message: string }
   };

export type ReadEventLogQueryVariables = Exact<{
  transferId: Scalars['ID']['input'];
}>;


export type ReadEventLogQuery = { transfer: { events: { edges: Array<{ node: { time: string, type: EventType, transferStatus: TransferStatus, recipientStatus: RecipientStatus | null, subject: { id: string } | null } }> } | null } | null };

export type ReadOwnEventsQueryVariables = Exact<{
  transferId: Scalars['ID']['input'];
}>;


export type ReadOwnEventsQuery = { events: { edges: Array<{ node: { id: string } }> } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const RegisterServiceOwnerDocument = new TypedDocumentString(`
    mutation RegisterServiceOwner($name: String!) {
  registerServiceOwner(input: {name: $name}) {
    __typename
    ... on ServiceOwner {
      name
    }
    ... on BrokerError {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RegisterServiceOwnerMutation, RegisterServiceOwnerMutationVariables>;
export const ConfigureResourceDocument = new TypedDocumentString(`
    mutation ConfigureResource($input: ConfigureResourceInput!) {
  configureResource(input: $input) {
    __typename
    ... on Resource {
      id
      title
    }
    ... on BrokerError {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ConfigureResourceMutation, ConfigureResourceMutationVariables>;
export const GrantResourceAccessDocument = new TypedDocumentString(`
    mutation GrantResourceAccess($input: ResourceAccessInput!) {
  grantResourceAccess(input: $input) {
    __typename
    ... on BrokerError {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<GrantResourceAccessMutation, GrantResourceAccessMutationVariables>;
export const InitializeTransferDocument = new TypedDocumentString(`
    mutation InitializeTransfer($input: InitializeTransferInput!) {
  initializeTransfer(input: $input) {
    __typename
    ... on Transfer {
      id
      status
      upload {
        url
      }
    }
    ... on BrokerError {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<InitializeTransferMutation, InitializeTransferMutationVariables>;
export const CreateWebhookDocument = new TypedDocumentString(`
    mutation CreateWebhook($input: CreateWebhookInput!) {
  createWebhook(input: $input) {
    __typename
    ... on WebhookWithSecret {
      secret
      webhook {
        id
        url
        status
      }
    }
    ... on BrokerError {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CreateWebhookMutation, CreateWebhookMutationVariables>;
export const ReadWebhookDocument = new TypedDocumentString(`
    query ReadWebhook($id: ID!) {
  webhook(id: $id) {
    status
    statusText
  }
}
    `) as unknown as TypedDocumentString<ReadWebhookQuery, ReadWebhookQueryVariables>;
export const FollowEventsDocument = new TypedDocumentString(`
    subscription FollowEvents($transferId: ID!) {
  events(filter: {transferId: $transferId}, startAt: BEGINNING) {
    node {
      id
      type
      statusText
    }
  }
}
    `) as unknown as TypedDocumentString<FollowEventsSubscription, FollowEventsSubscriptionVariables>;
export const ConfirmDownloadDocument = new TypedDocumentString(`
    mutation ConfirmDownload($transferId: ID!, $sha256: String!) {
  confirmDownload(transferId: $transferId, sha256: $sha256) {
    __typename
    ... on Transfer {
      status
      viewerRecipient {
        status
      }
    }
    ... on BrokerError {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ConfirmDownloadMutation, ConfirmDownloadMutationVariables>;
export const ReadEventLogDocument = new TypedDocumentString(`
    query ReadEventLog($transferId: ID!) {
  transfer(id: $transferId) {
    events(first: 100) {
      edges {
        node {
          time
          type
          transferStatus
          recipientStatus
          subject {
            id
          }
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ReadEventLogQuery, ReadEventLogQueryVariables>;
export const ReadOwnEventsDocument = new TypedDocumentString(`
    query ReadOwnEvents($transferId: ID!) {
  events(filter: {transferId: $transferId, audience: MINE}, first: 100) {
    edges {
      node {
        id
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ReadOwnEventsQuery, ReadOwnEventsQueryVariables>;