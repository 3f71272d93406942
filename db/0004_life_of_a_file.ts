/**
 * What carries a file from its last byte to its last trace: jobs that are claimed with a lease, one job per open transfer
 * for its next deadline, when recipients were reminded, that a purge has begun, and which storage this database's files lie in.
 */
import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

export async function up(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema.alterTable('history').addColumn('storage_id', text).execute();
  await db.schema.alterTable('transfer').addColumn('reminded_at', 'bigint').execute();
  await db.schema.alterTable('transfer').addColumn('purge_begun_at', 'bigint').execute();

  await db.schema.alterTable('job').addColumn('lease', text).execute();
  await db.schema
    .alterTable('job')
    .addColumn('wanted_at', 'bigint', (c) => c.notNull().defaultTo(0))
    .execute();
  await sql`update job set wanted_at = due_at`.execute(db);
  await db.schema.dropIndex('job_by_due_at').execute();
  await db.schema.createIndex('job_by_kind_due_at').on('job').columns(['kind', 'due_at']).execute();

  // Each transfer that has not ended has a deadline from now on: 24 hours without a byte, its reminder, the end of its grace
  // period, or its expiry.
  await sql`
    insert into job (kind, subject, due_at, wanted_at, attempts)
    select 'meet-deadline', id, due, due, 0 from (
      select
        transfer.id as id,
        case
          when status = 'UPLOAD_STARTED'
            and coalesce(last_byte_at, started_at) + 86400000 < expires_at
            then coalesce(last_byte_at, started_at) + 86400000
          when status = 'PUBLISHED' and expiry_reminder_ms is not null
            then expires_at - expiry_reminder_ms
          when status = 'ALL_CONFIRMED_DOWNLOADED' and purge_after_all_confirmed = 1
            and status_changed_at + purge_grace_ms < expires_at
            then status_changed_at + purge_grace_ms
          else expires_at
        end as due
      from transfer join upload on upload.transfer_id = transfer.id
      where status not in ('CANCELLED', 'PURGED', 'FAILED')
    ) as open_transfer`.execute(db);
}
