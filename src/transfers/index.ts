export { cancelTransfer, cancelUpload } from './cancel-transfer.ts';
export { confirmDownload } from './confirm-download.ts';
export { deleteFile } from './delete-file.ts';
export {
  createDownloadLink,
  loadLinkKey,
  readDownloadLink,
} from './download-link.ts';
export type { DigestAlgorithm, InitializeTransfer } from './initialize-input.ts';
export { initializeTransfer } from './initialize-transfer.ts';
export {
  countTransfers,
  listTransfers,
  type TransferListRequest,
} from './list-transfers.ts';
export { maxSizeOf } from './max-size.ts';
export { meetDeadline } from './meet-deadline.ts';
export { processFile } from './process-file.ts';
export {
  findFiles,
  findProperties,
  findRecipients,
  findUploads,
  findViewerParts,
  findVisibleTransfers,
  type TransferPropertyRow,
} from './read-transfers.ts';
export { findStorageProblem, matchStorage } from './recovery/match-storage.ts';
export { type Recovery, recover } from './recovery/recover.ts';
export { checkDownload, type DownloadableFile, startDownload } from './start-download.ts';
export {
  type FileRow,
  type RecipientRow,
  type SeenTransfer,
  seeTransfer,
  type TransferRow,
  type UploadRow,
} from './transfer.ts';
export type { TransferContext } from './transfer-context.ts';
export type { TransferFilter } from './transfer-filter.ts';
export { createTransferJobs, JOBS_AT_ONCE } from './transfer-jobs.ts';
export type { TransferOrder } from './transfer-stretches.ts';
export { failUpload, type JudgedFile } from './upload/judge-upload.ts';
export { type NewUpload, requireSend, seeAsSender, startUpload } from './upload/start-upload.ts';
export { createUploadEngine, type UploadEngine } from './upload/upload-engine.ts';
export type { ExpectedChecksum, Received, UploadSession } from './upload/upload-session.ts';
export { isUploadOpen, uploadExpiresAt } from './upload-expiry.ts';
export type { UploadProgress } from './upload-progress.ts';
export { type TransferBeat, watchTransfer } from './watch-transfer.ts';
