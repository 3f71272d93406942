/** A log that takes a while to count: what happened once is copied many times, as if other transfers had gone the same way. */
import { randomUUID } from 'node:crypto';
import type { Database, Tables, WriteTransaction } from '../../src/database/index.ts';

/** As many as a statement takes values for, whatever the table. */
const ROWS_AT_ONCE = 500;

/** Answers the position of the last event. */
export async function copyLog(database: Database, times: number): Promise<number> {
  const { transfers, parties, files, events } = await database.read(async (db) => ({
    transfers: await db.selectFrom('transfer').selectAll().execute(),
    parties: await db.selectFrom('transfer_party').selectAll().execute(),
    files: await db.selectFrom('file').selectAll().execute(),
    events: await db.selectFrom('event').selectAll().orderBy('position').execute(),
  }));
  for (let time = 1; time <= times; time += 1) {
    const ids = new Map(transfers.map(({ id }) => [id, randomUUID()]));
    const idOf = (id: string) => ids.get(id) ?? id;
    const before = events.length * time;
    await database.write(async (tx) => {
      await insert(
        tx,
        'transfer',
        transfers.map((row) => ({ ...row, id: idOf(row.id) })),
      );
      const ofCopy = <Row extends { readonly transfer_id: string }>(row: Row) => ({
        ...row,
        id: randomUUID(),
        transfer_id: idOf(row.transfer_id),
      });
      await insert(tx, 'transfer_party', parties.map(ofCopy));
      await insert(tx, 'file', files.map(ofCopy));
      const log = events.map((row) => ({ ...ofCopy(row), position: before + row.position }));
      await insert(tx, 'event', log);
      await tx
        .updateTable('history')
        .set({ log_end: before + events.length })
        .execute();
    });
  }
  return events.length * (times + 1);
}

async function insert<Name extends 'transfer' | 'transfer_party' | 'file' | 'event'>(
  tx: WriteTransaction,
  table: Name,
  rows: readonly Tables[Name][],
): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    await tx
      .insertInto(table)
      .values(rows.slice(start, start + ROWS_AT_ONCE) as never)
      .execute();
  }
}
