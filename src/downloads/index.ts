export { cutCancelledDownloads } from './cut-cancelled-downloads.ts';
export { createDownloadDoor, type DownloadDoor } from './download-door.ts';
export { createRunningDownloads, type RunningDownloads } from './running-downloads.ts';
