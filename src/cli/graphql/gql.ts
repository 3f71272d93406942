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
    "\n  mutation RegisterServiceOwner($name: String!) {\n    registerServiceOwner(input: { name: $name }) {\n      __typename\n      ... on ServiceOwner { name }\n      ... on BrokerError { message }\n    }\n  }\n": typeof types.RegisterServiceOwnerDocument,
    "\n  mutation ConfigureResource($input: ConfigureResourceInput!) {\n    configureResource(input: $input) {\n      __typename\n      ... on Resource { id title }\n      ... on BrokerError { message }\n    }\n  }\n": typeof types.ConfigureResourceDocument,
    "\n  mutation GrantResourceAccess($input: ResourceAccessInput!) {\n    grantResourceAccess(input: $input) {\n      __typename\n      ... on BrokerError { message }\n    }\n  }\n": typeof types.GrantResourceAccessDocument,
    "\n  mutation InitializeTransfer($input: InitializeTransferInput!) {\n    initializeTransfer(input: $input) {\n      __typename\n      ... on Transfer { id status upload { url } }\n      ... on BrokerError { message }\n    }\n  }\n": typeof types.InitializeTransferDocument,
    "\n  mutation CreateWebhook($input: CreateWebhookInput!) {\n    createWebhook(input: $input) {\n      __typename\n      ... on WebhookWithSecret { secret webhook { id url status } }\n      ... on BrokerError { message }\n    }\n  }\n": typeof types.CreateWebhookDocument,
    "\n  query ReadWebhook($id: ID!) {\n    webhook(id: $id) { status statusText }\n  }\n": typeof types.ReadWebhookDocument,
    "\n  subscription FollowEvents($transferId: ID!) {\n    events(filter: { transferId: $transferId }, startAt: BEGINNING) {\n      node { id type statusText }\n    }\n  }\n": typeof types.FollowEventsDocument,
    "\n  mutation ConfirmDownload($transferId: ID!, $sha256: String!) {\n    confirmDownload(transferId: $transferId, sha256: $sha256) {\n      __typename\n      ... on Transfer { status viewerRecipient { status } }\n      ... on BrokerError { message }\n    }\n  }\n": typeof types.ConfirmDownloadDocument,
    "\n  query ReadEventLog($transferId: ID!) {\n    transfer(id: $transferId) {\n      events(first: 100) {\n        edges {\n          node { time type transferStatus recipientStatus subject { id } }\n        }\n      }\n    }\n  }\n": typeof types.ReadEventLogDocument,
    "\n  query ReadOwnEvents($transferId: ID!) {\n    events(filter: { transferId: $transferId, audience: MINE }, first: 100) {\n      edges { node { id } }\n    }\n  }\n": typeof types.ReadOwnEventsDocument,
};
const documents: Documents = {
    "\n  mutation RegisterServiceOwner($name: String!) {\n    registerServiceOwner(input: { name: $name }) {\n      __typename\n      ... on ServiceOwner { name }\n      ... on BrokerError { message }\n    }\n  }\n": types.RegisterServiceOwnerDocument,
    "\n  mutation ConfigureResource($input: ConfigureResourceInput!) {\n    configureResource(input: $input) {\n      __typename\n      ... on Resource { id title }\n      ... on BrokerError { message }\n    }\n  }\n": types.ConfigureResourceDocument,
    "\n  mutation GrantResourceAccess($input: ResourceAccessInput!) {\n    grantResourceAccess(input: $input) {\n      __typename\n      ... on BrokerError { message }\n    }\n  }\n": types.GrantResourceAccessDocument,
    "\n  mutation InitializeTransfer($input: InitializeTransferInput!) {\n    initializeTransfer(input: $input) {\n      __typename\n      ... on Transfer { id status upload { url } }\n      ... on BrokerError { message }\n    }\n  }\n": types.InitializeTransferDocument,
    "\n  mutation CreateWebhook($input: CreateWebhookInput!) {\n    createWebhook(input: $input) {\n      __typename\n      ... on WebhookWithSecret { secret webhook { id url status } }\n      ... on BrokerError { message }\n    }\n  }\n": types.CreateWebhookDocument,
    "\n  query ReadWebhook($id: ID!) {\n    webhook(id: $id) { status statusText }\n  }\n": types.ReadWebhookDocument,
    "\n  subscription FollowEvents($transferId: ID!) {\n    events(filter: { transferId: $transferId }, startAt: BEGINNING) {\n      node { id type statusText }\n    }\n  }\n": types.FollowEventsDocument,
    "\n  mutation ConfirmDownload($transferId: ID!, $sha256: String!) {\n    confirmDownload(transferId: $transferId, sha256: $sha256) {\n      __typename\n      ... on Transfer { status viewerRecipient { status } }\n      ... on BrokerError { message }\n    }\n  }\n": types.ConfirmDownloadDocument,
    "\n  query ReadEventLog($transferId: ID!) {\n    transfer(id: $transferId) {\n      events(first: 100) {\n        edges {\n          node { time type transferStatus recipientStatus subject { id } }\n        }\n      }\n    }\n  }\n": types.ReadEventLogDocument,
    "\n  query ReadOwnEvents($transferId: ID!) {\n    events(filter: { transferId: $transferId, audience: MINE }, first: 100) {\n      edges { node { id } }\n    }\n  }\n": types.ReadOwnEventsDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RegisterServiceOwner($name: String!) {\n    registerServiceOwner(input: { name: $name }) {\n      __typename\n      ... on ServiceOwner { name }\n      ... on BrokerError { message }\n    }\n  }\n"): typeof import('./graphql.ts').RegisterServiceOwnerDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ConfigureResource($input: ConfigureResourceInput!) {\n    configureResource(input: $input) {\n      __typename\n      ... on Resource { id title }\n      ... on BrokerError { message }\n    }\n  }\n"): typeof import('./graphql.ts').ConfigureResourceDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation GrantResourceAccess($input: ResourceAccessInput!) {\n    grantResourceAccess(input: $input) {\n      __typename\n      ... on BrokerError { message }\n    }\n  }\n"): typeof import('./graphql.ts').GrantResourceAccessDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation InitializeTransfer($input: InitializeTransferInput!) {\n    initializeTransfer(input: $input) {\n      __typename\n      ... on Transfer { id status upload { url } }\n      ... on BrokerError { message }\n    }\n  }\n"): typeof import('./graphql.ts').InitializeTransferDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateWebhook($input: CreateWebhookInput!) {\n    createWebhook(input: $input) {\n      __typename\n      ... on WebhookWithSecret { secret webhook { id url status } }\n      ... on BrokerError { message }\n    }\n  }\n"): typeof import('./graphql.ts').CreateWebhookDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadWebhook($id: ID!) {\n    webhook(id: $id) { status statusText }\n  }\n"): typeof import('./graphql.ts').ReadWebhookDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription FollowEvents($transferId: ID!) {\n    events(filter: { transferId: $transferId }, startAt: BEGINNING) {\n      node { id type statusText }\n    }\n  }\n"): typeof import('./graphql.ts').FollowEventsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ConfirmDownload($transferId: ID!, $sha256: String!) {\n    confirmDownload(transferId: $transferId, sha256: $sha256) {\n      __typename\n      ... on Transfer { status viewerRecipient { status } }\n      ... on BrokerError { message }\n    }\n  }\n"): typeof import('./graphql.ts').ConfirmDownloadDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadEventLog($transferId: ID!) {\n    transfer(id: $transferId) {\n      events(first: 100) {\n        edges {\n          node { time type transferStatus recipientStatus subject { id } }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ReadEventLogDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadOwnEvents($transferId: ID!) {\n    events(filter: { transferId: $transferId, audience: MINE }, first: 100) {\n      edges { node { id } }\n    }\n  }\n"): typeof import('./graphql.ts').ReadOwnEventsDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
