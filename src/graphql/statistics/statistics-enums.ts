/** The enums of statistics and exports. */
import type {
  ExportColumns,
  ExportFormat,
  StatisticsDimension,
  StatisticsMeasure,
} from '../../statistics/index.ts';
import { builder } from '../builder.ts';

interface EnumValue {
  readonly description: string;
}

/** What rows of statistics are told apart by. */
export const StatisticsDimensionEnum = builder.enumType('StatisticsDimension', {
  description: 'What rows of statistics are told apart by.',
  values: {
    DAY: { description: 'The day in UTC that the transfer was created. Not together with MONTH.' },
    MONTH: { description: 'The month in UTC that the transfer was created.' },
    RESOURCE: { description: 'The resource that it goes through.' },
    SERVICE_OWNER: { description: 'The owner of the resource.' },
    SENDER: { description: 'The party that sends.' },
    RECIPIENT: {
      description:
        'A party that receives. A transfer counts once in the row of each of its recipients, so rows may add up to more than there are.',
    },
    SENDER_VENDOR: {
      description:
        'The organisation whose software sent; the sender itself where it used its own. Null for transfers that the viewer sees as a recipient alone.',
    },
    RECIPIENT_VENDOR: {
      description:
        'The organisation whose software downloaded first; the recipient itself where it used its own, null before a download and, for transfers that the viewer sees as a recipient alone, of other recipients. A transfer counts once in the row of each of its recipients’ vendors, so rows may add up to more than there are.',
    },
  } as const satisfies Record<StatisticsDimension, EnumValue>,
});

/** What rows of statistics are ordered by. */
export const StatisticsMeasureEnum = builder.enumType('StatisticsMeasure', {
  description: 'What rows of statistics are ordered by.',
  values: {
    TRANSFERS: { description: 'How many transfers there are.' },
    BYTES_UPLOADED: { description: 'The bytes of their files.' },
    DOWNLOADS_CONFIRMED: { description: 'How many recipients confirmed.' },
    NEVER_CONFIRMED: {
      description: 'How many transfers expired with a recipient that never confirmed.',
    },
    MEDIAN_SECONDS_TO_CONFIRM: {
      description: 'The median time to a confirmation. Rows without one come last.',
    },
  } as const satisfies Record<StatisticsMeasure, EnumValue>,
});

/** How an export of statistics is written. */
export const ExportFormatEnum = builder.enumType('ExportFormat', {
  description: 'How an export of statistics is written.',
  values: {
    CSV: {
      description:
        'RFC 4180: commas, CRLF, a line of column names, UTF-8. Texts that a spreadsheet would run as a formula begin with an apostrophe.',
    },
    PARQUET: { description: 'Apache Parquet, compressed with Snappy.' },
    JSONL: { description: 'JSON Lines: an object a line, UTF-8.' },
  } as const satisfies Record<ExportFormat, EnumValue>,
});

/** Which columns an export of statistics has. */
export const ExportColumnsEnum = builder.enumType('ExportColumns', {
  description: 'Which columns an export of statistics has.',
  values: {
    ALL: {
      description:
        'All: the measures under their names in this schema, and behind them those columns of the two reports of Altinn 3 Broker that the grouping allows, under the names that they have there.',
    },
    ALTINN_DAILY_SUMMARY: {
      description:
        'Exactly those of Altinn’s daily summary, in its order. The grouping has to be DAY, RESOURCE and SENDER.',
    },
    ALTINN_MONTHLY_REPORT: {
      description:
        'Exactly those of Altinn’s monthly report, in its order; a column that is not grouped by is empty. The grouping has to hold MONTH and RESOURCE, and SENDER and RECIPIENT or SENDER_VENDOR and RECIPIENT_VENDOR.',
    },
  } as const satisfies Record<ExportColumns, EnumValue>,
});
