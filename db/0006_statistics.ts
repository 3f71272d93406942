/**
 * Statistics, counted by a reader of the event log: what is known of each transfer and of each of its recipients, and sums
 * of it by day and by month. None of it refers to other tables: what was counted stays when rows are deleted. All of it
 * belongs to a generation, so that it can be counted anew beside what is in use. And what was asked to be exported.
 */
import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** What is summed up. */
const COUNTS = [
  'transfers',
  'uploaded',
  'published',
  'failed',
  'cancelled',
  'all_confirmed',
  'never_confirmed',
  'still_open',
  'any_confirmed',
  'download_attempts',
  'downloads_started',
  'downloads_confirmed',
  'recipients_never_confirmed',
  ...Array.from({ length: 10 }, (_, bucket) => `confirmed_in_${bucket}`),
];

export async function up(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('statistics_generation')
    .addColumn('generation', 'integer', (c) => c.primaryKey())
    .addColumn('position', 'bigint', (c) => c.notNull())
    .addColumn('revision', 'bigint', (c) => c.notNull())
    .addColumn('is_in_use', 'integer', (c) => c.notNull())
    .execute();
  await sql`insert into statistics_generation (generation, position, revision, is_in_use) values (1, 0, 0, 1)`.execute(
    db,
  );

  await db.schema
    .createTable('statistics_transfer')
    .addColumn('generation', 'integer', (c) => c.notNull())
    .addColumn('transfer_id', text, (c) => c.notNull())
    .addColumn('day', 'integer', (c) => c.notNull())
    .addColumn('resource_id', text, (c) => c.notNull())
    .addColumn('owner_id', text, (c) => c.notNull())
    .addColumn('sender_id', text, (c) => c.notNull())
    .addColumn('sender_vendor', text, (c) => c.notNull())
    .addColumn('recipients', 'integer', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('published_at', 'bigint')
    .addColumn('bytes_uploaded', 'bigint', (c) => c.notNull())
    .addColumn('uploaded', 'integer', (c) => c.notNull())
    .addColumn('published', 'integer', (c) => c.notNull())
    .addColumn('failed', 'integer', (c) => c.notNull())
    .addColumn('cancelled', 'integer', (c) => c.notNull())
    .addColumn('all_confirmed', 'integer', (c) => c.notNull())
    .addColumn('never_confirmed', 'integer', (c) => c.notNull())
    .addColumn('still_open', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('statistics_transfer_pk', ['generation', 'transfer_id'])
    .execute();
  // A transfer that expires before it is published leaves no event: these are looked at again when their time comes.
  await sql`create index statistics_transfer_expiring on statistics_transfer (generation, expires_at)
    where still_open = 1 and published = 0`.execute(db);

  await db.schema
    .createTable('statistics_recipient')
    .addColumn('generation', 'integer', (c) => c.notNull())
    .addColumn('transfer_id', text, (c) => c.notNull())
    .addColumn('recipient_id', text, (c) => c.notNull())
    .addColumn('day', 'integer', (c) => c.notNull())
    .addColumn('resource_id', text, (c) => c.notNull())
    .addColumn('owner_id', text, (c) => c.notNull())
    .addColumn('sender_id', text, (c) => c.notNull())
    .addColumn('sender_vendor', text, (c) => c.notNull())
    .addColumn('is_only_recipient', 'integer', (c) => c.notNull())
    .addColumn('recipient_vendor', text, (c) => c.notNull())
    .addColumn('download_attempts', 'integer', (c) => c.notNull())
    .addColumn('started', 'integer', (c) => c.notNull())
    .addColumn('confirmed', 'integer', (c) => c.notNull())
    .addColumn('never_confirmed', 'integer', (c) => c.notNull())
    .addColumn('confirmed_after_ms', 'bigint')
    .addColumn('waiting_since', 'bigint')
    .addPrimaryKeyConstraint('statistics_recipient_pk', [
      'generation',
      'transfer_id',
      'recipient_id',
    ])
    .execute();
  for (const column of ['recipient_id', 'sender_id', 'owner_id']) {
    const [short] = column.split('_');
    // Who shares a transfer with others is found by these; a transfer with one recipient is summed up whole.
    await sql`create index ${sql.ref(`statistics_recipient_shared_by_${short}`)} on statistics_recipient
      (generation, ${sql.ref(column)}, day, transfer_id) where is_only_recipient = 0`.execute(db);
    // Medians are taken of the confirmations themselves.
    await sql`create index ${sql.ref(`statistics_recipient_confirmed_by_${short}`)} on statistics_recipient
      (generation, ${sql.ref(column)}, day) where confirmed_after_ms is not null`.execute(db);
  }
  // It holds all that is asked of what waits, which is little at any one time.
  await sql`create index statistics_recipient_waiting on statistics_recipient
    (generation, recipient_id, owner_id, sender_id, resource_id, is_only_recipient, waiting_since, transfer_id)
    where waiting_since is not null`.execute(db);

  await db.schema
    .createTable('export')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('request', text, (c) => c.notNull())
    .addColumn('party_id', text, (c) => c.notNull())
    .addColumn('sees_as', text, (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createIndex('export_by_expires_at')
    .on('export')
    .columns(['expires_at'])
    .execute();

  const bySender = ['resource_id', 'day', 'sender_id', 'sender_vendor'];
  for (const span of ['day', 'month']) {
    await createSums(db, text, `statistics_resource_${span}`, ['resource_id', 'day'], []);
    await createSums(db, text, `statistics_sender_${span}`, bySender, ['sender_id']);
  }
  // By month there would be hardly fewer of these.
  const byRecipient = [...bySender, 'recipient_id', 'recipient_vendor', 'is_only_recipient'];
  const parties = ['sender_id', 'recipient_id'];
  await createSums(db, text, 'statistics_recipient_day', byRecipient, parties);
}

/** A table of sums: one row for each combination of the columns of its key, and an index for each party that asks. */
async function createSums(
  db: Kysely<unknown>,
  text: ColumnTypes['text'],
  name: string,
  key: readonly string[],
  parties: readonly string[],
): Promise<void> {
  let table = db.schema
    .createTable(name)
    .addColumn('generation', 'integer', (c) => c.notNull())
    .addColumn('owner_id', text, (c) => c.notNull());
  for (const column of key) {
    const isNumber = column === 'day' || column === 'is_only_recipient';
    table = table.addColumn(column, isNumber ? 'integer' : text, (c) => c.notNull());
  }
  for (const column of COUNTS) table = table.addColumn(column, 'integer', (c) => c.notNull());
  await table
    .addColumn('bytes_uploaded', 'bigint', (c) => c.notNull())
    // The builder knows only the columns that are named one by one.
    .addPrimaryKeyConstraint(`${name}_pk`, ['generation', ...(key as 'generation'[])])
    .execute();
  for (const column of ['owner_id', ...parties]) {
    await sql`create index ${sql.ref(`${name}_by_${column}`)} on ${sql.table(name)}
      (generation, ${sql.ref(column)}, day)`.execute(db);
  }
}
