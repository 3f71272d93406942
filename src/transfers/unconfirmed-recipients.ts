/** Who has not confirmed: whom a reminder and the end of a transfer tell of. */
import type { WriteTransaction } from '../database/index.ts';
import type { UnconfirmedRecipient } from '../domain/transfer.ts';

/** In the order that the sender gave. */
export async function findUnconfirmed(
  tx: WriteTransaction,
  transferId: string,
): Promise<UnconfirmedRecipient[]> {
  const rows = await tx
    .selectFrom('transfer_party')
    .select(['party_id', 'status'])
    .where('transfer_id', '=', transferId)
    .where('role', '=', 'RECIPIENT')
    .where('status', '<>', 'DOWNLOAD_CONFIRMED')
    .orderBy('position')
    .execute();
  return rows.map(({ party_id: party, status }) => ({ party, status }));
}
