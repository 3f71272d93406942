/** What becomes of an upload: the last byte, the verdict over the file, and failures on the way. */
import type { WriteTransaction } from '../../database/index.ts';
import { ok, type Result } from '../../domain/result.ts';
import { decide } from '../../domain/transfer.ts';
import type { FailureCode } from '../../domain/transfer-status.ts';
import { scheduleJob } from '../../jobs/index.ts';
import { PROCESS_FILE } from '../job-kinds.ts';
import { saveDecision } from '../save-decision.ts';
import { lockTransferParts, type TransferParts, type TransferRow, toState } from '../transfer.ts';
import type { TransferContext } from '../transfer-context.ts';
import type { FileDigests } from './running-digest.ts';

/** Where a file stands after its last byte. */
export interface JudgedFile {
  readonly status: TransferRow['status'];
  readonly size: number;
  /** Null while the digest is still catching up with the file. */
  readonly digests: FileDigests | null;
}

/**
 * The whole file has been received: UPLOAD_PROCESSING, and the verdict in the same commit where the digests are known.
 * Without them a job carries on. UPLOAD_ENDED where the transfer has ended meanwhile.
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
    await tx
      .updateTable('upload')
      .set({ offset_flushed: size, last_byte_at: now, pending_from: null })
      .where('id', '=', parts.upload.id)
      .execute();
    const transfer = await saveDecision(tx, { ids, now, actor: null }, parts, decision.value);
    if (digests === null) {
      await scheduleJob(tx, { kind: PROCESS_FILE, subject: transferId, dueAt: now });
      return ok({ status: transfer.status, size, digests });
    }
    const received = { ...parts, transfer, file: { ...parts.file, size } };
    return ok(await judge(tx, context, received, digests));
  });
}

/** The verdict over a file whose digests have become known later. Nothing where it was given already. */
export async function judgeFile(
  context: TransferContext,
  transferId: string,
  digests: FileDigests,
): Promise<void> {
  await context.database.write(async (tx) => {
    const parts = await getParts(tx, transferId);
    if (parts.transfer.status === 'UPLOAD_PROCESSING') await judge(tx, context, parts, digests);
  });
}

async function judge(
  tx: WriteTransaction,
  { clock, ids }: TransferContext,
  parts: TransferParts,
  digests: FileDigests,
): Promise<JudgedFile> {
  await tx
    .updateTable('file')
    .set({ sha256: digests.sha256, md5: digests.md5 })
    .where('id', '=', parts.file.id)
    .execute();
  const { expected_algorithm: algorithm, expected_value: expected } = parts.transfer;
  const actual = algorithm === 'MD5' ? digests.md5 : digests.sha256;
  const decision = decide(
    toState({ ...parts, file: { ...parts.file, sha256: digests.sha256 } }),
    algorithm !== null && actual !== expected
      ? { type: 'failUpload', failure: 'DIGEST_MISMATCH' }
      : { type: 'publish' },
  );
  if (!decision.ok) throw new Error(`A verdict was refused: ${decision.error.message}`);
  const saving = { ids, now: clock.now(), actor: null };
  const { status } = await saveDecision(tx, saving, parts, decision.value);
  return { status, size: parts.file.size ?? 0, digests };
}

/** The upload cannot go on: FAILED, and its bytes go. Nothing where it has ended already. */
export async function failUpload(
  { database, clock, ids }: TransferContext,
  transferId: string,
  failure: FailureCode,
): Promise<void> {
  await database.write(async (tx) => {
    const parts = await getParts(tx, transferId);
    const decision = decide(toState(parts), { type: 'failUpload', failure });
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
