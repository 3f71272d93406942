/** What lies on the disk of a broker that has stopped, against its database and what was sent. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { hasEnded, isAvailable, type TransferStatus } from '../../src/domain/transfer-status.ts';
import { digestOf, type TransferRecord } from './ledger.ts';
import { nameOf, type Run } from './run.ts';

/** Says whose files these are; no file of a transfer. */
const NO_FILE = 'storage-id';

interface FileRow {
  readonly id: string;
  readonly transfer_id: string;
  readonly status: TransferStatus;
  readonly sha256: string | null;
  readonly file_deleted_at: number | null;
}

/** No file without a live transfer, no live transfer without its file, and each holds what was sent. Answers how many there are. */
export async function checkFiles(run: Run, dataDir: string): Promise<number> {
  const accuse = (what: string) => run.violations.add('the files', what);
  const rows = readRows(dataDir, accuse);
  const folder = join(dataDir, 'files');
  const rowsByPath = new Map(rows.map((row) => [join(row.id.slice(-2), row.id), row]));
  const found = new Set<string>();
  for (const path of await listFiles(folder)) {
    if (path === NO_FILE) continue;
    const row = rowsByPath.get(path);
    if (row === undefined) accuse(`${path} is of no transfer`);
    else if (hasEnded(row.status))
      accuse(`${path} is of transfer ${row.transfer_id}, ${row.status}`);
    else found.add(path);
  }
  const records = new Map(run.records.map((record) => [record.transfer?.id, record]));
  for (const [path, row] of rowsByPath) {
    const record = records.get(row.transfer_id);
    if (record === undefined) accuse(`Transfer ${row.transfer_id} was never asked for`);
    else await compareFile(run, record, row, found.has(path) ? join(folder, path) : undefined);
  }
  return found.size;
}

async function compareFile(
  run: Run,
  record: TransferRecord,
  row: FileRow,
  path: string | undefined,
): Promise<void> {
  const accuse = (what: string) => run.violations.add(nameOf(record), what, record.journal);
  if (hasEnded(row.status)) return;
  const file = path === undefined ? undefined : await digestFile(path);
  const size = file?.size ?? 0;
  if (isAvailable(row.status)) {
    const sha256 = file?.sha256 ?? digestOf('sha256', Buffer.alloc(0));
    if (row.sha256 !== record.sha256) accuse(`Its SHA-256 in the database is ${row.sha256}`);
    if (sha256 !== record.sha256) accuse(`Its file on the disk has the SHA-256 ${sha256}`);
    if (row.file_deleted_at !== null) accuse('Its file counts as deleted');
  } else {
    const sent = digestOf('sha256', record.content.subarray(0, size));
    if (size < record.known.offset) accuse(`${size} of ${record.known.offset} bytes are stored`);
    if (file !== undefined && file.sha256 !== sent) accuse('Its upload holds wrong bytes');
  }
}

interface FileDigest {
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

async function digestFile(path: string): Promise<FileDigest> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(path)) {
    size += chunk.length;
    hash.update(chunk);
  }
  return { size, sha256: hash.digest('hex') };
}

function readRows(dataDir: string, accuse: (what: string) => void): FileRow[] {
  const database = new SqliteDatabase(join(dataDir, 'ferje.sqlite'), { readonly: true });
  try {
    const integrity = database.pragma('integrity_check', { simple: true });
    if (integrity !== 'ok') accuse(`The database is broken: ${integrity}`);
    return database
      .prepare(
        `select file.id, file.transfer_id, file.sha256, transfer.status, transfer.file_deleted_at
         from file join transfer on transfer.id = file.transfer_id`,
      )
      .all() as FileRow[];
  } finally {
    database.close();
  }
}

/** Paths of everything that is no folder. */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
}
