/** The columns of exported statistics: our own, and those of the two reports of Altinn 3 Broker under the names that they have there. */
import type { PartyId } from '../domain/party-id.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { ExportColumn, ExportValue } from './formats/export-column.ts';
import type { StatisticsDimension, StatisticsRow } from './statistics.ts';

export const EXPORT_COLUMNS = ['ALL', 'ALTINN_DAILY_SUMMARY', 'ALTINN_MONTHLY_REPORT'] as const;
/** Which columns an export has. */
export type ExportColumns = (typeof EXPORT_COLUMNS)[number];

/** Names as they are now. */
export interface ExportNames {
  readonly titles: ReadonlyMap<string, string | null>;
  readonly owners: ReadonlyMap<PartyId, string>;
}

/** A column and where its values come from. */
export interface FilledColumn extends ExportColumn {
  /** It is there where rows are told apart by one of these; always where there are none. */
  readonly of: readonly StatisticsDimension[];
  readonly value: (row: StatisticsRow, names: ExportNames) => ExportValue;
}

/** INVALID_INPUT where a report of Altinn could not be had by this grouping. */
export function checkExportColumns(
  columns: ExportColumns,
  groupBy: readonly StatisticsDimension[],
): Result<undefined> {
  const has = (...dimensions: readonly StatisticsDimension[]) =>
    dimensions.every((dimension) => groupBy.includes(dimension));
  const isRight = {
    ALL: true,
    ALTINN_DAILY_SUMMARY: groupBy.length === 3 && has('DAY', 'RESOURCE', 'SENDER'),
    ALTINN_MONTHLY_REPORT:
      has('MONTH', 'RESOURCE') &&
      (has('SENDER', 'RECIPIENT') || has('SENDER_VENDOR', 'RECIPIENT_VENDOR')),
  }[columns];
  if (isRight) return ok(undefined);
  const rule = {
    ALL: '',
    ALTINN_DAILY_SUMMARY: 'DAY, RESOURCE and SENDER',
    ALTINN_MONTHLY_REPORT:
      'MONTH and RESOURCE, and SENDER and RECIPIENT or SENDER_VENDOR and RECIPIENT_VENDOR',
  }[columns];
  const message = `groupBy is ${groupBy.join(', ') || 'empty'}; for the columns ${columns} it has to be ${rule}.`;
  const problem = { field: 'groupBy', code: 'INVALID_INPUT', message } as const;
  return fail('INVALID_INPUT', message, { field: 'groupBy', problems: [problem] });
}

/** The columns of an export, in order. */
export function findExportColumns(
  columns: ExportColumns,
  groupBy: readonly StatisticsDimension[],
): readonly FilledColumn[] {
  switch (columns) {
    case 'ALTINN_DAILY_SUMMARY':
      return DAILY_SUMMARY;
    case 'ALTINN_MONTHLY_REPORT':
      return MONTHLY_REPORT;
    case 'ALL': {
      const known = new Set<string>();
      return [...OWN, ...MONTHLY_REPORT, ...DAILY_SUMMARY].filter(({ name, of }) => {
        const isThere = of.length === 0 || of.some((dimension) => groupBy.includes(dimension));
        if (!isThere || known.has(name)) return false;
        known.add(name);
        return true;
      });
    }
  }
}

function text(
  name: string,
  of: FilledColumn['of'],
  value: (row: StatisticsRow, names: ExportNames) => string | null,
): FilledColumn {
  return { name, type: 'text', of, value };
}

function count(name: string, value: (row: StatisticsRow) => number): FilledColumn {
  return { name, type: 'integer', of: [], value };
}

/** A part of the period, which is YYYY-MM-DD or YYYY-MM. */
function periodPart(name: string, of: FilledColumn['of'], index: number): FilledColumn {
  const value = ({ period }: StatisticsRow) => {
    const part = period?.split('-')[index];
    return part === undefined ? null : Number(part);
  };
  return { name, type: 'integer', of, value };
}

const DATE: FilledColumn = {
  name: 'date',
  type: 'date',
  of: ['DAY'],
  value: ({ period }) => period,
};
const YEAR = periodPart('year', ['DAY', 'MONTH'], 0);
const MONTH = periodPart('month', ['DAY', 'MONTH'], 1);
const DAY = periodPart('day', ['DAY'], 2);

/** The nine digits. */
function toNumber(party: PartyId | null): string | null {
  return party === null ? null : party.slice(party.indexOf(':') + 1);
}

/** The owner follows from the resource. */
const OWNER: FilledColumn['of'] = ['RESOURCE', 'SERVICE_OWNER'];

function ownerName({ ownerId }: StatisticsRow, { owners }: ExportNames): string | null {
  return ownerId === null ? null : (owners.get(ownerId) ?? null);
}

function resourceTitle({ resourceId }: StatisticsRow, { titles }: ExportNames): string | null {
  return resourceId === null ? null : (titles.get(resourceId) ?? null);
}

/** The measures under their names in GraphQL. */
const OWN: readonly FilledColumn[] = [
  DATE,
  YEAR,
  MONTH,
  DAY,
  text('resourceId', ['RESOURCE'], ({ resourceId }) => resourceId),
  text('resourceTitle', ['RESOURCE'], resourceTitle),
  text('serviceOwner', OWNER, ({ ownerId }) => ownerId),
  text('serviceOwnerName', OWNER, ownerName),
  text('senderVendor', ['SENDER_VENDOR'], ({ senderVendor }) => senderVendor),
  text('recipientVendor', ['RECIPIENT_VENDOR'], ({ recipientVendor }) => recipientVendor),
  text('sender', ['SENDER'], ({ senderId }) => senderId),
  text('recipient', ['RECIPIENT'], ({ recipientId }) => recipientId),
  count('transfers', (row) => row.transfers),
  count('uploaded', (row) => row.uploaded),
  count('published', (row) => row.published),
  count('failed', (row) => row.failed),
  count('cancelled', (row) => row.cancelled),
  count('allConfirmed', (row) => row.allConfirmed),
  count('neverConfirmed', (row) => row.neverConfirmed),
  count('open', (row) => row.open),
  count('anyConfirmed', (row) => row.anyConfirmed),
  count('bytesUploaded', (row) => row.bytesUploaded),
  count('downloadAttempts', (row) => row.downloadAttempts),
  count('downloadsStarted', (row) => row.downloadsStarted),
  count('downloadsConfirmed', (row) => row.downloadsConfirmed),
  count('recipientsNeverConfirmed', (row) => row.recipientsNeverConfirmed),
  {
    name: 'medianSecondsToConfirm',
    type: 'real',
    of: [],
    value: (row) => row.medianSecondsToConfirm,
  },
];

/** Their report leaves columns empty that are not told apart by. Its uploads are those that were published. */
const MONTHLY_REPORT: readonly FilledColumn[] = [
  YEAR,
  MONTH,
  text('resourceId', ['RESOURCE'], ({ resourceId }) => resourceId),
  text('senderVendor', ['SENDER_VENDOR'], ({ senderVendor }) => senderVendor),
  text('recipientVendor', ['RECIPIENT_VENDOR'], ({ recipientVendor }) => recipientVendor),
  text('sender', ['SENDER'], ({ senderId }) => senderId),
  text('recipient', ['RECIPIENT'], ({ recipientId }) => recipientId),
  count('totalFileTransfers', (row) => row.transfers),
  count('uploadCount', (row) => row.published),
  count('totalTransferDownloadAttempts', (row) => row.downloadAttempts),
  count('transfersWithDownloadConfirmed', (row) => row.anyConfirmed),
];

/** Every party is an organisation here, and nothing is known of what its metadata takes on a disk. */
const DAILY_SUMMARY: readonly FilledColumn[] = [
  DATE,
  YEAR,
  MONTH,
  DAY,
  text('service_owner_id_pk', OWNER, ({ ownerId }) => toNumber(ownerId)),
  text('service_owner_name', OWNER, ownerName),
  text('file_sender_id', ['SENDER'], ({ senderId }) => toNumber(senderId)),
  text('resource_id', ['RESOURCE'], ({ resourceId }) => resourceId),
  text('altinn_resource_service', ['RESOURCE'], resourceTitle),
  text('recipient_type', [], () => 'Organization'),
  text('altinn_version', [], () => 'Altinn3'),
  count('filetransfercount', (row) => row.transfers),
  count('databasestoragebytes', () => 0),
  count('filestoragebytes', (row) => row.bytesUploaded),
];
