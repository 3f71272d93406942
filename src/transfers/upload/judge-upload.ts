/** What becomes of an upload: the last byte, the verdict over the file, and failures on the way. */
import type { WriteTransaction } from '../../database/index.ts';
import { ok, type Result } from '../../domain/result.ts';
import { decide, type TransferCommand } from '../../domain/transfer.ts';
import { findDueAct } from '../../domain/transfer-deadline.ts';
import type { FailureCode } from '../../domain/transfer-status.ts';
import { hurryJobs, scheduleJob } from '../../jobs/index.ts';
import { PROCESS_FILE } from '../job-kinds.ts';
import { saveDecision } from '../save-decision.ts';
import {
  lockTransferParts,
  type TransferParts,
  type TransferRow,
  toDeadlineFacts,
  toState,
} from '../transfer.ts';
import type { TransferContext } from '../transfer-context.ts';
import { findUnconfirmed } from '../unconfirmed-recipients.ts';
import type { FileDigests } from './running-digest.ts';

/** What the reason begins with where a file waits for the scanner. */
export const SCANNER_AWAY = 'The scanner is away';

/** Where a file stands after its last byte. */
export interface JudgedFile {
  readonly status: TransferRow['status'];
  readonly size: number;
  /** Null while the digest is still catching up with the file. */
  readonly digests: FileDigests | null;
}

/**
 * The whole file has been received: UPLOAD_PROCESSING, and the verdict in the same commit where the digests are known and
 * nothing has to be scanned. Else a job carries on. UPLOAD_ENDED where the transfer has ended meanwhile.
 */
export async function receiveLastByte(
  context: TransferContext,
  transferId: string,
  size: number,
  digests: FileDigests | null,
): Promise<Result<JudgedFile>> {
  const { database, clock, ids } = context;
  const now = clock.now();
  return database.write(async (tx): Promise<Result<JudgedFile>> => {
    const parts = await getParts(tx, transferId);
    const decision = decide(toState(parts), { type: 'receiveLastByte' });
    if (!decision.ok) return decision;
    await tx.updateTable('file').set({ size }).where('id', '=', parts.file.id).execute();
    const whole = { offset_flushed: size, last_byte_at: now, pending_from: null };
    await tx.updateTable('upload').set(whole).where('id', '=', parts.upload.id).execute();
    const transfer = await saveDecision(tx, { ids, now, actor: null }, parts, decision.value);
    const received = {
      transfer,
      file: { ...parts.file, size },
      upload: { ...parts.upload, ...whole },
    };
    const status = digests === null ? transfer.status : await judge(tx, context, received, digests);
    if (status === 'UPLOAD_PROCESSING') {
      await scheduleJob(tx, { kind: PROCESS_FILE, subject: transferId, dueAt: now });
    }
    return ok({ status, size, digests });
  });
}

/** The digests of a file have become known after its last byte: the verdict, unless it has to be scanned first. */
export async function judgeDigests(
  context: TransferContext,
  transferId: string,
  digests: FileDigests,
): Promise<void> {
  await context.database.write(async (tx) => {
    const parts = await getParts(tx, transferId);
    if (parts.transfer.status === 'UPLOAD_PROCESSING') await judge(tx, context, parts, digests);
  });
}

/** What the scanner said of a file. A verdict that was given is not overtaken by a later one. */
export async function judgeScan(
  context: TransferContext,
  transferId: string,
  finding: string | null,
): Promise<void> {
  const { database, clock, ids } = context;
  const now = clock.now();
  await database.write(async (tx) => {
    const parts = await getParts(tx, transferId);
    const { status, scan_status } = parts.transfer;
    if (status !== 'UPLOAD_PROCESSING' || scan_status !== 'PENDING') return;
    const scanned = {
      scan_status: finding === null ? 'CLEAN' : 'INFECTED',
      scanned_at: now,
      scan_finding: finding,
    } as const;
    await tx.updateTable('transfer').set(scanned).where('id', '=', transferId).execute();
    // The scanner is there: others that have waited for it need wait no longer.
    await hurryJobs(tx, { kind: PROCESS_FILE, because: SCANNER_AWAY, now });
    const judged = { ...parts, transfer: { ...parts.transfer, ...scanned } };
    if (finding === null) await publish(tx, context, judged);
    else {
      const decision = decide(toState(judged), { type: 'failUpload', failure: 'VIRUS_FOUND' });
      if (decision.ok) await saveDecision(tx, { ids, now, actor: null }, judged, decision.value);
    }
  });
}

/** Answers the status that follows. */
async function judge(
  tx: WriteTransaction,
  context: TransferContext,
  parts: TransferParts,
  { sha256, md5 }: FileDigests,
): Promise<TransferRow['status']> {
  const { clock, ids } = context;
  await tx.updateTable('file').set({ sha256, md5 }).where('id', '=', parts.file.id).execute();
  const judged = { ...parts, file: { ...parts.file, sha256, md5 } };
  const { expected_algorithm: algorithm, expected_value: expected, scan_status } = parts.transfer;
  const actual = algorithm === 'MD5' ? md5 : sha256;
  if (algorithm !== null && actual !== expected) {
    const decision = decide(toState(judged), { type: 'failUpload', failure: 'DIGEST_MISMATCH' });
    if (!decision.ok) throw new Error(`A verdict was refused: ${decision.error.message}`);
    const saving = { ids, now: clock.now(), actor: null };
    return (await saveDecision(tx, saving, judged, decision.value)).status;
  }
  return scan_status === 'PENDING' ? parts.transfer.status : publish(tx, context, judged);
}

/** All is well. Where the reminder was already due it follows at once. */
async function publish(
  tx: WriteTransaction,
  { clock, ids }: TransferContext,
  parts: TransferParts,
): Promise<TransferRow['status']> {
  const now = clock.now();
  const saving = { ids, now, actor: null };
  const decision = decide(toState(parts), { type: 'publish' });
  if (!decision.ok) throw new Error(`A verdict was refused: ${decision.error.message}`);
  const transfer = await saveDecision(tx, saving, parts, decision.value);
  const published = { ...parts, transfer };
  if (findDueAct(toDeadlineFacts(published), now) === 'remind') {
    const unconfirmed = await findUnconfirmed(tx, transfer.id);
    const reminder = decide(toState(published), { type: 'remind', unconfirmed });
    if (reminder.ok) await saveDecision(tx, saving, published, reminder.value);
  }
  return transfer.status;
}

/** The upload cannot go on: FAILED, and its bytes go. Nothing where it has ended already. */
export function failUpload(
  context: TransferContext,
  transferId: string,
  failure: FailureCode,
): Promise<void> {
  return actOn(context, transferId, { type: 'failUpload', failure });
}

/** The storage has lost bytes that were received: FAILED, and what is left of them goes. Nothing where it has ended already. */
export function loseFile(
  context: TransferContext,
  transferId: string,
  leavesBytes: boolean,
): Promise<void> {
  return actOn(context, transferId, { type: 'loseFile', leavesBytes });
}

/** The broker does something to a transfer by itself, where its state lets it. */
async function actOn(
  { database, clock, ids }: TransferContext,
  transferId: string,
  command: TransferCommand,
): Promise<void> {
  await database.write(async (tx) => {
    const parts = await getParts(tx, transferId);
    const decision = decide(toState(parts), command);
    if (decision.ok) {
      await saveDecision(tx, { ids, now: clock.now(), actor: null }, parts, decision.value);
    }
  });
}

/** Notes what has been flushed, so that it counts after a power cut too. */
export async function recordOffset(
  { database, clock }: TransferContext,
  transferId: string,
  offset: number,
): Promise<void> {
  await database.write((tx) =>
    tx
      .updateTable('upload')
      .set({ offset_flushed: offset, last_byte_at: clock.now(), pending_from: null })
      .where('transfer_id', '=', transferId)
      .execute(),
  );
}

/** Notes that bytes from here on belong to a piece whose checksum has not been compared yet. */
export async function markPending(
  { database }: TransferContext,
  transferId: string,
  from: number,
): Promise<void> {
  await database.write((tx) =>
    tx
      .updateTable('upload')
      .set({ pending_from: from })
      .where('transfer_id', '=', transferId)
      .execute(),
  );
}

/** The length of an upload that was begun without one. */
export async function declareLength(
  { database }: TransferContext,
  transferId: string,
  length: number,
): Promise<void> {
  await database.write((tx) =>
    tx.updateTable('upload').set({ length }).where('transfer_id', '=', transferId).execute(),
  );
}

async function getParts(tx: WriteTransaction, transferId: string): Promise<TransferParts> {
  const parts = await lockTransferParts(tx, transferId);
  if (parts === undefined) throw new Error(`There is no transfer ${transferId}.`);
  return parts;
}
