/**
 * The rows as both databases keep them: text ids, epoch milliseconds as integers, booleans as 0 and 1, JSON as text.
 * The migrations in db/ make them.
 */
import type { Generated } from 'kysely';
import type { PartyId } from '../domain/party-id.ts';
import type { VirusScanPolicy } from '../domain/resource-settings.ts';
import type {
  EventType,
  FailureCode,
  RecipientStatus,
  TransferRole,
  TransferStatus,
  VirusScanStatus,
} from '../domain/transfer-status.ts';

/** 0 or 1. */
export type Flag = 0 | 1;

/** One row: which history the log's positions belong to. */
export interface HistoryTable {
  epoch: string;
  created_at: number;
  /** The boot of the machine that last served this history; null where the system does not tell it. */
  boot_id: string | null;
  /** The position of the last event; 0 where there is none. Whoever appends takes positions here, and holds the row until its commit. */
  log_end: number;
  /** Which storage the files of this history lie in; null until one has been matched with it. */
  storage_id: string | null;
}

/** Keys that the broker made for itself and that all brokers on this database share. */
export interface SecretTable {
  name: string;
  value: string;
  created_at: number;
}

export interface PartyTable {
  id: PartyId;
  name: string;
  updated_at: number;
}

export interface ServiceOwnerTable {
  id: string;
  party_id: PartyId;
  name: string;
  created_at: number;
}

export interface ResourceTable {
  id: string;
  owner_id: PartyId;
  title: string | null;
  max_transfer_size: number;
  time_to_live_ms: number;
  purge_after_all_confirmed: Flag;
  purge_grace_ms: number;
  expiry_reminder_ms: number | null;
  virus_scan: VirusScanPolicy;
  compute_md5: Flag;
  required_party: PartyId | null;
  open_to_send: Flag;
  open_to_receive: Flag;
  created_at: number;
}

export interface ResourceAccessTable {
  id: string;
  resource_id: string;
  party_id: PartyId;
  may_send: Flag;
  may_receive: Flag;
  granted_at: number;
}

/** A transfer with a copy of the settings that its resource had when it was initialized. */
export interface TransferTable {
  id: string;
  resource_id: string;
  owner_id: PartyId;
  sender_id: PartyId;
  file_name: string;
  /** Folded in JavaScript for searching, since the databases disagree on case. */
  file_name_folded: string;
  senders_reference: string | null;
  status: TransferStatus;
  failure: FailureCode | null;
  status_changed_at: number;
  created_at: number;
  published_at: number | null;
  expires_at: number;
  file_deleted_at: number | null;
  expected_algorithm: 'MD5' | 'SHA256' | null;
  expected_value: string | null;
  max_size: number;
  purge_after_all_confirmed: Flag;
  purge_grace_ms: number;
  expiry_reminder_ms: number | null;
  virus_scan: VirusScanPolicy;
  compute_md5: Flag;
  scan_status: VirusScanStatus;
  scanned_at: number | null;
  scan_finding: string | null;
  recipients_total: number;
  recipients_started: number;
  recipients_confirmed: number;
  /** When the recipients that had not confirmed were told that the file expires soon. */
  reminded_at: number | null;
  /** From then on its bytes may be gone, though it is not PURGED yet; null before. */
  purge_begun_at: number | null;
}

export interface TransferPropertyTable {
  transfer_id: string;
  position: number;
  key: string;
  value: string;
}

/** One row per party and role: who sees a transfer, for good. */
export interface TransferPartyTable {
  id: string;
  transfer_id: string;
  party_id: PartyId;
  role: TransferRole;
  /** The order that the sender gave its recipients. */
  position: number;
  created_at: number;
  status: RecipientStatus;
  status_changed_at: number;
  download_started_at: number | null;
  confirmed_at: number | null;
  last_download_event_at: number | null;
  /** From here on copies of the transfer's, for lists to be found by. */
  resource_id: string;
  transfer_status: TransferStatus;
  transfer_status_changed_at: number;
  published_at: number | null;
  expires_at: number;
  /** Stands for the sender's reference, which may be longer than an entry of an index. */
  reference_key: string | null;
  /** The first letters of the folded file name, for lists by its beginning. */
  file_name_beginning: string;
  /** Which statuses the recipients have, a bit for each; null beside a recipient of a transfer with many. */
  recipient_statuses: number | null;
}

/** Where a transfer's bytes are, and what they are once the whole file was received. */
export interface FileTable {
  id: string;
  transfer_id: string;
  storage: string;
  size: number | null;
  sha256: string | null;
  md5: string | null;
}

export interface UploadTable {
  id: string;
  transfer_id: string;
  file_id: string;
  /** The declared length; null until it is known. */
  length: number | null;
  /** `Upload-Metadata` as the sender gave it, for HEAD to repeat. */
  metadata: string | null;
  /** What survives a power cut. */
  offset_flushed: number;
  /** Bytes from here on belong to a PATCH with a checksum that has not been compared yet. */
  pending_from: number | null;
  started_at: number | null;
  last_byte_at: number | null;
  /** When the whole file was received, or the upload was given up. */
  finished_at: number | null;
}

export interface IdempotencyKeyTable {
  sender_id: PartyId;
  key: string;
  input_hash: string;
  transfer_id: string;
  created_at: number;
}

/** The append-only log. Positions are without gaps and in the order of the commits. */
export interface EventTable {
  position: number;
  id: string;
  type: EventType;
  time: number;
  transfer_id: string;
  transfer_status: TransferStatus;
  recipient_status: RecipientStatus | null;
  status_text: string;
  subject_id: PartyId | null;
  actor_party: PartyId | null;
  actor_vendor: PartyId | null;
  actor_client_id: string | null;
  actor_system_user_id: string | null;
  resource_id: string;
  sender_id: PartyId;
  owner_id: PartyId;
}

/** What concerns a party: the audience MINE. ALL goes through `transfer_party`. */
export interface EventPartyTable {
  party_id: PartyId;
  position: number;
  role: TransferRole;
}

/** Work that is due, so that a restart carries on with it. */
export interface JobTable {
  kind: string;
  /** What it is about, such as a transfer's id. One job per kind and subject. */
  subject: string;
  /** When it is done next. While it is leased: when the lease ends. */
  due_at: number;
  /** When it was scheduled for; later attempts leave it. */
  wanted_at: number;
  attempts: number;
  last_error: string | null;
  /** Who has claimed it is told by this; null while nobody has. */
  lease: string | null;
}

/** Who is told of events by HTTP. Filters are JSON lists; null lets everything through. */
export interface WebhookTable {
  id: string;
  party_id: PartyId;
  /** 1 to 50, each once per party: so a party never has more, whoever creates at the same moment. */
  slot: number;
  url: string;
  types: string | null;
  resource_ids: string | null;
  role: TransferRole | null;
  audience: 'ALL' | 'MINE';
  /** The roles that the token of its maker let it see transfers with, a JSON list. */
  sees_as: string;
  status: WebhookStatus;
  status_text: string | null;
  /** Null unless it is DISABLED. */
  disabled_by: WebhookDisabler | null;
  secret: string;
  /** Those that still sign beside it: a JSON list of `{ secret, until }`. */
  old_secrets: string;
  /** Up to here its deliveries have been made; null until it was ACTIVE for the first time. */
  position: number | null;
  /** Of its last delivery. */
  sequence: number;
  /** While it is behind `replay_until`: only what happened since then is delivered again. */
  replay_since: number | null;
  replay_until: number | null;
  replay_asked_at: number | null;
  /** When the first of the attempts failed that have failed without a success since; null after a success. */
  failing_since: number | null;
  /** What was given up since then is to be tried again; null where nothing is. */
  revive_since: number | null;
  validation_tries: number;
  /** Null unless a validation request is planned. */
  next_validation_at: number | null;
  /** The clock's value at its last change. */
  revision: number;
  /** The clock's value when something of it was last asked to be sent at once. */
  nudge: number;
  created_at: number;
}

export type WebhookStatus = 'PENDING_VALIDATION' | 'ACTIVE' | 'DISABLED';
/** Its owner, its failing deliveries, or its endpoint's 410. */
export type WebhookDisabler = 'OWNER' | 'FAILURES' | 'GONE';

/** One row, counted up by each change of any webhook, so that other processes see that there is one. */
export interface WebhookClockTable {
  id: 1;
  value: number;
}

export type DeliveryStatus = 'PENDING' | 'DELIVERED' | 'FAILED';

/** One event for one webhook. */
export interface DeliveryTable {
  id: string;
  webhook_id: string;
  /** Of the event. */
  position: number;
  sequence: number;
  status: DeliveryStatus;
  /** Attempts that failed since it became due; what the schedule counts. */
  tries: number;
  /** All that were ever made. */
  attempts: number;
  /** Null unless it is PENDING. */
  next_attempt_at: number | null;
  /** Counts how often it was asked for anew: what came of an attempt before that decides nothing any more. */
  generation: Generated<number>;
  /** When a replay was asked for while it was PENDING: it stands for the event in that replay. */
  renewed_at: number | null;
}

export interface DeliveryAttemptTable {
  delivery_id: string;
  /** From 1 on. */
  number: number;
  at: number;
  duration_ms: number;
  response_status: number | null;
  response_excerpt: string | null;
  error: string | null;
}

/** Which of several processes does a work that one alone may do. */
export interface LeadershipTable {
  task: string;
  leader: string;
  /** Counted up by the leader as long as it lives. */
  beat: number;
}

/** How far the log has been counted. One generation is in use; another one may be made beside it. */
export interface StatisticsGenerationTable {
  generation: number;
  /** Everything up to this event is counted. */
  position: number;
  /** Counted up by each change of what has been counted. */
  revision: number;
  is_in_use: Flag;
}

/** What a transfer is counted by, whatever it is grouped by. Days are numbers, YYYYMMDD in UTC. */
export interface StatisticsDimensions {
  /** When the transfer was created. */
  day: number;
  resource_id: string;
  owner_id: PartyId;
  sender_id: PartyId;
  /** The vendor that initialized it; the sender itself where it used its own software. */
  sender_vendor: PartyId;
}

/** What statistics know of one transfer. */
export interface StatisticsTransferTable extends StatisticsDimensions {
  generation: number;
  transfer_id: string;
  /** How many it has. */
  recipients: number;
  expires_at: number;
  published_at: number | null;
  bytes_uploaded: number;
  uploaded: Flag;
  published: Flag;
  failed: Flag;
  cancelled: Flag;
  all_confirmed: Flag;
  never_confirmed: Flag;
  still_open: Flag;
}

/** What statistics know of one recipient of a transfer. */
export interface StatisticsRecipientTable extends StatisticsDimensions {
  generation: number;
  transfer_id: string;
  recipient_id: PartyId;
  is_only_recipient: Flag;
  /** The vendor of its first download, or the recipient itself; empty before that. */
  recipient_vendor: PartyId | '';
  download_attempts: number;
  started: Flag;
  confirmed: Flag;
  /** It was told of never having confirmed. */
  never_confirmed: Flag;
  /** From the publication to its confirmation. */
  confirmed_after_ms: number | null;
  /** Since the publication, while it has not confirmed and the transfer has not ended. */
  waiting_since: number | null;
}

/** What is summed up. */
export interface StatisticsSums {
  transfers: number;
  uploaded: number;
  published: number;
  failed: number;
  cancelled: number;
  all_confirmed: number;
  never_confirmed: number;
  still_open: number;
  /** Transfers that at least one recipient confirmed; of one recipient: that it confirmed. */
  any_confirmed: number;
  download_attempts: number;
  downloads_started: number;
  downloads_confirmed: number;
  recipients_never_confirmed: number;
  confirmed_in_0: number;
  confirmed_in_1: number;
  confirmed_in_2: number;
  confirmed_in_3: number;
  confirmed_in_4: number;
  confirmed_in_5: number;
  confirmed_in_6: number;
  confirmed_in_7: number;
  confirmed_in_8: number;
  confirmed_in_9: number;
  bytes_uploaded: number;
}

/** Sums of transfers. In the tables by month `day` is the month's first day. */
export interface StatisticsResourceTable
  extends Pick<StatisticsDimensions, 'day' | 'resource_id' | 'owner_id'>,
    StatisticsSums {
  generation: number;
}

export interface StatisticsSenderTable extends StatisticsDimensions, StatisticsSums {
  generation: number;
}

/** Here a transfer counts once for each of its recipients. */
export interface StatisticsRecipientSumsTable extends StatisticsDimensions, StatisticsSums {
  generation: number;
  recipient_id: PartyId;
  recipient_vendor: PartyId | '';
  is_only_recipient: Flag;
}

/** What was asked to be exported; its link leads here. */
export interface ExportTable {
  id: string;
  /** Statistics or events, with all that was asked for, as JSON. */
  request: string;
  party_id: PartyId;
  /** The roles that the token of its maker let it see transfers with, a JSON list. */
  sees_as: string;
  created_at: number;
  expires_at: number;
}

export interface Tables {
  history: HistoryTable;
  secret: SecretTable;
  party: PartyTable;
  service_owner: ServiceOwnerTable;
  resource: ResourceTable;
  resource_access: ResourceAccessTable;
  transfer: TransferTable;
  transfer_property: TransferPropertyTable;
  transfer_party: TransferPartyTable;
  file: FileTable;
  upload: UploadTable;
  idempotency_key: IdempotencyKeyTable;
  event: EventTable;
  event_party: EventPartyTable;
  job: JobTable;
  webhook: WebhookTable;
  webhook_clock: WebhookClockTable;
  delivery: DeliveryTable;
  delivery_attempt: DeliveryAttemptTable;
  leadership: LeadershipTable;
  statistics_generation: StatisticsGenerationTable;
  statistics_transfer: StatisticsTransferTable;
  statistics_recipient: StatisticsRecipientTable;
  statistics_resource_day: StatisticsResourceTable;
  statistics_resource_month: StatisticsResourceTable;
  statistics_sender_day: StatisticsSenderTable;
  statistics_sender_month: StatisticsSenderTable;
  statistics_recipient_day: StatisticsRecipientSumsTable;
  export: ExportTable;
}
