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
    "\n  fragment ViewerFields on Transfer {\n    id\n    status\n    statusText\n    sender { id }\n    recipients { party { id } status }\n    viewerRoles\n    viewerRecipient { id party { id } status }\n    upload { id url offset length }\n    resource {\n      id\n      viewerActions\n      accessList(first: 10) { totalCount edges { node { party { id } actions } } }\n      serviceOwner {\n        party { id }\n        resources(first: 10) { edges { node { id viewerActions accessList(first: 10) { totalCount } } } }\n      }\n    }\n    events(first: 100) {\n      edges { node { id type transferId subject { id } actor { ...ActorFields } } }\n    }\n  }\n": typeof types.ViewerFieldsFragmentDoc,
    "\n  fragment ActorFields on Actor {\n    party { id }\n    vendor { id }\n    clientId\n    systemUserId\n  }\n": typeof types.ActorFieldsFragmentDoc,
    "\n  subscription FollowEventsInFull($after: String!) {\n    events(after: $after) {\n      cursor\n      node {\n        id\n        type\n        transferId\n        transferStatus\n        recipientStatus\n        subject { id name }\n        actor { ...ActorFields }\n        transfer { ...ViewerFields }\n      }\n    }\n  }\n": typeof types.FollowEventsInFullDocument,
    "\n  subscription FollowTransferInFull($id: ID!) {\n    transfer(id: $id) { ...ViewerFields }\n  }\n": typeof types.FollowTransferInFullDocument,
    "\n  query GetViewer {\n    viewer {\n      party { id }\n      vendor { id }\n      clientId\n      systemUserId\n    }\n  }\n": typeof types.GetViewerDocument,
    "\n  subscription FollowUpload($id: ID!) {\n    transfer(id: $id) { status upload { offset length } }\n  }\n": typeof types.FollowUploadDocument,
    "\n  query LoadTransfers($filter: TransferFilter!) {\n    transfers(filter: $filter, first: 100) {\n      edges { node { id status recipients { party { id } status } } }\n      pageInfo { hasNextPage }\n    }\n    eventLogEnd\n    events(last: 1) { pageInfo { endCursor } }\n  }\n": typeof types.LoadTransfersDocument,
    "\n  subscription FollowChanges($after: String!) {\n    events(after: $after) {\n      cursor\n      node { id type transferId transferStatus recipientStatus subject { id } }\n    }\n  }\n": typeof types.FollowChangesDocument,
    "\n  query CountTransfers($filter: StatisticsFilter) {\n    statistics(filter: $filter) { totals { transfers } asOf }\n  }\n": typeof types.CountTransfersDocument,
    "\n  mutation ExportStatistics(\n    $filter: StatisticsFilter, $groupBy: [StatisticsDimension!]! = [DAY, RESOURCE, SENDER]\n    $format: ExportFormat!, $columns: ExportColumns! = ALL\n  ) {\n    exportStatistics(filter: $filter, groupBy: $groupBy, format: $format, columns: $columns) {\n      __typename\n      ... on TemporaryLink { url expiresAt }\n      ... on BrokerError { code message }\n      ... on ValidationError { field }\n    }\n  }\n": typeof types.ExportStatisticsDocument,
    "\n  mutation ExportEvents($filter: EventFilter, $from: DateTime, $to: DateTime) {\n    exportEvents(filter: $filter, from: $from, to: $to) {\n      __typename\n      ... on TemporaryLink { url expiresAt }\n      ... on BrokerError { code message }\n      ... on ValidationError { field }\n    }\n  }\n": typeof types.ExportEventsDocument,
    "\n  query ReadLog {\n    events(first: 100) {\n      edges {\n        cursor\n        node {\n          id type time transferId transferStatus recipientStatus statusText subject { id }\n        }\n      }\n    }\n  }\n": typeof types.ReadLogDocument,
    "\n  mutation CreateWebhook($input: CreateWebhookInput!) {\n    createWebhook(input: $input) {\n      __typename\n      ... on WebhookWithSecret {\n        secret\n        webhook { id url types resourceIds role audience status statusText createdAt }\n      }\n      ... on BrokerError { code message }\n      ... on ValidationError { field problems { field code message } }\n    }\n  }\n": typeof types.CreateWebhookDocument,
    "\n  mutation UpdateWebhook($input: UpdateWebhookInput!) {\n    updateWebhook(input: $input) {\n      __typename\n      ... on Webhook { id url types resourceIds role audience status statusText }\n      ... on BrokerError { code message }\n      ... on ValidationError { field problems { field code message } }\n    }\n  }\n": typeof types.UpdateWebhookDocument,
    "\n  mutation DeleteWebhook($id: ID!) {\n    deleteWebhook(id: $id) {\n      __typename\n      ... on DeletedWebhook { id }\n      ... on BrokerError { code message }\n    }\n  }\n": typeof types.DeleteWebhookDocument,
    "\n  mutation RotateWebhookSecret($id: ID!) {\n    rotateWebhookSecret(id: $id) {\n      __typename\n      ... on WebhookWithSecret { secret webhook { id status } }\n      ... on BrokerError { code message }\n    }\n  }\n": typeof types.RotateWebhookSecretDocument,
    "\n  mutation TestWebhook($id: ID!) {\n    testWebhook(id: $id) {\n      __typename\n      ... on DeliveryAttempt { at durationMs responseStatus responseExcerpt error }\n      ... on BrokerError { code message }\n    }\n  }\n": typeof types.TestWebhookDocument,
    "\n  mutation ReplayWebhook($id: ID!, $since: DateTime!) {\n    replayWebhook(id: $id, since: $since) {\n      __typename\n      ... on Webhook { id status }\n      ... on BrokerError { code message }\n    }\n  }\n": typeof types.ReplayWebhookDocument,
    "\n  mutation Redeliver($deliveryId: ID!) {\n    redeliver(deliveryId: $deliveryId) {\n      __typename\n      ... on Delivery { id status nextAttemptAt attempts { at } }\n      ... on BrokerError { code message }\n    }\n  }\n": typeof types.RedeliverDocument,
    "\n  query GetWebhook($id: ID!, $first: Int, $after: String, $status: DeliveryStatus) {\n    webhook(id: $id) {\n      id url types resourceIds role audience status statusText\n      deliveries(first: $first, after: $after, status: $status) {\n        edges {\n          cursor\n          node {\n            id status nextAttemptAt\n            event { id type transferId transferStatus }\n            attempts { at durationMs responseStatus responseExcerpt error }\n          }\n        }\n        pageInfo { hasNextPage endCursor }\n      }\n    }\n  }\n": typeof types.GetWebhookDocument,
    "\n  query ListWebhooks {\n    webhooks { id url status }\n  }\n": typeof types.ListWebhooksDocument,
    "\n  query FindNode($id: ID!) {\n    node(id: $id) { __typename id }\n  }\n": typeof types.FindNodeDocument,
    "\n  query GetDelivery($id: ID!) {\n    node(id: $id) {\n      __typename\n      ... on Delivery {\n        id status nextAttemptAt\n        event { id type transferStatus transfer { id fileName viewerRoles } }\n        attempts { at durationMs responseStatus responseExcerpt error }\n      }\n    }\n  }\n": typeof types.GetDeliveryDocument,
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
    "\n  fragment ViewerFields on Transfer {\n    id\n    status\n    statusText\n    sender { id }\n    recipients { party { id } status }\n    viewerRoles\n    viewerRecipient { id party { id } status }\n    upload { id url offset length }\n    resource {\n      id\n      viewerActions\n      accessList(first: 10) { totalCount edges { node { party { id } actions } } }\n      serviceOwner {\n        party { id }\n        resources(first: 10) { edges { node { id viewerActions accessList(first: 10) { totalCount } } } }\n      }\n    }\n    events(first: 100) {\n      edges { node { id type transferId subject { id } actor { ...ActorFields } } }\n    }\n  }\n": types.ViewerFieldsFragmentDoc,
    "\n  fragment ActorFields on Actor {\n    party { id }\n    vendor { id }\n    clientId\n    systemUserId\n  }\n": types.ActorFieldsFragmentDoc,
    "\n  subscription FollowEventsInFull($after: String!) {\n    events(after: $after) {\n      cursor\n      node {\n        id\n        type\n        transferId\n        transferStatus\n        recipientStatus\n        subject { id name }\n        actor { ...ActorFields }\n        transfer { ...ViewerFields }\n      }\n    }\n  }\n": types.FollowEventsInFullDocument,
    "\n  subscription FollowTransferInFull($id: ID!) {\n    transfer(id: $id) { ...ViewerFields }\n  }\n": types.FollowTransferInFullDocument,
    "\n  query GetViewer {\n    viewer {\n      party { id }\n      vendor { id }\n      clientId\n      systemUserId\n    }\n  }\n": types.GetViewerDocument,
    "\n  subscription FollowUpload($id: ID!) {\n    transfer(id: $id) { status upload { offset length } }\n  }\n": types.FollowUploadDocument,
    "\n  query LoadTransfers($filter: TransferFilter!) {\n    transfers(filter: $filter, first: 100) {\n      edges { node { id status recipients { party { id } status } } }\n      pageInfo { hasNextPage }\n    }\n    eventLogEnd\n    events(last: 1) { pageInfo { endCursor } }\n  }\n": types.LoadTransfersDocument,
    "\n  subscription FollowChanges($after: String!) {\n    events(after: $after) {\n      cursor\n      node { id type transferId transferStatus recipientStatus subject { id } }\n    }\n  }\n": types.FollowChangesDocument,
    "\n  query CountTransfers($filter: StatisticsFilter) {\n    statistics(filter: $filter) { totals { transfers } asOf }\n  }\n": types.CountTransfersDocument,
    "\n  mutation ExportStatistics(\n    $filter: StatisticsFilter, $groupBy: [StatisticsDimension!]! = [DAY, RESOURCE, SENDER]\n    $format: ExportFormat!, $columns: ExportColumns! = ALL\n  ) {\n    exportStatistics(filter: $filter, groupBy: $groupBy, format: $format, columns: $columns) {\n      __typename\n      ... on TemporaryLink { url expiresAt }\n      ... on BrokerError { code message }\n      ... on ValidationError { field }\n    }\n  }\n": types.ExportStatisticsDocument,
    "\n  mutation ExportEvents($filter: EventFilter, $from: DateTime, $to: DateTime) {\n    exportEvents(filter: $filter, from: $from, to: $to) {\n      __typename\n      ... on TemporaryLink { url expiresAt }\n      ... on BrokerError { code message }\n      ... on ValidationError { field }\n    }\n  }\n": types.ExportEventsDocument,
    "\n  query ReadLog {\n    events(first: 100) {\n      edges {\n        cursor\n        node {\n          id type time transferId transferStatus recipientStatus statusText subject { id }\n        }\n      }\n    }\n  }\n": types.ReadLogDocument,
    "\n  mutation CreateWebhook($input: CreateWebhookInput!) {\n    createWebhook(input: $input) {\n      __typename\n      ... on WebhookWithSecret {\n        secret\n        webhook { id url types resourceIds role audience status statusText createdAt }\n      }\n      ... on BrokerError { code message }\n      ... on ValidationError { field problems { field code message } }\n    }\n  }\n": types.CreateWebhookDocument,
    "\n  mutation UpdateWebhook($input: UpdateWebhookInput!) {\n    updateWebhook(input: $input) {\n      __typename\n      ... on Webhook { id url types resourceIds role audience status statusText }\n      ... on BrokerError { code message }\n      ... on ValidationError { field problems { field code message } }\n    }\n  }\n": types.UpdateWebhookDocument,
    "\n  mutation DeleteWebhook($id: ID!) {\n    deleteWebhook(id: $id) {\n      __typename\n      ... on DeletedWebhook { id }\n      ... on BrokerError { code message }\n    }\n  }\n": types.DeleteWebhookDocument,
    "\n  mutation RotateWebhookSecret($id: ID!) {\n    rotateWebhookSecret(id: $id) {\n      __typename\n      ... on WebhookWithSecret { secret webhook { id status } }\n      ... on BrokerError { code message }\n    }\n  }\n": types.RotateWebhookSecretDocument,
    "\n  mutation TestWebhook($id: ID!) {\n    testWebhook(id: $id) {\n      __typename\n      ... on DeliveryAttempt { at durationMs responseStatus responseExcerpt error }\n      ... on BrokerError { code message }\n    }\n  }\n": types.TestWebhookDocument,
    "\n  mutation ReplayWebhook($id: ID!, $since: DateTime!) {\n    replayWebhook(id: $id, since: $since) {\n      __typename\n      ... on Webhook { id status }\n      ... on BrokerError { code message }\n    }\n  }\n": types.ReplayWebhookDocument,
    "\n  mutation Redeliver($deliveryId: ID!) {\n    redeliver(deliveryId: $deliveryId) {\n      __typename\n      ... on Delivery { id status nextAttemptAt attempts { at } }\n      ... on BrokerError { code message }\n    }\n  }\n": types.RedeliverDocument,
    "\n  query GetWebhook($id: ID!, $first: Int, $after: String, $status: DeliveryStatus) {\n    webhook(id: $id) {\n      id url types resourceIds role audience status statusText\n      deliveries(first: $first, after: $after, status: $status) {\n        edges {\n          cursor\n          node {\n            id status nextAttemptAt\n            event { id type transferId transferStatus }\n            attempts { at durationMs responseStatus responseExcerpt error }\n          }\n        }\n        pageInfo { hasNextPage endCursor }\n      }\n    }\n  }\n": types.GetWebhookDocument,
    "\n  query ListWebhooks {\n    webhooks { id url status }\n  }\n": types.ListWebhooksDocument,
    "\n  query FindNode($id: ID!) {\n    node(id: $id) { __typename id }\n  }\n": types.FindNodeDocument,
    "\n  query GetDelivery($id: ID!) {\n    node(id: $id) {\n      __typename\n      ... on Delivery {\n        id status nextAttemptAt\n        event { id type transferStatus transfer { id fileName viewerRoles } }\n        attempts { at durationMs responseStatus responseExcerpt error }\n      }\n    }\n  }\n": types.GetDeliveryDocument,
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
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ViewerFields on Transfer {\n    id\n    status\n    statusText\n    sender { id }\n    recipients { party { id } status }\n    viewerRoles\n    viewerRecipient { id party { id } status }\n    upload { id url offset length }\n    resource {\n      id\n      viewerActions\n      accessList(first: 10) { totalCount edges { node { party { id } actions } } }\n      serviceOwner {\n        party { id }\n        resources(first: 10) { edges { node { id viewerActions accessList(first: 10) { totalCount } } } }\n      }\n    }\n    events(first: 100) {\n      edges { node { id type transferId subject { id } actor { ...ActorFields } } }\n    }\n  }\n"): typeof import('./graphql.ts').ViewerFieldsFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ActorFields on Actor {\n    party { id }\n    vendor { id }\n    clientId\n    systemUserId\n  }\n"): typeof import('./graphql.ts').ActorFieldsFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription FollowEventsInFull($after: String!) {\n    events(after: $after) {\n      cursor\n      node {\n        id\n        type\n        transferId\n        transferStatus\n        recipientStatus\n        subject { id name }\n        actor { ...ActorFields }\n        transfer { ...ViewerFields }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').FollowEventsInFullDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription FollowTransferInFull($id: ID!) {\n    transfer(id: $id) { ...ViewerFields }\n  }\n"): typeof import('./graphql.ts').FollowTransferInFullDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query GetViewer {\n    viewer {\n      party { id }\n      vendor { id }\n      clientId\n      systemUserId\n    }\n  }\n"): typeof import('./graphql.ts').GetViewerDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription FollowUpload($id: ID!) {\n    transfer(id: $id) { status upload { offset length } }\n  }\n"): typeof import('./graphql.ts').FollowUploadDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LoadTransfers($filter: TransferFilter!) {\n    transfers(filter: $filter, first: 100) {\n      edges { node { id status recipients { party { id } status } } }\n      pageInfo { hasNextPage }\n    }\n    eventLogEnd\n    events(last: 1) { pageInfo { endCursor } }\n  }\n"): typeof import('./graphql.ts').LoadTransfersDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription FollowChanges($after: String!) {\n    events(after: $after) {\n      cursor\n      node { id type transferId transferStatus recipientStatus subject { id } }\n    }\n  }\n"): typeof import('./graphql.ts').FollowChangesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CountTransfers($filter: StatisticsFilter) {\n    statistics(filter: $filter) { totals { transfers } asOf }\n  }\n"): typeof import('./graphql.ts').CountTransfersDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ExportStatistics(\n    $filter: StatisticsFilter, $groupBy: [StatisticsDimension!]! = [DAY, RESOURCE, SENDER]\n    $format: ExportFormat!, $columns: ExportColumns! = ALL\n  ) {\n    exportStatistics(filter: $filter, groupBy: $groupBy, format: $format, columns: $columns) {\n      __typename\n      ... on TemporaryLink { url expiresAt }\n      ... on BrokerError { code message }\n      ... on ValidationError { field }\n    }\n  }\n"): typeof import('./graphql.ts').ExportStatisticsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ExportEvents($filter: EventFilter, $from: DateTime, $to: DateTime) {\n    exportEvents(filter: $filter, from: $from, to: $to) {\n      __typename\n      ... on TemporaryLink { url expiresAt }\n      ... on BrokerError { code message }\n      ... on ValidationError { field }\n    }\n  }\n"): typeof import('./graphql.ts').ExportEventsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadLog {\n    events(first: 100) {\n      edges {\n        cursor\n        node {\n          id type time transferId transferStatus recipientStatus statusText subject { id }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ReadLogDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateWebhook($input: CreateWebhookInput!) {\n    createWebhook(input: $input) {\n      __typename\n      ... on WebhookWithSecret {\n        secret\n        webhook { id url types resourceIds role audience status statusText createdAt }\n      }\n      ... on BrokerError { code message }\n      ... on ValidationError { field problems { field code message } }\n    }\n  }\n"): typeof import('./graphql.ts').CreateWebhookDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateWebhook($input: UpdateWebhookInput!) {\n    updateWebhook(input: $input) {\n      __typename\n      ... on Webhook { id url types resourceIds role audience status statusText }\n      ... on BrokerError { code message }\n      ... on ValidationError { field problems { field code message } }\n    }\n  }\n"): typeof import('./graphql.ts').UpdateWebhookDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteWebhook($id: ID!) {\n    deleteWebhook(id: $id) {\n      __typename\n      ... on DeletedWebhook { id }\n      ... on BrokerError { code message }\n    }\n  }\n"): typeof import('./graphql.ts').DeleteWebhookDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RotateWebhookSecret($id: ID!) {\n    rotateWebhookSecret(id: $id) {\n      __typename\n      ... on WebhookWithSecret { secret webhook { id status } }\n      ... on BrokerError { code message }\n    }\n  }\n"): typeof import('./graphql.ts').RotateWebhookSecretDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation TestWebhook($id: ID!) {\n    testWebhook(id: $id) {\n      __typename\n      ... on DeliveryAttempt { at durationMs responseStatus responseExcerpt error }\n      ... on BrokerError { code message }\n    }\n  }\n"): typeof import('./graphql.ts').TestWebhookDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ReplayWebhook($id: ID!, $since: DateTime!) {\n    replayWebhook(id: $id, since: $since) {\n      __typename\n      ... on Webhook { id status }\n      ... on BrokerError { code message }\n    }\n  }\n"): typeof import('./graphql.ts').ReplayWebhookDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Redeliver($deliveryId: ID!) {\n    redeliver(deliveryId: $deliveryId) {\n      __typename\n      ... on Delivery { id status nextAttemptAt attempts { at } }\n      ... on BrokerError { code message }\n    }\n  }\n"): typeof import('./graphql.ts').RedeliverDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query GetWebhook($id: ID!, $first: Int, $after: String, $status: DeliveryStatus) {\n    webhook(id: $id) {\n      id url types resourceIds role audience status statusText\n      deliveries(first: $first, after: $after, status: $status) {\n        edges {\n          cursor\n          node {\n            id status nextAttemptAt\n            event { id type transferId transferStatus }\n            attempts { at durationMs responseStatus responseExcerpt error }\n          }\n        }\n        pageInfo { hasNextPage endCursor }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').GetWebhookDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ListWebhooks {\n    webhooks { id url status }\n  }\n"): typeof import('./graphql.ts').ListWebhooksDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FindNode($id: ID!) {\n    node(id: $id) { __typename id }\n  }\n"): typeof import('./graphql.ts').FindNodeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query GetDelivery($id: ID!) {\n    node(id: $id) {\n      __typename\n      ... on Delivery {\n        id status nextAttemptAt\n        event { id type transferStatus transfer { id fileName viewerRoles } }\n        attempts { at durationMs responseStatus responseExcerpt error }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').GetDeliveryDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
