/**
 * Webhooks, what is to be delivered to them, and every attempt at it. Each webhook has its position in the log; its
 * deliveries are made from there.
 */
import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

export async function up(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('webhook')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('party_id', text, (c) => c.notNull())
    .addColumn('slot', 'integer', (c) => c.notNull())
    .addColumn('url', text, (c) => c.notNull())
    .addColumn('types', text)
    .addColumn('resource_ids', text)
    .addColumn('role', text)
    .addColumn('audience', text, (c) => c.notNull())
    .addColumn('sees_as', text, (c) => c.notNull())
    .addColumn('status', text, (c) => c.notNull())
    .addColumn('status_text', text)
    .addColumn('disabled_by', text)
    .addColumn('secret', text, (c) => c.notNull())
    .addColumn('old_secrets', text, (c) => c.notNull())
    .addColumn('position', 'bigint')
    .addColumn('sequence', 'bigint', (c) => c.notNull())
    .addColumn('replay_since', 'bigint')
    .addColumn('replay_until', 'bigint')
    .addColumn('replay_asked_at', 'bigint')
    .addColumn('failing_since', 'bigint')
    .addColumn('revive_since', 'bigint')
    .addColumn('validation_tries', 'integer', (c) => c.notNull())
    .addColumn('next_validation_at', 'bigint')
    .addColumn('revision', 'bigint', (c) => c.notNull())
    .addColumn('nudge', 'bigint', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('webhook_party_slot', ['party_id', 'slot'])
    .execute();
  await db.schema
    .createIndex('webhook_by_party_id_id')
    .on('webhook')
    .columns(['party_id', 'id'])
    .execute();

  await db.schema
    .createTable('webhook_clock')
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('value', 'bigint', (c) => c.notNull())
    .execute();
  await sql`insert into webhook_clock (id, value) values (1, 0)`.execute(db);

  // No foreign key to the webhook: of a deleted one they go bit by bit.
  await db.schema
    .createTable('delivery')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('webhook_id', text, (c) => c.notNull())
    .addColumn('position', 'bigint', (c) => c.notNull())
    .addColumn('sequence', 'bigint', (c) => c.notNull())
    .addColumn('status', text, (c) => c.notNull())
    .addColumn('tries', 'integer', (c) => c.notNull())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('next_attempt_at', 'bigint')
    .addColumn('generation', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('renewed_at', 'bigint')
    .addUniqueConstraint('delivery_webhook_sequence', ['webhook_id', 'sequence'])
    .execute();
  // Most have been delivered: only what has not is looked for by these.
  await sql`create index delivery_untried on delivery (webhook_id, sequence)
    where attempts = 0 and next_attempt_at is not null`.execute(db);
  await sql`create index delivery_due on delivery (webhook_id, next_attempt_at, sequence)
    where next_attempt_at is not null`.execute(db);
  await sql`create index delivery_renewed on delivery (webhook_id, renewed_at, position)
    where renewed_at is not null`.execute(db);
  await sql`create index delivery_undelivered on delivery (webhook_id, status, sequence)
    where status <> 'DELIVERED'`.execute(db);

  await db.schema
    .createTable('delivery_attempt')
    .addColumn('delivery_id', text, (c) => c.notNull())
    .addColumn('number', 'integer', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('duration_ms', 'integer', (c) => c.notNull())
    .addColumn('response_status', 'integer')
    .addColumn('response_excerpt', text)
    .addColumn('error', text)
    .addPrimaryKeyConstraint('delivery_attempt_pk', ['delivery_id', 'number'])
    .execute();

  await db.schema
    .createTable('leadership')
    .addColumn('task', text, (c) => c.primaryKey())
    .addColumn('leader', text, (c) => c.notNull())
    .addColumn('beat', 'bigint', (c) => c.notNull())
    .execute();
}
