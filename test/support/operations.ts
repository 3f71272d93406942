/** The GraphQL operations that tests of the running broker send. */
import { graphql } from './graphql/index.ts';

export const RegisterServiceOwner = graphql(`
  mutation RegisterServiceOwner($name: String!) {
    registerServiceOwner(input: { name: $name }) {
      __typename
      ... on ServiceOwner { id name party { id } }
      ... on BrokerError { code message }
    }
  }
`);

export const ConfigureResource = graphql(`
  mutation ConfigureResource($input: ConfigureResourceInput!) {
    configureResource(input: $input) {
      __typename
      ... on Resource {
        id title openTo computeMd5 maxTransferSize transferTimeToLive expiryReminder
      }
      ... on BrokerError { code message }
      ... on ValidationError { field problems { field code message } }
    }
  }
`);

export const GrantResourceAccess = graphql(`
  mutation GrantResourceAccess($input: ResourceAccessInput!) {
    grantResourceAccess(input: $input) {
      __typename
      ... on Resource { id }
      ... on BrokerError { code message }
    }
  }
`);

export const RevokeResourceAccess = graphql(`
  mutation RevokeResourceAccess($input: ResourceAccessInput!) {
    revokeResourceAccess(input: $input) {
      __typename
      ... on Resource { id }
      ... on BrokerError { code message }
    }
  }
`);

export const InitializeTransfer = graphql(`
  mutation InitializeTransfer($input: InitializeTransferInput!) {
    initializeTransfer(input: $input) {
      __typename
      ... on Transfer { id status upload { id url offset length expiresAt } }
      ... on BrokerError { code message }
      ... on ValidationError { field problems { field code message } }
    }
  }
`);

export const CancelTransfer = graphql(`
  mutation CancelTransfer($id: ID!) {
    cancelTransfer(id: $id) {
      __typename
      ... on Transfer { id status }
      ... on BrokerError { code message }
    }
  }
`);

export const ConfirmDownload = graphql(`
  mutation ConfirmDownload($id: ID!, $sha256: String) {
    confirmDownload(transferId: $id, sha256: $sha256) {
      __typename
      ... on Transfer { id status viewerRecipient { status } }
      ... on BrokerError { code message }
      ... on ValidationError { field problems { field code message } }
    }
  }
`);

export const CreateDownloadLink = graphql(`
  mutation CreateDownloadLink($id: ID!) {
    createDownloadLink(transferId: $id) {
      __typename
      ... on TemporaryLink { url expiresAt }
      ... on BrokerError { code message }
    }
  }
`);

export const GetTransfer = graphql(`
  query GetTransfer($id: ID!) {
    transfer(id: $id) {
      id
      status
      statusText
      failure
      fileName
      size
      publishedAt
      expiresAt
      fileDeletedAt
      digests { sha256 md5 }
      virusScan { status scannedAt finding }
      upload { id url offset length expiresAt }
      viewerRoles
      viewerRecipient { status }
      recipientCounts { total initialized downloadStarted confirmed }
      recipients { party { id } status }
      events(first: 100) {
        edges {
          cursor
          node {
            type
            time
            statusText
            transferStatus
            recipientStatus
            subject { id }
            actor { party { id } vendor { id } clientId systemUserId }
          }
        }
      }
    }
  }
`);

export const ListEvents = graphql(`
  query ListEvents($filter: EventFilter, $first: Int, $after: String, $last: Int, $before: String) {
    events(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      edges { cursor node { id type transferId } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`);

export const EventLogEnd = graphql(`
  query EventLogEnd {
    eventLogEnd
  }
`);

export const FollowEvents = graphql(`
  subscription FollowEvents($filter: EventFilter, $after: String, $startAt: EventStart! = NOW) {
    events(filter: $filter, after: $after, startAt: $startAt) {
      cursor
      node { id type transferId transferStatus }
    }
  }
`);

export const FollowTransfer = graphql(`
  subscription FollowTransfer($id: ID!) {
    transfer(id: $id) {
      id
      status
      upload { offset }
      recipients { status }
    }
  }
`);

export const ListResourceAccess = graphql(`
  query ListResourceAccess($id: ID!, $parties: [PartyId!]) {
    resource(id: $id) {
      accessList(parties: $parties, first: 100) { edges { node { party { id } actions } } }
    }
  }
`);

/** All of a transfer that depends on who looks at it, and what a test tells that by. */
export const ViewerFields = graphql(`
  fragment ViewerFields on Transfer {
    id
    status
    statusText
    sender { id }
    recipients { party { id } status }
    viewerRoles
    viewerRecipient { id party { id } status }
    upload { id url offset length }
    resource {
      id
      viewerActions
      accessList(first: 10) { totalCount edges { node { party { id } actions } } }
      serviceOwner {
        party { id }
        resources(first: 10) { edges { node { id viewerActions accessList(first: 10) { totalCount } } } }
      }
    }
    events(first: 100) {
      edges { node { id type transferId subject { id } actor { ...ActorFields } } }
    }
  }
`);

export const ActorFields = graphql(`
  fragment ActorFields on Actor {
    party { id }
    vendor { id }
    clientId
    systemUserId
  }
`);

export const FollowEventsInFull = graphql(`
  subscription FollowEventsInFull($after: String!) {
    events(after: $after) {
      cursor
      node {
        id
        type
        transferId
        transferStatus
        recipientStatus
        subject { id name }
        actor { ...ActorFields }
        transfer { ...ViewerFields }
      }
    }
  }
`);

export const FollowTransferInFull = graphql(`
  subscription FollowTransferInFull($id: ID!) {
    transfer(id: $id) { ...ViewerFields }
  }
`);

export const GetViewer = graphql(`
  query GetViewer {
    viewer {
      party { id }
      vendor { id }
      clientId
      systemUserId
    }
  }
`);

export const FollowUpload = graphql(`
  subscription FollowUpload($id: ID!) {
    transfer(id: $id) { status upload { offset length } }
  }
`);

export const LoadTransfers = graphql(`
  query LoadTransfers($filter: TransferFilter!) {
    transfers(filter: $filter, first: 100) {
      edges { node { id status recipients { party { id } status } } }
      pageInfo { hasNextPage }
    }
    eventLogEnd
    events(last: 1) { pageInfo { endCursor } }
  }
`);

export const FollowChanges = graphql(`
  subscription FollowChanges($after: String!) {
    events(after: $after) {
      cursor
      node { id type transferId transferStatus recipientStatus subject { id } }
    }
  }
`);
