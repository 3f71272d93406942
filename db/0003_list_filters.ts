/**
 * Beside each party of a transfer, what lists are narrowed by and what it took another row to know: the beginning of the
 * file name, and which statuses the recipients have. The indexes of the lists' orders hold both.
 */
import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

export async function up(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema.alterTable('transfer_party').addColumn('file_name_beginning', text).execute();
  await db.schema.alterTable('transfer_party').addColumn('recipient_statuses', 'integer').execute();
  const orders = ['by_creation', 'by_publication', 'by_status_change'];
  for (const name of orders) await db.schema.dropIndex(`transfer_party_${name}`).execute();

  // 1: some recipient has not begun; 2: some has begun and not confirmed; 4: some has confirmed.
  await sql`
    update transfer_party set
      file_name_beginning = substr(transfer.file_name_folded, 1, 24),
      recipient_statuses = case when role <> 'RECIPIENT' or recipients_total <= 20 then
        case when recipients_started < recipients_total then 1 else 0 end
        + case when recipients_confirmed < recipients_started then 2 else 0 end
        + case when recipients_confirmed > 0 then 4 else 0 end
      end
    from transfer where transfer.id = transfer_party.transfer_id`.execute(db);

  const byParty = (name: string, columns: readonly string[], more: readonly string[]) =>
    db.schema
      .createIndex(`transfer_party_${name}`)
      .on('transfer_party')
      .columns(['party_id', 'role', ...columns, 'transfer_id', ...more])
      .execute();
  const [created, published, changed, expires] = [
    'created_at',
    'published_at',
    'transfer_status_changed_at',
    'expires_at',
  ] as const;
  const selections = ['transfer_status', 'resource_id', 'reference_key'];
  const narrowed = ['recipient_statuses', 'file_name_beginning'];
  await byParty('by_creation', [created], [published, changed, expires, ...narrowed]);
  await byParty(
    'by_publication',
    [published],
    [created, changed, expires, ...selections, ...narrowed],
  );
  await byParty(
    'by_status_change',
    [changed],
    [created, published, expires, ...selections, ...narrowed],
  );
}
