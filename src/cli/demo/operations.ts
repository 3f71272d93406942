/** The GraphQL operations that the demo sends. */
import { graphql } from '../graphql/index.ts';

export const RegisterServiceOwner = graphql(`
  mutation RegisterServiceOwner($name: String!) {
    registerServiceOwner(input: { name: $name }) {
      __typename
      ... on ServiceOwner { name }
      ... on BrokerError { message }
    }
  }
`);

export const ConfigureResource = graphql(`
  mutation ConfigureResource($input: ConfigureResourceInput!) {
    configureResource(input: $input) {
      __typename
      ... on Resource { id title }
      ... on BrokerError { message }
    }
  }
`);

export const GrantResourceAccess = graphql(`
  mutation GrantResourceAccess($input: ResourceAccessInput!) {
    grantResourceAccess(input: $input) {
      __typename
      ... on BrokerError { message }
    }
  }
`);

export const InitializeTransfer = graphql(`
  mutation InitializeTransfer($input: InitializeTransferInput!) {
    initializeTransfer(input: $input) {
      __typename
      ... on Transfer { id status upload { url } }
      ... on BrokerError { message }
    }
  }
`);

export const CreateWebhook = graphql(`
  mutation CreateWebhook($input: CreateWebhookInput!) {
    createWebhook(input: $input) {
      __typename
      ... on WebhookWithSecret { secret webhook { id url status } }
      ... on BrokerError { message }
    }
  }
`);

export const ReadWebhook = graphql(`
  query ReadWebhook($id: ID!) {
    webhook(id: $id) { status statusText }
  }
`);

export const FollowEvents = graphql(`
  subscription FollowEvents($transferId: ID!) {
    events(filter: { transferId: $transferId }, startAt: BEGINNING) {
      node { id type statusText }
    }
  }
`);

export const ConfirmDownload = graphql(`
  mutation ConfirmDownload($transferId: ID!, $sha256: String!) {
    confirmDownload(transferId: $transferId, sha256: $sha256) {
      __typename
      ... on Transfer { status viewerRecipient { status } }
      ... on BrokerError { message }
    }
  }
`);

export const ReadEventLog = graphql(`
  query ReadEventLog($transferId: ID!) {
    transfer(id: $transferId) {
      events(first: 100) {
        edges {
          node { time type transferStatus recipientStatus subject { id } }
        }
      }
    }
  }
`);

export const ReadOwnEvents = graphql(`
  query ReadOwnEvents($transferId: ID!) {
    events(filter: { transferId: $transferId, audience: MINE }, first: 100) {
      edges { node { id } }
    }
  }
`);
