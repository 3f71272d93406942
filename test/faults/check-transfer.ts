/** One transfer as the API shows it, against all that was acknowledged of it before it was asked for. */
import type { TransferStatus } from '../../src/domain/transfer-status.ts';
import { agrees, followHistory, type History, type HistoryFacts } from './check-history.ts';
import { type SeenTransfer, TRANSFER } from './documents.ts';
import {
  canBecome,
  digestOf,
  type Known,
  mayBePurgedEarly,
  noteEvents,
  noteOffset,
  noteRecipient,
  noteStatus,
  rankOf,
  type TransferRecord,
} from './ledger.ts';
import type { Life } from './lives.ts';
import { ask } from './requests.ts';
import { isShortLived } from './resource-kinds.ts';
import { accuse, attempt, note, type Run } from './run.ts';
import { fileNameOf } from './sender-acts.ts';

/** What is due is done within this time by a broker that runs. */
export const PATIENCE_MS = 3000;

/** A transfer and its history at one moment. */
export interface Look {
  readonly seen: SeenTransfer;
  readonly history: History;
  /** Nothing more happens to it unless somebody asks for it. */
  readonly isSettled: boolean;
}

/** Asks as the sender, who sees everything, and judges. Undefined where no answer came. */
export async function look(
  run: Run,
  life: Life,
  record: TransferRecord,
): Promise<Look | undefined> {
  const { transfer, known, sender } = record;
  if (transfer === undefined) return undefined;
  const answered = await attempt(run, life, 'look', () =>
    ask<{ transfer: SeenTransfer | null }>(run, life, sender, TRANSFER, { id: transfer.id }),
  );
  if (answered === undefined) return undefined;
  const { transfer: seen } = answered;
  if (seen === null) {
    run.acts.count('look', 'refused');
    accuse(run, record, 'An acknowledged transfer is not there');
    return undefined;
  }
  run.acts.count('look', 'acknowledged');
  const history = followHistory(
    seen.events.edges.map(({ node }) => node),
    factsOf(record, known, transfer.expiresAt),
  );
  note(
    record,
    life,
    'look',
    `${seen.status}, upload ${seen.upload?.offset}, last event ${seen.events.edges.at(-1)?.node.type}`,
  );
  const faults = [
    ...compareWithKnown(record, known, seen),
    ...compareWithAsked(record, seen),
    ...judgeFields(record, seen, history),
    ...history.faults,
  ];
  for (const fault of faults) accuse(run, record, fault);
  learn(run, record, seen);
  return { seen, history, isSettled: isSettled(record, seen, history) };
}

function factsOf(record: TransferRecord, known: Known, expiresAt: number): HistoryFacts {
  const { sender, recipients, resource } = record;
  const { reminderMs, purges, graceMs } = resource;
  const hasBytes = known.offset > 0;
  return { sender, recipients, expiresAt, reminderMs, purges, graceMs, hasBytes };
}

/** What was acknowledged is there for good. */
function compareWithKnown(record: TransferRecord, known: Known, seen: SeenTransfer): string[] {
  const faults: string[] = [];
  if (!canBecome(known.status, seen.status)) {
    faults.push(`It is ${seen.status}, and was ${known.status} before`);
  }
  for (const { party, status } of seen.recipients) {
    const before = known.recipients.get(party.id);
    if (before === undefined) faults.push(`${party.id} is no recipient`);
    else if (rankOf(status) < rankOf(before)) {
      faults.push(`${party.id} is ${status}, and was ${before} before`);
    }
  }
  if (seen.recipients.length !== record.recipients.length) faults.push('Recipients are missing');
  if (seen.upload !== null && seen.upload.offset < known.offset) {
    faults.push(`Its upload is at ${seen.upload.offset}, and was at ${known.offset} before`);
  }
  const eventIds = idsOf(seen);
  if (known.eventIds.some((id, index) => eventIds[index] !== id)) {
    faults.push('Its history is another one than before');
  }
  return faults;
}

/** Nothing has happened that nobody asked for and no time brought. */
function compareWithAsked(record: TransferRecord, seen: SeenTransfer): string[] {
  const { asked, isMismatch, isTooLarge } = record;
  const faults: string[] = [];
  const isDue = Date.now() >= Date.parse(seen.expiresAt) || mayBePurgedEarly(record);
  if (seen.status === 'CANCELLED' && !asked.cancel) faults.push('Nobody has cancelled it');
  if (seen.status === 'PURGED' && !isDue) faults.push('It was purged too early');
  if (seen.publishedAt !== null && (isMismatch || isTooLarge)) {
    faults.push('It was published, and should have failed');
  }
  if (seen.status === 'FAILED' && seen.failure !== expectedFailure(record)) {
    faults.push(`It has failed: ${seen.failure}`);
  }
  for (const { party, status } of seen.recipients) {
    if (status !== 'INITIALIZED' && !asked.downloads.has(party.id)) {
      faults.push(`${party.id} has never asked for a download`);
    }
    if (status === 'DOWNLOAD_CONFIRMED' && !asked.confirmations.has(party.id)) {
      faults.push(`${party.id} has never confirmed`);
    }
  }
  return faults;
}

function expectedFailure({ isMismatch, isTooLarge }: TransferRecord): string | undefined {
  if (isTooLarge) return 'FILE_TOO_LARGE';
  return isMismatch ? 'DIGEST_MISMATCH' : undefined;
}

/** What it says of itself fits together, and with what was sent. */
function judgeFields(record: TransferRecord, seen: SeenTransfer, history: History): string[] {
  const { content, resource, expectedDigest } = record;
  const faults: string[] = [];
  const expect = (is: unknown, shouldBe: unknown, what: string) => {
    if (is !== shouldBe) faults.push(`Its ${what} is ${is}, not ${shouldBe}`);
  };
  if (!agrees(seen.status, history)) {
    faults.push(`It is ${seen.status}, and its events lead to ${history.status}`);
  }
  for (const { party, status } of seen.recipients) {
    expect(status, history.recipients.get(party.id), `recipient ${party.id}`);
  }
  const countOf = (status: string) =>
    seen.recipients.filter((recipient) => recipient.status === status).length;
  expect(seen.recipientCounts.total, seen.recipients.length, 'count of recipients');
  expect(seen.recipientCounts.initialized, countOf('INITIALIZED'), 'count of idle recipients');
  expect(seen.recipientCounts.downloadStarted, countOf('DOWNLOAD_STARTED'), 'count of downloads');
  expect(seen.recipientCounts.confirmed, countOf('DOWNLOAD_CONFIRMED'), 'count of confirmations');
  expect(seen.fileName, fileNameOf(record), 'file name');
  expect(seen.virusScan.status, 'SKIPPED', 'scan');
  expect(seen.fileDeletedAt !== null, history.wasDeleted, 'deletion');
  expect(toTime(seen.publishedAt), history.publishedAt, 'publication');
  expect(seen.events.pageInfo.hasNextPage, false, 'further history');
  if (seen.publishedAt !== null) {
    const hasMd5 = resource.computesMd5 || expectedDigest?.algorithm === 'MD5';
    expect(seen.size, content.length, 'size');
    expect(seen.digests?.sha256, record.sha256, 'SHA-256');
    expect(seen.digests?.md5, hasMd5 ? digestOf('md5', content) : null, 'MD5');
  }
  return faults;
}

function toTime(dateTime: string | null): number | null {
  return dateTime === null ? null : Date.parse(dateTime);
}

function learn(run: Run, record: TransferRecord, seen: SeenTransfer): void {
  accuse(run, record, noteStatus(record, seen.status));
  for (const { party, status } of seen.recipients) noteRecipient(record, party.id, status);
  if (seen.upload !== null) noteOffset(record, seen.upload.offset);
  noteEvents(record, idsOf(seen));
}

function idsOf(seen: SeenTransfer): string[] {
  return seen.events.edges.map(({ node }) => node.id);
}

/** Whether a broker that is left alone has done all that it has to. */
function isSettled(record: TransferRecord, seen: SeenTransfer, history: History): boolean {
  const { resource, length, isTooLarge } = record;
  const isEnding: Record<TransferStatus, boolean> = {
    INITIALIZED: isShortLived(resource),
    // Of an upload whose last byte has come nobody has to say so once more.
    UPLOAD_STARTED:
      isShortLived(resource) ||
      (seen.upload?.length === length && seen.upload.offset === length && !isTooLarge),
    UPLOAD_PROCESSING: true,
    PUBLISHED: isShortLived(resource),
    ALL_CONFIRMED_DOWNLOADED:
      isShortLived(resource) || (resource.purges && resource.graceMs <= PATIENCE_MS),
    CANCELLED: history.hasFile === true && !history.wasDeleted,
    FAILED: history.hasFile === true && !history.wasDeleted,
    PURGED: false,
  };
  return !isEnding[seen.status];
}

/** After everything is settled: what had to happen at a time has happened, if a broker was there to do it. */
export function judgeReminder(run: Run, record: TransferRecord, { history }: Look): void {
  const { resource, transfer } = record;
  const { publishedAt, leftPublishedAt, isReminded } = history;
  if (resource.reminderMs === null || publishedAt === null || transfer === undefined) return;
  const dueAt = Math.max(transfer.expiresAt - resource.reminderMs, publishedAt);
  const until = dueAt + PATIENCE_MS;
  const wasDue = until < (leftPublishedAt ?? Infinity) && until < transfer.expiresAt;
  if (wasDue && run.lives.covers(dueAt, until) && !isReminded) {
    accuse(run, record, 'FILE_EXPIRING is missing');
  }
}
