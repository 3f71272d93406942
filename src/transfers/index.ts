export { cancelTransfer } from './cancel-transfer.ts';
export { confirmDownload } from './confirm-download.ts';
export {
  createDownloadLink,
  loadLinkKey,
  readDownloadLink,
  type TemporaryLink,
} from './download-link.ts';
export type { DigestAlgorithm, InitializeTransfer } from './initialize-input.ts';
export { initializeTransfer } from './initialize-transfer.ts';
export {
  countTransfers,
  listTransfers,
  type TransferFilter,
  type TransferListRequest,
  type TransferOrder,
} from './list-transfers.ts';
export {
  findFiles,
  findProperties,
  findRecipients,
  findUploads,
  findViewerParts,
  findVisibleTransfers,
  type TransferPropertyRow,
} from './read-transfers.ts';
export { checkDownload, type DownloadableFile, startDownload } from './start-download.ts';
export {
  type FileRow,
  seeTransfer,
  type TransferPartyRow,
  type TransferRow,
  type UploadRow,
} from './transfer.ts';
export type { TransferContext } from './transfer-context.ts';
export { createUploadProgress, type UploadProgress } from './upload-progress.ts';
export { type TransferBeat, watchTransfer } from './watch-transfer.ts';
