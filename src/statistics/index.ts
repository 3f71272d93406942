export { countUncounted, findAsOf } from './as-of.ts';
export type { ExportColumns } from './export-columns.ts';
export {
  createEventsExport,
  createStatisticsExport,
  type Export,
  type ExportContext,
  type ExportFormat,
  findExport,
} from './exports.ts';
export {
  countStatisticsRows,
  EMPTY_ROW,
  type ListedStatistics,
  listStatistics,
  type StatisticsMeasure,
  type StatisticsOrder,
} from './list-statistics.ts';
export {
  type RebuildOptions,
  RebuildOvertakenError,
  rebuildStatistics,
} from './rebuild-statistics.ts';
export {
  checkStatisticsRequest,
  type StatisticsDimension,
  type StatisticsFilter,
  type StatisticsRequest,
  type StatisticsRow,
} from './statistics.ts';
export { createStatisticsReader, type StatisticsReader } from './statistics-reader.ts';
export { findTimeToConfirm, type HistogramBucket } from './time-to-confirm.ts';
export { findWaiting, type WaitingBucket } from './waiting.ts';
export { type ExportFile, type WritingContext, writeExport } from './write-export.ts';
