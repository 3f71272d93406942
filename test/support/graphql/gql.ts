/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  mutation RegisterServiceOwner($name: String!) {\n    registerServiceOwner(input: { name: $name }) {\n      __typename\n      ... on ServiceOwner { id name party { id } }\n      ... on BrokerError { code message }\n    }\n  }\n": typeof types.RegisterServiceOwnerDocument,
    "\n  mutation ConfigureResource($input: ConfigureResourceInput!) {\n    configureResource(input: $input) {\n      __typename\n      ... on Resource {\n        id title openTo computeMd5 maxTransferSize transferTimeToLive expiryReminder\n      }\n      ... on BrokerError { code message }\n      ... on ValidationError { field problems { field code message } }\n    }\n  }\n": typeof types.ConfigureResourceDocument,
    "\n  mutation GrantResourceAccess($input: ResourceAccessInput!) {\n    grantResourceAccess(input: $input) {\n      __typename\n      ... on Resource { id }\n      ... on BrokerError { code message }\n    }\n  }\n": typeof types.GrantResourceAccessDocument,
    "\n  mutation RevokeResourceAccess($input: ResourceAccessInput!) {\n    revokeResourceAccess(input: $input) {\n      __typename\n      ... on Resource { id }\n      ... on BrokerError { code message }\n    }\n  }\n": typeof types.RevokeResourceAccessDocument,
    "\n  mutation InitializeTransfer($input: InitializeTransferInput!) {\n    initializeTransfer(input: $input) {\n      __typename\n      ... on Transfer { id status upload { id url offset length expiresAt } }\n      ... on BrokerError { code message }\n      ... on ValidationError { field problems { field code message } }\n    }\n  }\n": typeof types.InitializeTransferDocument,
    "\n  mutation CancelTransfer($id: ID!) {\n    cancelTransfer(id: $id) {\n      __typename\n      ... on Transfer { id status }\n      ... on BrokerError { code message }\n    }\n  }\n": typeof types.CancelTransferDocument,
    "\n  mutation ConfirmDownload($id: ID!, $sha256: String) {\n    confirmDownload(transferId: $id, sha256: $sha256) {\n      __typename\n      ... on Transfer { id status viewerRecipient { status } }\n      ... on BrokerError { code message }\n      ... on ValidationError { field problems { field code message } }\n    }\n  }\n": typeof types.ConfirmDownloadDocument,
    "\n  mutation CreateDownloadLink($id: ID!) {\n    createDownloadLink(transferId: $id) {\n      __typename\n      ... on TemporaryLink { url expiresAt }\n      ... on BrokerError { code message }\n    }\n  }\n": typeof types.CreateDownloadLinkDocument,
    "\n  query GetTransfer($id: ID!) {\n    transfer(id: $id) {\n      id\n      status\n      statusText\n      failure\n      fileName\n      size\n      publishedAt\n      expiresAt\n      fileDeletedAt\n      digests { sha256 md5 }\n      virusScan { status scannedAt finding }\n      upload { id url offset length expiresAt }\n      viewerRoles\n      viewerRecipient { status }\n      recipientCounts { total initialized downloadStarted confirmed }\n      recipients { party { id } status }\n      events(first: 100) {\n        edges {\n          cursor\n          node {\n            type\n            time\n            statusText\n            transferStatus\n            recipientStatus\n            subject { id }\n            actor { party { id } vendor { id } clientId systemUserId }\n          }\n        }\n      }\n    }\n  }\n": typeof types.GetTransferDocument,
    "\n  query ListEvents($filter: EventFilter, $first: Int, $after: String, $last: Int, $before: String) {\n    events(filter: $filter, first: $first, after: $after, last: $last, before: $before) {\n      edges { cursor node { id type transferId } }\n      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }\n    }\n  }\n": typeof types.ListEventsDocument,
    "\n  query EventLogEnd {\n    eventLogEnd\n  }\n": typeof types.EventLogEndDocument,
    "\n  subscription FollowEvents($filter: EventFilter, $after: String, $startAt: EventStart! = NOW) {\n    events(filter: $filter, after: $after, startAt: $startAt) {\n      cursor\n      node { id type transferId transferStatus }\n    }\n  }\n": typeof types.FollowEventsDocument,
    "\n  subscription FollowTransfer($id: ID!) {\n    transfer(id: $id) {\n      id\n      status\n      upload { offset }\n      recipients { status }\n    }\n  }\n": typeof types.FollowTransferDocument,
    "\n  query ListResourceAccess($id: ID!, $parties: [PartyId!]) {\n    resource(id: $id) {\n      accessList(parties: $parties, first: 100) { edges { node { party { id } actions } } }\n    }\n  }\n": typeof types.ListResourceAccessDocument,
};
const documents: Documents = {
    "\n  mutation RegisterServiceOwner($name: String!) {\n    registerServiceOwner(input: { name: $name }) {\n      __typename\n      ... on ServiceOwner { id name party { id } }\n      ... on BrokerError { code message }\n    }\n  }\n": types.RegisterServiceOwnerDocument,
    "\n  mutation ConfigureResource($input: ConfigureResourceInput!) {\n    configureResource(input: $input) {\n      __typename\n      ... on Resource {\n        id title openTo computeMd5 maxTransferSize transferTimeToLive expiryReminder\n      }\n      ... on BrokerError { code message }\n      ... on ValidationError { field problems { field code message } }\n    }\n  }\n": types.ConfigureResourceDocument,
    "\n  mutation GrantResourceAccess($input: ResourceAccessInput!) {\n    grantResourceAccess(input: $input) {\n      __typename\n      ... on Resource { id }\n      ... on BrokerError { code message }\n    }\n  }\n": types.GrantResourceAccessDocument,
    "\n  mutation RevokeResourceAccess($input: ResourceAccessInput!) {\n    revokeResourceAccess(input: $input) {\n      __typename\n      ... on Resource { id }\n      ... on BrokerError { code message }\n    }\n  }\n": types.RevokeResourceAccessDocument,
    "\n  mutation InitializeTransfer($input: InitializeTransferInput!) {\n    initializeTransfer(input: $input) {\n      __typename\n      ... on Transfer { id status upload { id url offset length expiresAt } }\n      ... on BrokerError { code message }\n      ... on ValidationError { field problems { field code message } }\n    }\n  }\n": types.InitializeTransferDocument,
    "\n  mutation CancelTransfer($id: ID!) {\n    cancelTransfer(id: $id) {\n      __typename\n      ... on Transfer { id status }\n      ... on BrokerError { code message }\n    }\n  }\n": types.CancelTransferDocument,
    "\n  mutation ConfirmDownload($id: ID!, $sha256: String) {\n    confirmDownload(transferId: $id, sha256: $sha256) {\n      __typename\n      ... on Transfer { id status viewerRecipient { status } }\n      ... on BrokerError { code message }\n      ... on ValidationError { field problems { field code message } }\n    }\n  }\n": types.ConfirmDownloadDocument,
    "\n  mutation CreateDownloadLink($id: ID!) {\n    createDownloadLink(transferId: $id) {\n      __typename\n      ... on TemporaryLink { url expiresAt }\n      ... on BrokerError { code message }\n    }\n  }\n": types.CreateDownloadLinkDocument,
    "\n  query GetTransfer($id: ID!) {\n    transfer(id: $id) {\n      id\n      status\n      statusText\n      failure\n      fileName\n      size\n      publishedAt\n      expiresAt\n      fileDeletedAt\n      digests { sha256 md5 }\n      virusScan { status scannedAt finding }\n      upload { id url offset length expiresAt }\n      viewerRoles\n      viewerRecipient { status }\n      recipientCounts { total initialized downloadStarted confirmed }\n      recipients { party { id } status }\n      events(first: 100) {\n        edges {\n          cursor\n          node {\n            type\n            time\n            statusText\n            transferStatus\n            recipientStatus\n            subject { id }\n            actor { party { id } vendor { id } clientId systemUserId }\n          }\n        }\n      }\n    }\n  }\n": types.GetTransferDocument,
    "\n  query ListEvents($filter: EventFilter, $first: Int, $after: String, $last: Int, $before: String) {\n    events(filter: $filter, first: $first, after: $after, last: $last, before: $before) {\n      edges { cursor node { id type transferId } }\n      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }\n    }\n  }\n": types.ListEventsDocument,
    "\n  query EventLogEnd {\n    eventLogEnd\n  }\n": types.EventLogEndDocument,
    "\n  subscription FollowEvents($filter: EventFilter, $after: String, $startAt: EventStart! = NOW) {\n    events(filter: $filter, after: $after, startAt: $startAt) {\n      cursor\n      node { id type transferId transferStatus }\n    }\n  }\n": types.FollowEventsDocument,
    "\n  subscription FollowTransfer($id: ID!) {\n    transfer(id: $id) {\n      id\n      status\n      upload { offset }\n      recipients { status }\n    }\n  }\n": types.FollowTransferDocument,
    "\n  query ListResourceAccess($id: ID!, $parties: [PartyId!]) {\n    resource(id: $id) {\n      accessList(parties: $parties, first: 100) { edges { node { party { id } actions } } }\n    }\n  }\n": types.ListResourceAccessDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RegisterServiceOwner($name: String!) {\n    registerServiceOwner(input: { name: $name }) {\n      __typename\n      ... on ServiceOwner { id name party { id } }\n      ... on BrokerError { code message }\n    }\n  }\n"): typeof import('./graphql.ts').RegisterServiceOwnerDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ConfigureResource($input: ConfigureResourceInput!) {\n    configureResource(input: $input) {\n      __typename\n      ... on Resource {\n        id title openTo computeMd5 maxTransferSize transferTimeToLive expiryReminder\n      }\n      ... on BrokerError { code message }\n      ... on ValidationError { field problems { field code message } }\n    }\n  }\n"): typeof import('./graphql.ts').ConfigureResourceDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation GrantResourceAccess($input: ResourceAccessInput!) {\n    grantResourceAccess(input: $input) {\n      __typename\n      ... on Resource { id }\n      ... on BrokerError { code message }\n    }\n  }\n"): typeof import('./graphql.ts').GrantResourceAccessDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevokeResourceAccess($input: ResourceAccessInput!) {\n    revokeResourceAccess(input: $input) {\n      __typename\n      ... on Resource { id }\n      ... on BrokerError { code message }\n    }\n  }\n"): typeof import('./graphql.ts').RevokeResourceAccessDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation InitializeTransfer($input: InitializeTransferInput!) {\n    initializeTransfer(input: $input) {\n      __typename\n      ... on Transfer { id status upload { id url offset length expiresAt } }\n      ... on BrokerError { code message }\n      ... on ValidationError { field problems { field code message } }\n    }\n  }\n"): typeof import('./graphql.ts').InitializeTransferDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CancelTransfer($id: ID!) {\n    cancelTransfer(id: $id) {\n      __typename\n      ... on Transfer { id status }\n      ... on BrokerError { code message }\n    }\n  }\n"): typeof import('./graphql.ts').CancelTransferDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ConfirmDownload($id: ID!, $sha256: String) {\n    confirmDownload(transferId: $id, sha256: $sha256) {\n      __typename\n      ... on Transfer { id status viewerRecipient { status } }\n      ... on BrokerError { code message }\n      ... on ValidationError { field problems { field code message } }\n    }\n  }\n"): typeof import('./graphql.ts').ConfirmDownloadDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateDownloadLink($id: ID!) {\n    createDownloadLink(transferId: $id) {\n      __typename\n      ... on TemporaryLink { url expiresAt }\n      ... on BrokerError { code message }\n    }\n  }\n"): typeof import('./graphql.ts').CreateDownloadLinkDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query GetTransfer($id: ID!) {\n    transfer(id: $id) {\n      id\n      status\n      statusText\n      failure\n      fileName\n      size\n      publishedAt\n      expiresAt\n      fileDeletedAt\n      digests { sha256 md5 }\n      virusScan { status scannedAt finding }\n      upload { id url offset length expiresAt }\n      viewerRoles\n      viewerRecipient { status }\n      recipientCounts { total initialized downloadStarted confirmed }\n      recipients { party { id } status }\n      events(first: 100) {\n        edges {\n          cursor\n          node {\n            type\n            time\n            statusText\n            transferStatus\n            recipientStatus\n            subject { id }\n            actor { party { id } vendor { id } clientId systemUserId }\n          }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').GetTransferDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ListEvents($filter: EventFilter, $first: Int, $after: String, $last: Int, $before: String) {\n    events(filter: $filter, first: $first, after: $after, last: $last, before: $before) {\n      edges { cursor node { id type transferId } }\n      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }\n    }\n  }\n"): typeof import('./graphql.ts').ListEventsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query EventLogEnd {\n    eventLogEnd\n  }\n"): typeof import('./graphql.ts').EventLogEndDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription FollowEvents($filter: EventFilter, $after: String, $startAt: EventStart! = NOW) {\n    events(filter: $filter, after: $after, startAt: $startAt) {\n      cursor\n      node { id type transferId transferStatus }\n    }\n  }\n"): typeof import('./graphql.ts').FollowEventsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription FollowTransfer($id: ID!) {\n    transfer(id: $id) {\n      id\n      status\n      upload { offset }\n      recipients { status }\n    }\n  }\n"): typeof import('./graphql.ts').FollowTransferDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ListResourceAccess($id: ID!, $parties: [PartyId!]) {\n    resource(id: $id) {\n      accessList(parties: $parties, first: 100) { edges { node { party { id } actions } } }\n    }\n  }\n"): typeof import('./graphql.ts').ListResourceAccessDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
