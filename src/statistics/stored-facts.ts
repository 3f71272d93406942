/** Facts as they are kept: loading them, and writing what has changed together with the sums and the position. */
import { type Selectable, sql } from 'kysely';
import {
  type Database,
  executePrepared,
  inPieces,
  type Queries,
  type TransferTable,
  type WriteTransaction,
} from '../database/index.ts';
import { toDay } from '../domain/calendar-day.ts';
import { groupBy } from '../domain/group-by.ts';
import type { PartyId } from '../domain/party-id.ts';
import type { Facts, RecipientFact, TransferFact } from './facts.ts';
import { type Generation, lockGeneration } from './generations.ts';
import { createSumChanges, references } from './sum-tables.ts';

/** What is read of a transfer that is new. */
export type NewTransfer = Pick<
  Selectable<TransferTable>,
  'id' | 'resource_id' | 'owner_id' | 'sender_id' | 'created_at' | 'expires_at'
>;

/** A transfer as it was counted and as it is counted from now on. */
export interface KnownAndNow {
  /** Undefined for a transfer of which no event had been counted yet. */
  readonly known: Facts | undefined;
  readonly now: Facts;
}

/** What is known of transfers; of those that are new, where `transfers` has them, what is known of new ones. */
export async function loadFacts(
  db: Queries,
  generation: number,
  ids: readonly string[],
  transfers: ReadonlyMap<string, NewTransfer>,
): Promise<ReadonlyMap<string, KnownAndNow>> {
  const known = new Map<string, TransferFact>();
  for (const fact of await findTransferFacts(db, generation, ids)) {
    known.set(fact.transfer_id, fact);
  }
  const recipients = groupBy(
    await findRecipientFacts(db, generation, [...known.keys()]),
    ({ transfer_id }) => transfer_id,
  );
  const fresh = ids.filter((id) => !known.has(id));
  const parties = groupBy(await findRecipients(db, fresh), ({ transfer_id }) => transfer_id);

  const facts = new Map<string, KnownAndNow>();
  for (const id of ids) {
    const fact = known.get(id);
    const transfer = transfers.get(id);
    if (fact !== undefined) {
      const before = { transfer: fact, recipients: byParty(recipients.get(id) ?? []) };
      facts.set(id, { known: before, now: copy(before) });
    } else if (transfer !== undefined) {
      const ids = (parties.get(id) ?? []).map(({ party_id }) => party_id);
      facts.set(id, { known: undefined, now: createFacts(generation, transfer, ids) });
    }
  }
  return facts;
}

function byParty(recipients: readonly RecipientFact[]): Map<PartyId, RecipientFact> {
  return new Map(recipients.map((recipient) => [recipient.recipient_id, recipient]));
}

function copy({ transfer, recipients }: Facts): Facts {
  return {
    transfer: { ...transfer },
    recipients: byParty([...recipients.values()].map((recipient) => ({ ...recipient }))),
  };
}

/** Of a transfer of which nothing has been counted. */
function createFacts(
  generation: number,
  transfer: NewTransfer,
  recipients: readonly PartyId[],
): Facts {
  const dimensions = {
    day: toDay(transfer.created_at),
    resource_id: transfer.resource_id,
    owner_id: transfer.owner_id,
    sender_id: transfer.sender_id,
    sender_vendor: transfer.sender_id,
  };
  return {
    transfer: {
      generation,
      transfer_id: transfer.id,
      ...dimensions,
      recipients: recipients.length,
      expires_at: transfer.expires_at,
      published_at: null,
      bytes_uploaded: 0,
      uploaded: 0,
      published: 0,
      failed: 0,
      cancelled: 0,
      all_confirmed: 0,
      never_confirmed: 0,
      still_open: 1,
    },
    recipients: byParty(
      recipients.map((recipient) => ({
        generation,
        transfer_id: transfer.id,
        recipient_id: recipient,
        ...dimensions,
        is_only_recipient: recipients.length === 1 ? 1 : 0,
        recipient_vendor: '',
        download_attempts: 0,
        started: 0,
        confirmed: 0,
        never_confirmed: 0,
        confirmed_after_ms: null,
        waiting_since: null,
      })),
    ),
  };
}

/**
 * Writes what has changed, and that everything up to `to` is counted, in one commit. False where somebody else has counted
 * since the generation was read: then nothing is written, and nothing counted twice.
 */
export async function writeChanges(
  database: Database,
  { generation, revision }: Generation,
  to: number,
  facts: readonly KnownAndNow[],
): Promise<boolean> {
  const sums = createSumChanges();
  for (const { known, now } of facts) {
    if (known !== undefined) sums.add(known, -1);
    sums.add(now, 1);
  }
  const transfers = facts
    .filter(({ known, now }) => differs(known?.transfer, now.transfer))
    .map(({ now }) => now.transfer);
  const recipients = facts.flatMap(({ known, now }) =>
    [...now.recipients.values()].filter((recipient) =>
      differs(known?.recipients.get(recipient.recipient_id), recipient),
    ),
  );
  return database.write(async (tx) => {
    const now = await lockGeneration(tx, generation);
    if (now?.revision !== revision) return false;
    await writeRows(tx, 'statistics_transfer', ['generation', 'transfer_id'], transfers);
    const key = ['generation', 'transfer_id', 'recipient_id'];
    await writeRows(tx, 'statistics_recipient', key, recipients);
    await sums.write(tx, generation);
    await tx
      .updateTable('statistics_generation')
      .set({ position: to, revision: revision + 1 })
      .where('generation', '=', generation)
      .execute();
    return true;
  });
}

function differs<T extends object>(known: T | undefined, now: T): boolean {
  return (
    known === undefined ||
    (Object.keys(now) as (keyof T)[]).some((column) => known[column] !== now[column])
  );
}

/** Rows by ids, asked for in pieces of few lengths. */
export async function findByIds<Row>(
  ids: readonly string[],
  ask: (piece: readonly { readonly id: string }[]) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const piece of inPieces(ids.map((id) => ({ id })))) rows.push(...(await ask(piece)));
  return rows;
}

/** For a list of ids that stand in a query. */
export function idOf({ id }: { readonly id: string }): string {
  return id;
}

function findTransferFacts(
  db: Queries,
  generation: number,
  ids: readonly string[],
): Promise<TransferFact[]> {
  return findByIds(ids, (piece) =>
    executePrepared(
      db,
      'facts of transfers',
      piece.map(({ id }) => ({ id, generation })),
      async (values) =>
        db
          .selectFrom('statistics_transfer')
          .selectAll()
          .where('generation', '=', values[0]?.generation ?? generation)
          .where('transfer_id', 'in', values.map(idOf)),
    ),
  );
}

function findRecipientFacts(
  db: Queries,
  generation: number,
  ids: readonly string[],
): Promise<RecipientFact[]> {
  return findByIds(ids, (piece) =>
    executePrepared(
      db,
      'facts of recipients',
      piece.map(({ id }) => ({ id, generation })),
      async (values) =>
        db
          .selectFrom('statistics_recipient')
          .selectAll()
          .where('generation', '=', values[0]?.generation ?? generation)
          .where('transfer_id', 'in', values.map(idOf)),
    ),
  );
}

function findRecipients(
  db: Queries,
  ids: readonly string[],
): Promise<{ transfer_id: string; party_id: PartyId }[]> {
  return findByIds(ids, (piece) =>
    executePrepared(db, 'recipients to count', piece, async (values) =>
      db
        .selectFrom('transfer_party')
        .select(['transfer_id', 'party_id'])
        .where('transfer_id', 'in', values.map(idOf))
        .where('role', '=', 'RECIPIENT'),
    ),
  );
}

/** Puts the rows in the place of those with their keys. */
async function writeRows(
  tx: WriteTransaction,
  name: string,
  key: readonly string[],
  rows: readonly (TransferFact | RecipientFact)[],
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  // Rows read from a database and rows made here name their columns in an order of their own.
  const columns = Object.keys(first).sort();
  const others = columns.filter((column) => !key.includes(column));
  const values = rows.map((row) => ({ ...row }) as Record<string, string | number | null>);
  for (const piece of inPieces(values)) {
    await executePrepared(tx, `write ${name}`, piece, async (values) => ({
      compile: () =>
        sql<never>`
          insert into ${sql.table(name)} (${references(columns)})
          values ${sql.join(
            values.map(
              (value) => sql`(${sql.join(columns.map((column) => sql.val(value[column])))})`,
            ),
          )}
          on conflict (${references(key)}) do update set ${sql.join(
            others.map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`),
          )}`.compile(tx),
    }));
  }
}
