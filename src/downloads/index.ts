export { cutCancelledDownloads } from './cut-cancelled-downloads.ts';
export { createDownloadDoor, type DownloadDoor } from './download-door.ts';
export { createExportDoor, type ExportDoor } from './export-door.ts';
export { createRunningDownloads, type RunningDownloads } from './running-downloads.ts';
