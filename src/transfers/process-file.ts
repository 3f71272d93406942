/** Brings a file that was received whole to its end: PUBLISHED or FAILED. Nobody has to wait for it, and a restart carries on. */
import { type JobOutcome, postpone, UNFINISHED } from '../jobs/index.ts';
import type { Storage } from '../storage/index.ts';
import { findStorageId, findStorageProblem } from './recovery/match-storage.ts';
import { findTransferParts, type TransferParts } from './transfer.ts';
import type { TransferContext } from './transfer-context.ts';
import {
  failUpload,
  judgeDigests,
  judgeScan,
  loseFile,
  SCANNER_AWAY,
} from './upload/judge-upload.ts';
import type { UploadEngine } from './upload/upload-engine.ts';

/** May be run again after a crash: what was found out before is kept. */
export async function processFile(
  context: TransferContext,
  storage: Storage,
  uploads: UploadEngine,
  transferId: string,
): Promise<JobOutcome | undefined> {
  const received = await findProcessing(context, transferId);
  if (received === undefined) return undefined;
  const stored = await storage.size(received.file.id);
  if (stored !== received.file.size) {
    return giveUpFile(context, storage, transferId, stored !== undefined);
  }
  if (received.file.sha256 === null) {
    const digests = await uploads.digest(transferId);
    if (digests === UNFINISHED) return UNFINISHED;
    if (digests !== undefined) await judgeDigests(context, transferId, digests);
  }
  const judged = await findProcessing(context, transferId);
  if (judged === undefined) return undefined;
  // Without its digests it has expired, and its purge has not come round.
  if (judged.file.sha256 === null) return postpone('The file is about to be purged.');
  return scanFile(context, storage, uploads, judged);
}

/** The file is not what was received. Where the whole storage is not there, that says nothing of the file. */
async function giveUpFile(
  context: TransferContext,
  storage: Storage,
  transferId: string,
  leavesBytes: boolean,
): Promise<JobOutcome | undefined> {
  const id = await context.database.read(findStorageId);
  const problem = await findStorageProblem(storage, id);
  if (problem !== null) return postpone(problem);
  await loseFile(context, transferId, leavesBytes);
  return undefined;
}

/** The transfer, while it is in processing. */
async function findProcessing(
  { database }: TransferContext,
  transferId: string,
): Promise<TransferParts | undefined> {
  const parts = await database.read((db) => findTransferParts(db, transferId));
  return parts?.transfer.status === 'UPLOAD_PROCESSING' ? parts : undefined;
}

async function scanFile(
  context: TransferContext,
  storage: Storage,
  { stopping }: UploadEngine,
  { transfer, file }: TransferParts,
): Promise<JobOutcome | undefined> {
  const { scanner } = context;
  if (scanner === null) return postpone('The file has to be scanned, and CLAMD_URL is not set.');
  const size = file.size ?? 0;
  const bytes = await storage.read(file.id, { start: 0, end: size });
  if (bytes === undefined) return giveUpFile(context, storage, transfer.id, false);
  try {
    const outcome = await scanner.scan(bytes, size, stopping);
    switch (outcome.kind) {
      case 'clean':
        await judgeScan(context, transfer.id, null);
        break;
      case 'infected':
        await judgeScan(context, transfer.id, outcome.finding);
        break;
      case 'tooLarge':
        await failUpload(context, transfer.id, 'FILE_TOO_LARGE');
        break;
      case 'away':
        return stopping.aborted ? UNFINISHED : postpone(`${SCANNER_AWAY}: ${outcome.reason}`);
      case 'noVerdict':
        return stopping.aborted ? UNFINISHED : postpone(outcome.reason);
    }
    return undefined;
  } finally {
    await bytes.close();
  }
}
