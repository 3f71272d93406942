import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Kysely, Migrator, sql } from 'kysely';
import { expect, test } from 'vitest';
import { createMigrations } from '../../db/index.ts';
import { openSqliteDatabase, type Queries, type Tables } from '../../src/database/index.ts';
import { SQLITE_COLUMN_TYPES } from '../../src/database/sqlite-database.ts';
import { SqliteDialect } from '../../src/database/sqlite-dialect.ts';
import type { StatisticsSums } from '../../src/database/tables.ts';
import type { PartyId } from '../../src/domain/party-id.ts';
import { makeTemporaryFolder } from '../support/temporary-folder.ts';

/** The database as the version left it that this was the last migration of. */
async function openAfter<T>(path: string, migration: string): Promise<Kysely<T>> {
  const db = new Kysely<T>({
    dialect: new SqliteDialect({ path, readonly: false, connections: 1 }),
  });
  const migrations = createMigrations(SQLITE_COLUMN_TYPES);
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateTo(migration);
  if (error !== undefined) throw error;
  return db;
}

/** A database as the first version left it: one transfer with a reference, one without, and three events. */
async function makeFirstVersion(path: string): Promise<void> {
  const db = await openAfter<unknown>(path, '0001_transfers');
  await sql`insert into service_owner values ('o', 'owner', 'Owner', 1)`.execute(db);
  await sql`insert into resource
    (id, owner_id, max_transfer_size, time_to_live_ms, purge_after_all_confirmed, purge_grace_ms, virus_scan, compute_md5,
     open_to_send, open_to_receive, created_at)
    values ('channel', 'owner', 1, 1, 1, 1, 'OPTIONAL', 0, 1, 1, 1)`.execute(db);
  for (const [id, reference, status, name, recipients] of [
    ['t1', 'case 17', 'PUBLISHED', 'a', 2],
    ['t2', null, 'CANCELLED', `${'å'.repeat(23)}😀.pdf`, 21],
  ] as const) {
    await sql`insert into transfer
      (id, resource_id, owner_id, sender_id, file_name, file_name_folded, senders_reference, status, status_changed_at,
       created_at, published_at, expires_at, max_size, purge_after_all_confirmed, purge_grace_ms, virus_scan, compute_md5,
       scan_status, recipients_total, recipients_started, recipients_confirmed)
      values (${id}, 'channel', 'owner', 'sender', 'A', ${name}, ${reference}, ${status}, 20, 10,
       ${status === 'PUBLISHED' ? 15 : null}, 99, 1, 1, 1, 'OPTIONAL', 0, 'SKIPPED', ${recipients}, 2, 1)`.execute(
      db,
    );
    for (const [role, isFirst] of [
      ['SENDER', 1],
      ['RECIPIENT', 0],
    ] as const) {
      await sql`insert into transfer_party
        (id, transfer_id, party_id, role, is_first, position, created_at, status, status_changed_at)
        values (${`${id}-${role}`}, ${id}, 'party', ${role}, ${isFirst}, 0, 10, 'INITIALIZED', 10)`.execute(
        db,
      );
    }
  }
  for (const position of [1, 2, 3]) {
    await sql`insert into event
      (position, id, type, time, transfer_id, transfer_status, status_text, resource_id, sender_id, owner_id)
      values (${position}, ${`e${position}`}, 'PUBLISHED', 10, 't1', 'PUBLISHED', '', 'channel', 'sender', 'owner')`.execute(
      db,
    );
  }
  await db.destroy();
}

test('a database of the first version goes on with its lists and its log', async () => {
  await using folder = await makeTemporaryFolder();
  const path = join(folder.path, 'ferje.sqlite');
  await makeFirstVersion(path);
  const database = await openSqliteDatabase(path);
  const [parties, history] = await database.read(async (db) => [
    await db.selectFrom('transfer_party').selectAll().orderBy('id').execute(),
    await db.selectFrom('history').selectAll().executeTakeFirstOrThrow(),
  ]);
  expect(history.log_end).toBe(3);
  const inBoth = { resource_id: 'channel', transfer_status_changed_at: 20, expires_at: 99 };
  const key = createHash('sha256').update('case 17').digest('base64url').slice(0, 16);
  const first = {
    ...inBoth,
    transfer_status: 'PUBLISHED',
    published_at: 15,
    reference_key: key,
    file_name_beginning: 'a',
    // Some have begun, some have confirmed, and none is left that has not begun.
    recipient_statuses: 2 + 4,
  };
  const second = {
    ...inBoth,
    transfer_status: 'CANCELLED',
    published_at: null,
    reference_key: null,
    file_name_beginning: `${'å'.repeat(23)}😀`,
  };
  expect(parties).toMatchObject([
    { ...first, role: 'RECIPIENT' },
    { ...first, role: 'SENDER' },
    { ...second, role: 'RECIPIENT', recipient_statuses: null },
    { ...second, role: 'SENDER', recipient_statuses: 1 + 2 + 4 },
  ]);
  await database.close();
});

test('transfers of an earlier version that have not ended get the deadlines that they have', async () => {
  await using folder = await makeTemporaryFolder();
  const path = join(folder.path, 'ferje.sqlite');
  const before = await openAfter<unknown>(path, '0003_list_filters');
  await sql`insert into service_owner values ('o', 'owner', 'Owner', 1)`.execute(before);
  await sql`insert into resource
    (id, owner_id, max_transfer_size, time_to_live_ms, purge_after_all_confirmed, purge_grace_ms, virus_scan, compute_md5,
     open_to_send, open_to_receive, created_at)
    values ('channel', 'owner', 1, 1, 1, 1, 'OPTIONAL', 0, 1, 1, 1)`.execute(before);
  const day = 86_400_000;
  const expiry = 30 * day;
  /** Status, purge flag, reminder, start and last byte of the upload; and the deadline that follows. */
  const cases: readonly [
    string,
    number,
    number | null,
    number | null,
    number | null,
    number | null,
  ][] = [
    ['INITIALIZED', 1, 3 * day, null, null, expiry],
    ['UPLOAD_STARTED', 1, 3 * day, 5, null, day + 5],
    ['UPLOAD_STARTED', 1, 3 * day, 5, 9, day + 9],
    ['UPLOAD_STARTED', 1, 3 * day, 5, expiry - 1, expiry],
    ['UPLOAD_PROCESSING', 1, 3 * day, 5, 9, expiry],
    ['PUBLISHED', 1, 3 * day, 5, 9, 27 * day],
    ['PUBLISHED', 1, null, 5, 9, expiry],
    ['ALL_CONFIRMED_DOWNLOADED', 1, 3 * day, 5, 9, 20 + 7],
    ['ALL_CONFIRMED_DOWNLOADED', 0, 3 * day, 5, 9, expiry],
    ['CANCELLED', 1, 3 * day, 5, 9, null],
    ['PURGED', 1, 3 * day, 5, 9, null],
    ['FAILED', 1, 3 * day, 5, 9, null],
  ];
  for (const [index, [status, purges, reminder, started, lastByte]] of cases.entries()) {
    const id = `t${String(index).padStart(2, '0')}`;
    await sql`insert into transfer
      (id, resource_id, owner_id, sender_id, file_name, file_name_folded, status, status_changed_at, created_at, expires_at,
       max_size, purge_after_all_confirmed, purge_grace_ms, expiry_reminder_ms, virus_scan, compute_md5, scan_status,
       recipients_total, recipients_started, recipients_confirmed)
      values (${id}, 'channel', 'owner', 'sender', 'A', 'a', ${status}, 20, 1, ${expiry},
       1, ${purges}, 7, ${reminder}, 'OPTIONAL', 0, 'SKIPPED', 1, 0, 0)`.execute(before);
    await sql`insert into file (id, transfer_id, storage) values (${`f${id}`}, ${id}, 'disk')`.execute(
      before,
    );
    await sql`insert into upload (id, transfer_id, file_id, offset_flushed, started_at, last_byte_at)
      values (${`u${id}`}, ${id}, ${`f${id}`}, 0, ${started}, ${lastByte})`.execute(before);
  }
  await sql`insert into job (kind, subject, due_at, attempts) values ('delete-file', 't11', 4, 2)`.execute(
    before,
  );
  await before.destroy();

  const database = await openSqliteDatabase(path);
  const jobs = await database.read((db) =>
    db.selectFrom('job').selectAll().orderBy('subject').execute(),
  );
  await database.close();
  const waiting = { attempts: 0, last_error: null, lease: null };
  expect(jobs).toEqual([
    ...cases.flatMap(([, , , , , due], index) =>
      due === null
        ? []
        : [
            {
              kind: 'meet-deadline',
              subject: `t${String(index).padStart(2, '0')}`,
              due_at: due,
              wanted_at: due,
              ...waiting,
            },
          ],
    ),
    { kind: 'delete-file', subject: 't11', due_at: 4, wanted_at: 4, ...waiting, attempts: 2 },
  ]);
});

test('what was counted before statistics lay in order is what is counted after it', async () => {
  await using folder = await makeTemporaryFolder();
  const path = join(folder.path, 'ferje.sqlite');
  const before = await openAfter<Tables>(path, '0006_statistics');
  const dimensions = {
    generation: 1,
    resource_id: 'channel',
    owner_id: 'owner' as PartyId,
    sender_id: 'sender' as PartyId,
    sender_vendor: 'vendor' as PartyId,
  };
  const outcomes = {
    uploaded: 1,
    published: 1,
    failed: 0,
    cancelled: 0,
    all_confirmed: 0,
    never_confirmed: 0,
    still_open: 1,
  } as const;
  const spans = Array.from({ length: 10 }, (_, span) => [`confirmed_in_${span}`, span] as const);
  const sums = {
    ...outcomes,
    transfers: 3,
    any_confirmed: 4,
    download_attempts: 5,
    downloads_started: 6,
    downloads_confirmed: 7,
    recipients_never_confirmed: 8,
    ...Object.fromEntries(spans),
    bytes_uploaded: 50_000_000_000,
  } as unknown as StatisticsSums;
  // The later one first, and of a recipient that waits and of one that has confirmed.
  for (const [n, day] of [20_260_102, 20_260_101].entries()) {
    const party = { recipient_id: `r${n}` as PartyId, recipient_vendor: '' as const };
    const { sender_id: _sender, sender_vendor: _vendor, ...byResource } = dimensions;
    await before
      .insertInto('statistics_transfer')
      .values({
        ...dimensions,
        ...outcomes,
        day,
        transfer_id: `t${n}`,
        recipients: 2,
        expires_at: 9,
        published_at: n === 0 ? null : 5,
        bytes_uploaded: 60_000_000_000,
      })
      .execute();
    await before
      .insertInto('statistics_recipient')
      .values({
        ...dimensions,
        ...party,
        day,
        transfer_id: `t${n}`,
        is_only_recipient: 0,
        download_attempts: 2,
        started: 1,
        confirmed: n === 0 ? 0 : 1,
        never_confirmed: 0,
        confirmed_after_ms: n === 0 ? null : 70_000_000_000,
        waiting_since: n === 0 ? 80_000_000_000 : null,
      })
      .execute();
    for (const table of ['statistics_resource_day', 'statistics_resource_month'] as const) {
      await before
        .insertInto(table)
        .values({ ...byResource, ...sums, day })
        .execute();
    }
    for (const table of ['statistics_sender_day', 'statistics_sender_month'] as const) {
      await before
        .insertInto(table)
        .values({ ...dimensions, ...sums, day })
        .execute();
    }
    await before
      .insertInto('statistics_recipient_day')
      .values({ ...dimensions, ...sums, ...party, day, is_only_recipient: 1 })
      .execute();
  }
  const counted = await readStatistics(before);
  await before.destroy();

  const database = await openSqliteDatabase(path);
  expect(counted.map((rows) => rows.length)).toEqual(Array(7).fill(2));
  expect(await database.read(readStatistics)).toEqual(counted);
  await database.close();
});

/** All rows of all tables, by day. */
async function readStatistics(db: Queries): Promise<readonly (readonly object[])[]> {
  const tables = [
    'statistics_transfer',
    'statistics_recipient',
    'statistics_resource_day',
    'statistics_resource_month',
    'statistics_sender_day',
    'statistics_sender_month',
    'statistics_recipient_day',
  ] as const;
  const found: (readonly object[])[] = [];
  for (const table of tables) {
    found.push(await db.selectFrom(table).selectAll().orderBy('day').execute());
  }
  return found;
}
