/**
 * Statistics lie by day, where a database can keep rows in order: what is counted at a time is written side by side, and
 * what is asked of an owner is read so. Others than owners find theirs by an index, which holds no sums, since these change.
 * Nothing that was counted changes.
 */
import { type Kysely, sql } from 'kysely';
import type { ColumnType, ColumnTypes } from './column-types.ts';

type Columns = Readonly<Record<string, 'text' | 'integer' | 'bigint' | 'bigint?'>>;

interface Table {
  readonly name: string;
  readonly columns: Columns;
  /** What its rows are told apart by, in the order in which they lie. */
  readonly key: readonly string[];
  readonly indexes: readonly Index[];
}

/**
 * What is asked for leaves the generation to the end: a database that looks for it believes to find little of one by the
 * table's own key.
 */
interface Index {
  readonly name: string;
  readonly columns: readonly string[];
  /** Of which rows; of all where there is no condition. */
  readonly where?: string;
}

export async function up(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  // Whoever counts at the same time waits for this row, and then finds that its stretch is counted from another state.
  await sql`update statistics_generation set revision = revision + 1`.execute(db);
  for (const table of TABLES) {
    const name = sql.table(table.name);
    const copy = sql.table(`${table.name}_copy`);
    const columns = references(Object.keys(table.columns));
    await sql`create table ${copy} as select * from ${name}`.execute(db);
    await sql`drop table ${name}`.execute(db);
    await createTable(db, types, table);
    await sql`insert into ${name} (${columns})
      select ${columns} from ${copy} order by ${references(table.key)}`.execute(db);
    await sql`drop table ${copy}`.execute(db);
    // Many rows are put in an index faster at once than one by one.
    for (const index of table.indexes) await createIndex(db, table, index);
  }
}

async function createTable(
  db: Kysely<unknown>,
  { text, inKeyOrder }: ColumnTypes,
  { name, columns, key }: Table,
): Promise<void> {
  let table = db.schema.createTable(name);
  for (const [column, kind] of Object.entries(columns)) {
    const type: ColumnType = kind === 'text' ? text : kind === 'integer' ? 'integer' : 'bigint';
    table = table.addColumn(column, type, (c) => (kind === 'bigint?' ? c : c.notNull()));
  }
  // The builder knows only the columns that are named one by one.
  table = table.addPrimaryKeyConstraint(`${name}_pk`, key as never[]);
  await (inKeyOrder === undefined ? table : table.modifyEnd(inKeyOrder)).execute();
}

async function createIndex(
  db: Kysely<unknown>,
  table: Table,
  { name, columns, where }: Index,
): Promise<void> {
  await sql`create index ${sql.ref(`${table.name}_${name}`)} on ${sql.table(table.name)}
    (${references(columns)})
    ${sql.raw(where === undefined ? '' : `where ${where}`)}`.execute(db);
}

function references(columns: readonly string[]) {
  return sql.join(columns.map((column) => sql.ref(column)));
}

function integers(...names: readonly string[]): Columns {
  return Object.fromEntries(names.map((name) => [name, 'integer']));
}

const BY_RESOURCE = { day: 'integer', owner_id: 'text', resource_id: 'text' } as const;
const BY_SENDER = { ...BY_RESOURCE, sender_id: 'text', sender_vendor: 'text' } as const;
const BY_RECIPIENT = {
  ...BY_SENDER,
  recipient_id: 'text',
  recipient_vendor: 'text',
  is_only_recipient: 'integer',
} as const;

/** What became of a transfer; of several, how many of them. */
const OUTCOMES = [
  'uploaded',
  'published',
  'failed',
  'cancelled',
  'all_confirmed',
  'never_confirmed',
  'still_open',
] as const;

const SUMS: Columns = {
  ...integers(
    'transfers',
    ...OUTCOMES,
    'any_confirmed',
    'download_attempts',
    'downloads_started',
    'downloads_confirmed',
    'recipients_never_confirmed',
    ...Array.from({ length: 10 }, (_, bucket) => `confirmed_in_${bucket}`),
  ),
  bytes_uploaded: 'bigint',
};

const TRANSFER: Table = {
  name: 'statistics_transfer',
  columns: {
    generation: 'integer',
    transfer_id: 'text',
    ...BY_SENDER,
    recipients: 'integer',
    expires_at: 'bigint',
    published_at: 'bigint?',
    bytes_uploaded: 'bigint',
    ...integers(...OUTCOMES),
  },
  key: ['generation', 'transfer_id'],
  indexes: [
    // A transfer that expires before it is published leaves no event: these are looked at again when their time comes.
    {
      name: 'expiring',
      columns: ['generation', 'expires_at'],
      where: 'still_open = 1 and published = 0',
    },
    // Transfers that are counted one by one; one with one recipient is summed up whole.
    {
      name: 'shared_by_owner',
      columns: ['day', 'owner_id', 'resource_id', 'generation'],
      where: 'recipients > 1',
    },
    {
      name: 'shared_by_sender',
      columns: ['sender_id', 'day', 'generation'],
      where: 'recipients > 1',
    },
  ],
};

const RECIPIENT: Table = {
  name: 'statistics_recipient',
  columns: {
    generation: 'integer',
    transfer_id: 'text',
    ...BY_RECIPIENT,
    ...integers('download_attempts', 'started', 'confirmed', 'never_confirmed'),
    confirmed_after_ms: 'bigint?',
    waiting_since: 'bigint?',
  },
  key: ['generation', 'transfer_id', 'recipient_id'],
  indexes: [
    {
      name: 'shared_by_recipient',
      columns: ['recipient_id', 'day', 'transfer_id', 'generation'],
      where: 'is_only_recipient = 0',
    },
    // Medians are taken of the confirmations themselves: these hold all that is asked of them.
    confirmedBy('owner', ['day', 'owner_id', 'resource_id']),
    confirmedBy('sender', ['sender_id', 'day']),
    confirmedBy('recipient', ['recipient_id', 'day']),
    // It holds all that is asked of what waits, which is little at any one time.
    {
      name: 'waiting',
      columns: [
        'recipient_id',
        'owner_id',
        'sender_id',
        'resource_id',
        'is_only_recipient',
        'waiting_since',
        'transfer_id',
        'generation',
      ],
      where: 'waiting_since is not null',
    },
  ],
};

function confirmedBy(party: string, columns: readonly string[]): Index {
  const held = [...Object.keys(BY_RECIPIENT), 'confirmed_after_ms', 'generation'];
  return {
    name: `confirmed_by_${party}`,
    columns: [...new Set([...columns, ...held])],
    where: 'confirmed_after_ms is not null',
  };
}

/** Sums by what tells them apart, and the columns that parties find theirs by. */
function sums(name: string, told: Columns, ...parties: readonly string[]): Table {
  return {
    name,
    columns: { generation: 'integer', ...told, ...SUMS },
    key: ['generation', ...Object.keys(told)],
    indexes: parties.map((party) => ({
      name: `by_${party.replace('_id', '')}`,
      columns: [party, 'day', 'generation'],
    })),
  };
}

/** Few, so that they lie by owner: a period of all of its resources in one piece, and the days of one of them. */
function sumsOfResources(name: string): Table {
  return {
    ...sums(name, BY_RESOURCE),
    key: ['generation', 'owner_id', 'day', 'resource_id'],
    indexes: [{ name: 'by_resource', columns: ['generation', 'owner_id', 'resource_id', 'day'] }],
  };
}

const TABLES: readonly Table[] = [
  TRANSFER,
  RECIPIENT,
  sumsOfResources('statistics_resource_day'),
  sumsOfResources('statistics_resource_month'),
  sums('statistics_sender_day', BY_SENDER, 'sender_id'),
  sums('statistics_sender_month', BY_SENDER),
  // What a sender has here is where it has something in the sums by sender.
  sums('statistics_recipient_day', BY_RECIPIENT, 'recipient_id'),
];
