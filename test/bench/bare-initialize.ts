/**
 * The limit of new transfers: a bare Node server that leaves the rows that our command leaves, in one durable transaction
 * per request. Its second argument is the database.
 */
import type { IncomingMessage } from 'node:http';
import BetterSqlite3 from 'better-sqlite3';
import { openSqliteDatabase } from '../../src/database/index.ts';
import type { PartyId } from '../../src/domain/party-id.ts';
import { createIdSource } from '../../src/id-source.ts';
import { createInserts } from './insert-rows.ts';
import { TIME_TO_LIVE_MS, VIEWER } from './population.ts';
import { insertConfiguration, insertTransfer } from './population-rows.ts';
import { serveBare } from './serve-bare.ts';

interface NewTransfer {
  readonly resourceId: string;
  readonly fileName: string;
  readonly sender: PartyId;
  readonly recipients: readonly PartyId[];
  readonly sendersReference: string;
  readonly properties: readonly { readonly key: string; readonly value: string }[];
}

const [, path = ''] = process.argv.slice(2);
const migrated = await openSqliteDatabase(path);
await migrated.close();
const database = new BetterSqlite3(path);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.pragma('foreign_keys = ON');
const insert = createInserts(database);
const source = createIdSource({ now: Date.now });
const ids = { next: () => source.next() };
const takePosition = database
  .prepare<[], number>('update history set log_end = log_end + 1 returning log_end')
  .pluck();
database.transaction(() => insertConfiguration(insert))();

const insertNew = database.transaction((input: NewTransfer): string => {
  const createdAt = Date.now();
  const { sender, recipients } = input;
  const id = ids.next();
  const first = {
    type: 'FILE_TRANSFER_INITIALIZED',
    at: createdAt,
    transferStatus: 'INITIALIZED',
    subject: sender,
    recipientStatus: null,
  } as const;
  const planned = {
    resource: input.resourceId,
    owner: VIEWER,
    sender,
    fileName: input.fileName,
    reference: input.sendersReference,
    properties: input.properties,
    createdAt,
    recipients: recipients.map((party) => ({ party, status: 'INITIALIZED' }) as const),
    events: [first],
  };
  insertTransfer(insert, ids, id, planned, (takePosition.get() ?? 1) - 1);
  const dueAt = createdAt + TIME_TO_LIVE_MS;
  insert('job', {
    kind: 'meet-deadline',
    subject: id,
    due_at: dueAt,
    wanted_at: dueAt,
    attempts: 0,
    last_error: null,
    lease: null,
  });
  return id;
});

serveBare(async (req, res) => {
  const id = insertNew.immediate(JSON.parse(await readText(req)) as NewTransfer);
  const upload = { url: `http://${req.headers.host}/uploads/${id}` };
  const made = { __typename: 'Transfer', id, status: 'INITIALIZED', upload };
  const body = JSON.stringify({ data: { initializeTransfer: made } });
  res.writeHead(200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
  });
  res.end(body);
});

async function readText(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
