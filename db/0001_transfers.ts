/** Parties, resources, transfers, their files and uploads, the event log, and work that is due. */
import type { Kysely } from 'kysely';
import { uuidv7 } from 'uuidv7';
import type { ColumnTypes } from './column-types.ts';

export async function up(db: Kysely<unknown>, { text, position }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('history')
    .addColumn('epoch', text, (c) => c.primaryKey())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('boot_id', text)
    .execute();

  await db.schema
    .createTable('secret')
    .addColumn('name', text, (c) => c.primaryKey())
    .addColumn('value', text, (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('party')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('service_owner')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('party_id', text, (c) => c.notNull().unique())
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('resource')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('owner_id', text, (c) => c.notNull().references('service_owner.party_id'))
    .addColumn('title', text)
    .addColumn('max_transfer_size', 'bigint', (c) => c.notNull())
    .addColumn('time_to_live_ms', 'bigint', (c) => c.notNull())
    .addColumn('purge_after_all_confirmed', 'integer', (c) => c.notNull())
    .addColumn('purge_grace_ms', 'bigint', (c) => c.notNull())
    .addColumn('expiry_reminder_ms', 'bigint')
    .addColumn('virus_scan', text, (c) => c.notNull())
    .addColumn('compute_md5', 'integer', (c) => c.notNull())
    .addColumn('required_party', text)
    .addColumn('open_to_send', 'integer', (c) => c.notNull())
    .addColumn('open_to_receive', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute();
  await index(db, 'resource', ['owner_id', 'id']);

  await db.schema
    .createTable('resource_access')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('resource_id', text, (c) => c.notNull().references('resource.id'))
    .addColumn('party_id', text, (c) => c.notNull())
    .addColumn('may_send', 'integer', (c) => c.notNull())
    .addColumn('may_receive', 'integer', (c) => c.notNull())
    .addColumn('granted_at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('resource_access_resource_party', ['resource_id', 'party_id'])
    .execute();
  await index(db, 'resource_access', ['party_id', 'resource_id']);

  await db.schema
    .createTable('transfer')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('resource_id', text, (c) => c.notNull().references('resource.id'))
    .addColumn('owner_id', text, (c) => c.notNull())
    .addColumn('sender_id', text, (c) => c.notNull())
    .addColumn('file_name', text, (c) => c.notNull())
    .addColumn('file_name_folded', text, (c) => c.notNull())
    .addColumn('senders_reference', text)
    .addColumn('status', text, (c) => c.notNull())
    .addColumn('failure', text)
    .addColumn('status_changed_at', 'bigint', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('published_at', 'bigint')
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('file_deleted_at', 'bigint')
    .addColumn('expected_algorithm', text)
    .addColumn('expected_value', text)
    .addColumn('max_size', 'bigint', (c) => c.notNull())
    .addColumn('purge_after_all_confirmed', 'integer', (c) => c.notNull())
    .addColumn('purge_grace_ms', 'bigint', (c) => c.notNull())
    .addColumn('expiry_reminder_ms', 'bigint')
    .addColumn('virus_scan', text, (c) => c.notNull())
    .addColumn('compute_md5', 'integer', (c) => c.notNull())
    .addColumn('scan_status', text, (c) => c.notNull())
    .addColumn('scanned_at', 'bigint')
    .addColumn('scan_finding', text)
    .addColumn('recipients_total', 'integer', (c) => c.notNull())
    .addColumn('recipients_started', 'integer', (c) => c.notNull())
    .addColumn('recipients_confirmed', 'integer', (c) => c.notNull())
    .execute();
  await index(db, 'transfer', ['resource_id', 'created_at', 'id']);

  await db.schema
    .createTable('transfer_property')
    .addColumn('transfer_id', text, (c) => c.notNull().references('transfer.id'))
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('key', text, (c) => c.notNull())
    .addColumn('value', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('transfer_property_pk', ['transfer_id', 'position'])
    .execute();

  await db.schema
    .createTable('transfer_party')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('transfer_id', text, (c) => c.notNull().references('transfer.id'))
    .addColumn('party_id', text, (c) => c.notNull())
    .addColumn('role', text, (c) => c.notNull())
    .addColumn('is_first', 'integer', (c) => c.notNull())
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('status', text, (c) => c.notNull())
    .addColumn('status_changed_at', 'bigint', (c) => c.notNull())
    .addColumn('download_started_at', 'bigint')
    .addColumn('confirmed_at', 'bigint')
    .addColumn('last_download_event_at', 'bigint')
    .addUniqueConstraint('transfer_party_who', ['transfer_id', 'party_id', 'role'])
    .execute();
  await index(db, 'transfer_party', ['party_id', 'created_at', 'transfer_id']);
  await index(db, 'transfer_party', ['transfer_id', 'role', 'position']);

  await db.schema
    .createTable('file')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('transfer_id', text, (c) => c.notNull().unique().references('transfer.id'))
    .addColumn('storage', text, (c) => c.notNull())
    .addColumn('size', 'bigint')
    .addColumn('sha256', text)
    .addColumn('md5', text)
    .execute();

  await db.schema
    .createTable('upload')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('transfer_id', text, (c) => c.notNull().unique().references('transfer.id'))
    .addColumn('file_id', text, (c) => c.notNull().references('file.id'))
    .addColumn('length', 'bigint')
    .addColumn('metadata', text)
    .addColumn('offset_flushed', 'bigint', (c) => c.notNull())
    .addColumn('pending_from', 'bigint')
    .addColumn('started_at', 'bigint')
    .addColumn('last_byte_at', 'bigint')
    .addColumn('finished_at', 'bigint')
    .execute();
  await index(db, 'upload', ['finished_at', 'started_at']);

  await db.schema
    .createTable('idempotency_key')
    .addColumn('sender_id', text, (c) => c.notNull())
    .addColumn('key', text, (c) => c.notNull())
    .addColumn('input_hash', text, (c) => c.notNull())
    .addColumn('transfer_id', text, (c) => c.notNull().references('transfer.id'))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('idempotency_key_pk', ['sender_id', 'key'])
    .execute();

  await db.schema
    .createTable('event')
    .addColumn('position', position, (c) => c.primaryKey())
    .addColumn('id', text, (c) => c.notNull().unique())
    .addColumn('type', text, (c) => c.notNull())
    .addColumn('time', 'bigint', (c) => c.notNull())
    .addColumn('transfer_id', text, (c) => c.notNull().references('transfer.id'))
    .addColumn('transfer_status', text, (c) => c.notNull())
    .addColumn('recipient_status', text)
    .addColumn('status_text', text, (c) => c.notNull())
    .addColumn('subject_id', text)
    .addColumn('actor_party', text)
    .addColumn('actor_vendor', text)
    .addColumn('actor_client_id', text)
    .addColumn('actor_system_user_id', text)
    .addColumn('resource_id', text, (c) => c.notNull())
    .addColumn('sender_id', text, (c) => c.notNull())
    .addColumn('owner_id', text, (c) => c.notNull())
    .execute();
  await index(db, 'event', ['transfer_id', 'position']);

  await db.schema
    .createTable('event_party')
    .addColumn('party_id', text, (c) => c.notNull())
    .addColumn('position', 'bigint', (c) => c.notNull())
    .addColumn('role', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('event_party_pk', ['party_id', 'position', 'role'])
    .execute();

  await db.schema
    .createTable('job')
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('subject', text, (c) => c.notNull())
    .addColumn('due_at', 'bigint', (c) => c.notNull())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('last_error', text)
    .addPrimaryKeyConstraint('job_pk', ['kind', 'subject'])
    .execute();
  await index(db, 'job', ['due_at']);

  // The history begins with its database: cursors of another one are told apart by this.
  const history = db as Kysely<{
    history: { epoch: string; created_at: number; boot_id: string | null };
  }>;
  await history
    .insertInto('history')
    .values({ epoch: uuidv7(), created_at: Date.now(), boot_id: null })
    .execute();
}

async function index(
  db: Kysely<unknown>,
  table: string,
  columns: readonly string[],
): Promise<void> {
  await db.schema
    .createIndex(`${table}_by_${columns.join('_')}`)
    .on(table)
    .columns([...columns])
    .execute();
}
