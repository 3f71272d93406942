/** What statistics are asked for, and what they answer. */
import { checkFilter } from '../domain/check-filter.ts';
import type { PartyId } from '../domain/party-id.ts';
import { failWith, ok, type Result } from '../domain/result.ts';

export const STATISTICS_DIMENSIONS = [
  'DAY',
  'MONTH',
  'RESOURCE',
  'SERVICE_OWNER',
  'SENDER',
  'RECIPIENT',
  'SENDER_VENDOR',
  'RECIPIENT_VENDOR',
] as const;
/** What rows may be told apart by. */
export type StatisticsDimension = (typeof STATISTICS_DIMENSIONS)[number];

/** What is counted. Null or left out is not filtered. */
export interface StatisticsFilter {
  /** The day that a transfer was created, YYYYMMDD in UTC; inclusive. */
  readonly from?: number | null | undefined;
  /** Exclusive. */
  readonly to?: number | null | undefined;
  readonly resourceIds?: readonly string[] | null | undefined;
  readonly senders?: readonly PartyId[] | null | undefined;
  /** Transfers that have one of them; and of recipients, these alone are counted. */
  readonly recipients?: readonly PartyId[] | null | undefined;
}

export interface StatisticsRequest {
  readonly filter: StatisticsFilter;
  readonly groupBy: readonly StatisticsDimension[];
}

/** A group of transfers. A dimension is null unless rows are told apart by it. */
export interface StatisticsRow {
  /** YYYY-MM-DD or YYYY-MM. */
  readonly period: string | null;
  readonly resourceId: string | null;
  readonly ownerId: PartyId | null;
  readonly senderId: PartyId | null;
  readonly recipientId: PartyId | null;
  readonly senderVendor: PartyId | null;
  /** Null also for recipients that have not downloaded. */
  readonly recipientVendor: PartyId | null;
  readonly transfers: number;
  readonly uploaded: number;
  readonly published: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly allConfirmed: number;
  readonly neverConfirmed: number;
  readonly open: number;
  readonly anyConfirmed: number;
  readonly bytesUploaded: number;
  readonly downloadAttempts: number;
  readonly downloadsStarted: number;
  readonly downloadsConfirmed: number;
  readonly recipientsNeverConfirmed: number;
  /** Null where nobody confirmed, and where it was not asked for. */
  readonly medianSecondsToConfirm: number | null;
}

/** INVALID_INPUT for what no filter may hold, and for dimensions that exclude each other or come twice. */
export function checkStatisticsRequest({ filter, groupBy }: StatisticsRequest): Result<undefined> {
  const filtered = checkFilter('filter', filter);
  const problems = filtered.ok ? [] : [...(filtered.error.problems ?? [])];
  const refuse = (message: string) =>
    problems.push({ field: 'groupBy', code: 'INVALID_INPUT', message });
  if (groupBy.includes('DAY') && groupBy.includes('MONTH')) {
    refuse('groupBy holds DAY and MONTH; it may hold one of them.');
  }
  const twice = groupBy.find((dimension, index) => groupBy.indexOf(dimension) !== index);
  if (twice !== undefined) {
    refuse(`groupBy holds ${twice} twice; each dimension may be there once.`);
  }
  return failWith(problems) ?? ok(undefined);
}
