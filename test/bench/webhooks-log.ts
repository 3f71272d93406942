/** A log for webhooks: transfers that one party has sent to many, and what each of these is told of them. */
import BetterSqlite3 from 'better-sqlite3';
import type { PartyId } from '../../src/domain/party-id.ts';
import type { EventRow } from '../../src/events/index.ts';
import { createInserts } from './insert-rows.ts';
import { BEGINNING, PARTIES, type PlannedTransfer, RESOURCES, VIEWER } from './population.ts';
import { createIds, insertConfiguration, insertTransfer } from './population-rows.ts';

/** It has sent everything. */
export const SENDER = PARTIES[2] ?? VIEWER;
/** Each gets as many of the transfers. */
export const RECIPIENTS: readonly PartyId[] = PARTIES.slice(-20);
/** A transfer has as many events as recipients, so that all recipients together are told as often as its sender is. */
const EVENTS = [
  'FILE_TRANSFER_INITIALIZED',
  'UPLOAD_STARTED',
  'UPLOAD_PROCESSING',
  'PUBLISHED',
] as const;

/** Fills the log of a running broker that has none; answers how many events there are. */
export function fillLog(path: string, transfers: number): number {
  const database = new BetterSqlite3(path);
  const insert = createInserts(database);
  const logEnd = database.transaction(() => {
    insertConfiguration(insert);
    let end = 0;
    for (let n = 0; n < transfers; n += 1) {
      const planned = plan(n);
      const ids = createIds(n);
      end = insertTransfer(insert, ids, ids.next(planned.createdAt), planned, end);
    }
    database.prepare('update history set log_end = ?').run(end);
    return end;
  })();
  database.close();
  return logEnd;
}

function plan(n: number): PlannedTransfer {
  const createdAt = BEGINNING + n * 1000;
  const first = n * EVENTS.length;
  const recipients = EVENTS.map((_, at) => RECIPIENTS[(first + at) % RECIPIENTS.length] ?? VIEWER);
  return {
    resource: RESOURCES[0]?.id ?? '',
    owner: VIEWER,
    sender: SENDER,
    fileName: `Payroll Q3 ${n}.pdf`,
    reference: `order ${n}`,
    properties: [],
    createdAt,
    recipients: recipients.map((party) => ({ party, status: 'INITIALIZED' })),
    events: EVENTS.map((type, at) => ({
      type,
      at: createdAt + at,
      transferStatus: type === 'FILE_TRANSFER_INITIALIZED' ? 'INITIALIZED' : type,
      subject: type === 'PUBLISHED' ? null : SENDER,
      recipientStatus: null,
    })),
  };
}

/** What concerns a party, in log order. */
export function readConcerns(path: string, party: PartyId): EventRow[] {
  const database = new BetterSqlite3(path, { readonly: true });
  const rows = database
    .prepare<[string], EventRow>(
      `select event.* from event join event_party using (position)
        where party_id = ? order by position`,
    )
    .all(party);
  database.close();
  return rows;
}
