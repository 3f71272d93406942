/** The tables of sums: what each tells apart, and what changed facts change in it. */
import { sql } from 'kysely';
import {
  executePrepared,
  inPieces,
  type Tables,
  type WriteTransaction,
} from '../database/index.ts';
import { toFirstOfMonth } from '../domain/calendar-day.ts';
import { type Facts, type RecipientFact, sumUp, sumUpFor, type TransferFact } from './facts.ts';
import {
  addSums,
  createSums,
  SUM_COLUMNS,
  SUM_INDEX,
  type SumColumn,
  type Sums,
} from './sum-columns.ts';

/** A column that tells rows of a table apart, besides the period. */
type TellingColumn = Exclude<
  keyof Tables['statistics_recipient_day'],
  SumColumn | 'generation' | 'day' | 'owner_id'
>;

/** The period is a day, or a month by its first day. The owner follows from the resource. */
export interface SumTable {
  readonly name: keyof Tables;
  readonly span: 'day' | 'month';
  readonly tells: readonly TellingColumn[];
}

function sumTable<Name extends keyof Tables>(
  name: Name,
  span: SumTable['span'],
  tells: readonly TellingColumn[],
) {
  return { name, span, tells } as const;
}

const BY_RESOURCE = ['resource_id'] as const;
const BY_SENDER = ['resource_id', 'sender_id', 'sender_vendor'] as const;
const BY_RECIPIENT = [
  ...BY_SENDER,
  'recipient_id',
  'recipient_vendor',
  'is_only_recipient',
] as const;

/** All tables of sums. In those by recipient a transfer counts once for each of its recipients. */
export const SUM_TABLES = {
  resource: {
    day: sumTable('statistics_resource_day', 'day', BY_RESOURCE),
    month: sumTable('statistics_resource_month', 'month', BY_RESOURCE),
  },
  sender: {
    day: sumTable('statistics_sender_day', 'day', BY_SENDER),
    month: sumTable('statistics_sender_month', 'month', BY_SENDER),
  },
  recipient: { day: sumTable('statistics_recipient_day', 'day', BY_RECIPIENT) },
} as const;
export type Grain = keyof typeof SUM_TABLES;

/** The columns of a table's key, in the order in which its rows lie; those of resources lie by owner first. */
export function keyOf({ tells }: SumTable): readonly string[] {
  return ['generation', 'day', 'owner_id', ...tells];
}

interface Change {
  /** Day, owner, and what else tells it apart. */
  readonly key: readonly (string | number)[];
  readonly sums: Sums;
}

/** Collects what facts add to sums, and what they added before. */
export interface SumChanges {
  add(facts: Facts, times: 1 | -1): void;
  write(tx: WriteTransaction, generation: number): Promise<void>;
}

export function createSumChanges(): SumChanges {
  const tables = new Map<SumTable, Map<string, Change>>();

  function addTo(
    grain: Grain,
    fact: Partial<RecipientFact> & Pick<TransferFact, 'day' | 'owner_id'>,
    sums: Sums,
    times: 1 | -1,
  ): void {
    for (const table of Object.values<SumTable>(SUM_TABLES[grain])) {
      const day = table.span === 'day' ? fact.day : toFirstOfMonth(fact.day);
      const key = [day, fact.owner_id, ...table.tells.map((column) => fact[column] ?? '')];
      let changes = tables.get(table);
      if (changes === undefined) {
        changes = new Map();
        tables.set(table, changes);
      }
      // No id has a space in it.
      const id = key.join(' ');
      let change = changes.get(id);
      if (change === undefined) {
        change = { key, sums: createSums() };
        changes.set(id, change);
      }
      addSums(change.sums, sums, times);
    }
  }

  return {
    add(facts, times) {
      const { transfer, recipients } = facts;
      const whole = sumUp(facts);
      addTo('resource', transfer, whole, times);
      addTo('sender', transfer, whole, times);
      for (const recipient of recipients.values()) {
        addTo('recipient', recipient, sumUpFor(transfer, recipient), times);
      }
    },
    async write(tx, generation) {
      for (const [table, changes] of tables) {
        const changed = [...changes.entries()]
          .filter(([, { sums }]) => sums.some((sum) => sum !== 0))
          // What lies side by side in the table is written one after the other.
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([, change]) => change);
        await addToTable(tx, table, generation, changed);
        const fewer = changed.filter(({ sums }) => (sums[SUM_INDEX.transfers] ?? 0) < 0);
        await dropEmpty(tx, table, generation, fewer);
      }
    },
  };
}

async function addToTable(
  tx: WriteTransaction,
  table: SumTable,
  generation: number,
  changes: readonly Change[],
): Promise<void> {
  const { name } = table;
  const columns = [...keyOf(table), ...SUM_COLUMNS];
  const rows = changes.map(({ key, sums }) => toRow(columns, generation, key, sums));
  for (const piece of inPieces(rows)) {
    await executePrepared(tx, `add to ${name}`, piece, async (values) => ({
      compile: () =>
        sql<never>`
          insert into ${sql.table(name)} (${references(columns)})
          values ${sql.join(values.map((value) => sql`(${valuesOf(value, columns)})`))}
          on conflict (${references(keyOf(table))}) do update set ${sql.join(
            SUM_COLUMNS.map(
              (column) =>
                sql`${sql.ref(column)} = ${sql.ref(`${name}.${column}`)} + ${sql.ref(`excluded.${column}`)}`,
            ),
          )}`.compile(tx),
    }));
  }
}

/** The values by the names of their columns, one after the other. */
function toRow(
  columns: readonly string[],
  generation: number,
  ...lists: readonly ArrayLike<string | number>[]
): Record<string, string | number> {
  const row: Record<string, string | number> = { generation };
  let at = 1;
  for (const list of lists) {
    for (let index = 0; index < list.length; index += 1) {
      row[columns[at] ?? ''] = list[index] ?? 0;
      at += 1;
    }
  }
  return row;
}

/** Of rows from which transfers were taken away, those that have none left: a first download moves one to its vendor. */
async function dropEmpty(
  tx: WriteTransaction,
  table: SumTable,
  generation: number,
  changes: readonly Change[],
): Promise<void> {
  const { name } = table;
  const columns = keyOf(table);
  const rows = changes.map(({ key }) => toRow(columns, generation, key, []));
  for (const piece of inPieces(rows)) {
    await executePrepared(tx, `drop empty of ${name}`, piece, async (values) => ({
      compile: () =>
        sql<never>`
          delete from ${sql.table(name)}
          where transfers = 0 and (${references(columns)}) in (${sql.join(
            values.map((value) => sql`(${valuesOf(value, columns)})`),
          )})`.compile(tx),
    }));
  }
}

function valuesOf(row: Readonly<Record<string, unknown>>, columns: readonly string[]) {
  return sql.join(columns.map((column) => sql.val(row[column])));
}

/** Names of columns, as a list. */
export function references(columns: readonly string[]) {
  return sql.join(columns.map((column) => sql.ref(column)));
}
