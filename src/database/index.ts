export {
  type Database,
  DatabaseFullError,
  type Queries,
  type Snapshot,
  type WriteTransaction,
} from './database.ts';
export { inPieces } from './in-pieces.ts';
export { openPostgresDatabase } from './postgres-database.ts';
export { executePrepared } from './prepared-query.ts';
export { openSqliteDatabase } from './sqlite-database.ts';
export type {
  DeliveryAttemptTable,
  DeliveryStatus,
  DeliveryTable,
  EventTable,
  ExportTable,
  FileTable,
  Flag,
  ResourceAccessTable,
  ResourceTable,
  ServiceOwnerTable,
  StatisticsDimensions,
  StatisticsRecipientTable,
  StatisticsTransferTable,
  Tables,
  TransferPartyTable,
  TransferTable,
  UploadTable,
  WebhookDisabler,
  WebhookStatus,
  WebhookTable,
} from './tables.ts';
export { unindexed } from './unindexed.ts';
