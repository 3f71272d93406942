export { createClamdScanner } from './clamd-scanner.ts';
export { MAX_SCAN_BYTES } from './clamd-settings.ts';
export { type ClamdAddress, parseClamdUrl } from './clamd-url.ts';
export type { Scanner, ScanOutcome } from './scanner.ts';
