/** The GraphQL operations about webhooks that tests send. */
import { graphql } from './graphql/index.ts';

export const CreateWebhook = graphql(`
  mutation CreateWebhook($input: CreateWebhookInput!) {
    createWebhook(input: $input) {
      __typename
      ... on WebhookWithSecret {
        secret
        webhook { id url types resourceIds role audience status statusText createdAt }
      }
      ... on BrokerError { code message }
      ... on ValidationError { field problems { field code message } }
    }
  }
`);

export const UpdateWebhook = graphql(`
  mutation UpdateWebhook($input: UpdateWebhookInput!) {
    updateWebhook(input: $input) {
      __typename
      ... on Webhook { id url types resourceIds role audience status statusText }
      ... on BrokerError { code message }
      ... on ValidationError { field problems { field code message } }
    }
  }
`);

export const DeleteWebhook = graphql(`
  mutation DeleteWebhook($id: ID!) {
    deleteWebhook(id: $id) {
      __typename
      ... on DeletedWebhook { id }
      ... on BrokerError { code message }
    }
  }
`);

export const RotateWebhookSecret = graphql(`
  mutation RotateWebhookSecret($id: ID!) {
    rotateWebhookSecret(id: $id) {
      __typename
      ... on WebhookWithSecret { secret webhook { id status } }
      ... on BrokerError { code message }
    }
  }
`);

export const TestWebhook = graphql(`
  mutation TestWebhook($id: ID!) {
    testWebhook(id: $id) {
      __typename
      ... on DeliveryAttempt { at durationMs responseStatus responseExcerpt error }
      ... on BrokerError { code message }
    }
  }
`);

export const ReplayWebhook = graphql(`
  mutation ReplayWebhook($id: ID!, $since: DateTime!) {
    replayWebhook(id: $id, since: $since) {
      __typename
      ... on Webhook { id status }
      ... on BrokerError { code message }
    }
  }
`);

export const Redeliver = graphql(`
  mutation Redeliver($deliveryId: ID!) {
    redeliver(deliveryId: $deliveryId) {
      __typename
      ... on Delivery { id status nextAttemptAt attempts { at } }
      ... on BrokerError { code message }
    }
  }
`);

export const GetWebhook = graphql(`
  query GetWebhook($id: ID!, $first: Int, $after: String, $status: DeliveryStatus) {
    webhook(id: $id) {
      id url types resourceIds role audience status statusText
      deliveries(first: $first, after: $after, status: $status) {
        edges {
          cursor
          node {
            id status nextAttemptAt
            event { id type transferId transferStatus }
            attempts { at durationMs responseStatus responseExcerpt error }
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

export const ListWebhooks = graphql(`
  query ListWebhooks {
    webhooks { id url status }
  }
`);

export const FindNode = graphql(`
  query FindNode($id: ID!) {
    node(id: $id) { __typename id }
  }
`);

export const GetDelivery = graphql(`
  query GetDelivery($id: ID!) {
    node(id: $id) {
      __typename
      ... on Delivery {
        id status nextAttemptAt
        event { id type transferStatus transfer { id fileName viewerRoles } }
        attempts { at durationMs responseStatus responseExcerpt error }
      }
    }
  }
`);
