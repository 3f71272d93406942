/** What the clients and the checks send to GraphQL, and its answers. */
import type {
  EventType,
  RecipientStatus,
  TransferStatus,
} from '../../src/domain/transfer-status.ts';

const REFUSAL = '... on BrokerError { code message }';

export const REGISTER = `mutation ($name: String!) {
  answer: registerServiceOwner(input: { name: $name }) { __typename ${REFUSAL} }
}`;

export const CONFIGURE = `mutation ($input: ConfigureResourceInput!) {
  answer: configureResource(input: $input) { __typename ${REFUSAL} }
}`;

export const INITIALIZE = `mutation ($input: InitializeTransferInput!) {
  answer: initializeTransfer(input: $input) {
    __typename ... on Transfer { id status createdAt expiresAt } ${REFUSAL}
  }
}`;

export const CANCEL = `mutation ($id: ID!) {
  answer: cancelTransfer(id: $id) { __typename ... on Transfer { id status } ${REFUSAL} }
}`;

export const CONFIRM = `mutation ($id: ID!, $sha256: String) {
  answer: confirmDownload(transferId: $id, sha256: $sha256) {
    __typename ... on Transfer { id status viewerRecipient { status } } ${REFUSAL}
  }
}`;

export const LINK = `mutation ($id: ID!) {
  answer: createDownloadLink(transferId: $id) { __typename ... on TemporaryLink { url } ${REFUSAL} }
}`;

const SEEN_EVENT = 'id type time transferId transferStatus recipientStatus subject { id }';

export const TRANSFER = `query ($id: ID!) {
  transfer(id: $id) {
    id fileName status failure createdAt publishedAt expiresAt fileDeletedAt size
    digests { sha256 md5 } virusScan { status } upload { offset length }
    recipients { party { id } status }
    recipientCounts { total initialized downloadStarted confirmed }
    events(first: 100) { edges { node { ${SEEN_EVENT} } } pageInfo { hasNextPage } }
  }
}`;

export const LOG = `query ($after: String) {
  events(first: 100, after: $after) {
    edges { node { ${SEEN_EVENT} } } pageInfo { hasNextPage endCursor }
  }
}`;

/** An entry of the log, or of a transfer's history. */
export interface SeenEvent {
  readonly id: string;
  readonly type: EventType;
  readonly time: string;
  readonly transferId: string;
  readonly transferStatus: TransferStatus;
  readonly recipientStatus: RecipientStatus | null;
  readonly subject: { readonly id: string } | null;
}

interface Page {
  readonly edges: readonly { readonly node: SeenEvent }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
}

export interface SeenLog {
  readonly events: Page;
}

/** A transfer as its sender sees it, at one moment. */
export interface SeenTransfer {
  readonly id: string;
  readonly fileName: string;
  readonly status: TransferStatus;
  readonly failure: string | null;
  readonly createdAt: string;
  readonly publishedAt: string | null;
  readonly expiresAt: string;
  readonly fileDeletedAt: string | null;
  readonly size: number | null;
  readonly digests: { readonly sha256: string; readonly md5: string | null } | null;
  readonly virusScan: { readonly status: string };
  readonly upload: { readonly offset: number; readonly length: number | null } | null;
  readonly recipients: readonly {
    readonly party: { readonly id: string };
    readonly status: RecipientStatus;
  }[];
  readonly recipientCounts: {
    readonly total: number;
    readonly initialized: number;
    readonly downloadStarted: number;
    readonly confirmed: number;
  };
  readonly events: Page;
}

/** What a mutation answers: what it was asked for, or why not. */
export interface Answered<T> {
  readonly answer:
    | ({ readonly __typename: 'Transfer' | 'TemporaryLink' } & T)
    | {
        readonly __typename:
          | 'ValidationError'
          | 'AccessDeniedError'
          | 'NotFoundError'
          | 'ConflictError';
        readonly code: string;
        readonly message: string;
      };
}
