/** The GraphQL operations about statistics and exports. */
import { graphql } from './graphql/index.ts';

export const CountTransfers = graphql(`
  query CountTransfers($filter: StatisticsFilter) {
    statistics(filter: $filter) { totals { transfers } asOf }
  }
`);

export const ExportStatistics = graphql(`
  mutation ExportStatistics(
    $filter: StatisticsFilter, $groupBy: [StatisticsDimension!]! = [DAY, RESOURCE, SENDER]
    $format: ExportFormat!, $columns: ExportColumns! = ALL
  ) {
    exportStatistics(filter: $filter, groupBy: $groupBy, format: $format, columns: $columns) {
      __typename
      ... on TemporaryLink { url expiresAt }
      ... on BrokerError { code message }
      ... on ValidationError { field }
    }
  }
`);

export const ExportEvents = graphql(`
  mutation ExportEvents($filter: EventFilter, $from: DateTime, $to: DateTime) {
    exportEvents(filter: $filter, from: $from, to: $to) {
      __typename
      ... on TemporaryLink { url expiresAt }
      ... on BrokerError { code message }
      ... on ValidationError { field }
    }
  }
`);

export const ReadLog = graphql(`
  query ReadLog {
    events(first: 100) {
      edges {
        cursor
        node {
          id type time transferId transferStatus recipientStatus statusText subject { id }
        }
      }
    }
  }
`);
