/** exportStatistics: statistics as a file. */
import { createStatisticsExport } from '../../statistics/index.ts';
import { builder } from '../builder.ts';
import { runCommand } from '../run-command.ts';
import { ExportResult } from './export-result.ts';
import {
  ExportColumnsEnum,
  ExportFormatEnum,
  StatisticsDimensionEnum,
} from './statistics-enums.ts';
import { StatisticsFilterInput } from './statistics-filter.ts';

builder.mutationField('exportStatistics', (t) =>
  t.field({
    type: ExportResult,
    description:
      'Statistics as a file, all rows in the order of `statistics`. It is made while it is fetched, from what is counted then; the link works for an hour. Any scope.',
    args: {
      filter: t.arg({
        type: StatisticsFilterInput,
        description: 'Which transfers are counted; left out or null, all that the viewer may see.',
      }),
      groupBy: t.arg({
        type: [StatisticsDimensionEnum],
        required: true,
        defaultValue: ['DAY', 'RESOURCE', 'SENDER'],
        description:
          'What rows are told apart by, each at most once. DAY and MONTH together are INVALID_INPUT.',
      }),
      format: t.arg({
        type: ExportFormatEnum,
        required: true,
        description: 'How the file is written.',
      }),
      columns: t.arg({
        type: ExportColumnsEnum,
        required: true,
        defaultValue: 'ALL',
        description: 'Which columns it has.',
      }),
    },
    resolve: (_, { filter, groupBy, format, columns }, operation) =>
      runCommand(operation, () =>
        createStatisticsExport(operation.services.exports, operation.caller, {
          filter: filter ?? {},
          groupBy,
          format,
          columns,
        }),
      ),
  }),
);
