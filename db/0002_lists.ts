/**
 * What keeps lists of transfers fast when there are many: copies of the transfer's own columns beside each of its parties,
 * under indexes that hold them in the order of a list. And the end of the log, from which positions are given.
 */
import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

export async function up(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema
    .alterTable('history')
    .addColumn('log_end', 'bigint', (c) => c.notNull().defaultTo(0))
    .execute();
  await sql`update history set log_end = coalesce((select max(position) from event), 0)`.execute(
    db,
  );

  await db.schema.dropIndex('transfer_party_by_party_id_created_at_transfer_id').execute();
  await db.schema.dropIndex('transfer_party_by_transfer_id_role_position').execute();
  await db.schema.alterTable('transfer_party').dropColumn('is_first').execute();
  for (const [name, type] of [
    ['resource_id', text],
    ['transfer_status', text],
    ['transfer_status_changed_at', 'bigint'],
    ['published_at', 'bigint'],
    ['expires_at', 'bigint'],
    ['reference_key', text],
  ] as const) {
    await db.schema.alterTable('transfer_party').addColumn(name, type).execute();
  }
  await sql`
    update transfer_party set
      resource_id = transfer.resource_id,
      transfer_status = transfer.status,
      transfer_status_changed_at = transfer.status_changed_at,
      published_at = transfer.published_at,
      expires_at = transfer.expires_at
    from transfer where transfer.id = transfer_party.transfer_id`.execute(db);
  await fillReferenceKeys(db as Kysely<Referenced>);

  // Each goes up to the order of the list that it serves, and on with what a filter may ask of its entries.
  const byParty = (name: string, columns: readonly string[], more: readonly string[] = []) =>
    db.schema
      .createIndex(`transfer_party_${name}`)
      .on('transfer_party')
      .columns(['party_id', 'role', ...columns, 'transfer_id', ...more]);
  const [created, published, changed, expires] = [
    'created_at',
    'published_at',
    'transfer_status_changed_at',
    'expires_at',
  ] as const;
  const selections = ['transfer_status', 'resource_id', 'reference_key'];
  await byParty('by_creation', [created], [published, changed, expires]).execute();
  await byParty(
    'by_publication',
    [published],
    [created, changed, expires, ...selections],
  ).execute();
  await byParty(
    'by_status_change',
    [changed],
    [created, published, expires, ...selections],
  ).execute();
  await byParty('by_expiry', [expires], [created, published, changed]).execute();
  await byParty('in_status', ['transfer_status', created]).execute();
  await byParty('of_resource', ['resource_id', created]).execute();
  await byParty('of_reference', ['reference_key', created])
    .where(sql.ref('reference_key'), 'is not', null)
    .execute();
  await byParty('in_own_status', ['status', created])
    .where(sql.ref('role'), '=', sql.lit('RECIPIENT'))
    .execute();
}

interface Referenced {
  readonly transfer: { id: string; senders_reference: string | null };
  readonly transfer_party: { transfer_id: string; reference_key: string | null };
}

/** A reference may be longer than an entry of an index: its digest stands for it. */
async function fillReferenceKeys(db: Kysely<Referenced>): Promise<void> {
  const transfers = await db
    .selectFrom('transfer')
    .select(['id', 'senders_reference'])
    .where('senders_reference', 'is not', null)
    .execute();
  for (const { id, senders_reference } of transfers) {
    const digest = createHash('sha256').update(senders_reference ?? '');
    await db
      .updateTable('transfer_party')
      .set({ reference_key: digest.digest('base64url').slice(0, 16) })
      .where('transfer_id', '=', id)
      .execute();
  }
}
