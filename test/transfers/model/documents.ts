/** What the model's parties send to GraphQL, and its answers in the shape in which `sight.ts` has what they should see. */
import { pick } from '../../support/graphql-room.ts';

const ANSWER = '__typename ... on BrokerError { code }';

export const REGISTER = `mutation ($name: String!) {
  answer: registerServiceOwner(input: { name: $name }) { ${ANSWER} }
}`;
export const CONFIGURE = `mutation ($input: ConfigureResourceInput!) {
  answer: configureResource(input: $input) { ${ANSWER} }
}`;
export const GRANT = `mutation ($input: ResourceAccessInput!) {
  answer: grantResourceAccess(input: $input) { ${ANSWER} }
}`;
export const REVOKE = `mutation ($input: ResourceAccessInput!) {
  answer: revokeResourceAccess(input: $input) { ${ANSWER} }
}`;
export const INITIALIZE = `mutation ($input: InitializeTransferInput!) {
  answer: initializeTransfer(input: $input) { ${ANSWER} ... on Transfer { told: id } }
}`;
export const CANCEL = `mutation ($id: ID!) {
  answer: cancelTransfer(id: $id) { ${ANSWER} ... on Transfer { told: status } }
}`;
export const CONFIRM = `mutation ($id: ID!, $sha256: String) {
  answer: confirmDownload(transferId: $id, sha256: $sha256) {
    ${ANSWER} ... on Transfer { told: status }
  }
}`;
export const LINK = `mutation ($id: ID!) {
  answer: createDownloadLink(transferId: $id) { ${ANSWER} ... on TemporaryLink { told: url } }
}`;

const PAGE = `fragment Page on EventConnection {
  pageInfo { hasNextPage endCursor }
  edges {
    node {
      type time transferId transferStatus recipientStatus
      subject { id } actor { party { id } vendor { id } }
    }
  }
}`;

export const MORE_EVENTS = `query ($audience: EventAudience!, $after: String) {
  events(filter: { audience: $audience }, first: 30, after: $after) { ...Page }
} ${PAGE}`;

const SEEN_TRANSFER = `fragment SeenTransfer on Transfer {
  resource { id } sender { id } status failure statusChangedAt createdAt publishedAt expiresAt fileDeletedAt
  size digests { sha256 md5 } upload { offset length expiresAt } viewerRoles viewerRecipient { party { id } status }
  recipients { party { id } status downloadStartedAt confirmedAt }
  recipientCounts { total initialized downloadStarted confirmed }
  events(first: 100) { edges { node { type } } }
}`;

const SEEN_RESOURCE = `fragment SeenResource on Resource {
  maxTransferSize virusScan computeMd5 openTo viewerActions requiredParty { id }
  accessList(first: 100) { edges { node { party { id } actions } } }
}`;

/** The transfer of an id, as `t0`. */
export const oneTransfer = (id: string) => `{ ${fieldsOf([id])} } ${SEEN_TRANSFER}`;

/** The transfers of the ids as `t0`, `t1` and so on, the resources by the keys of theirs, and all that is in lists. */
export function everything(ids: readonly string[], resources: Readonly<Record<string, string>>) {
  const byName = Object.entries(resources).map(
    ([name, id]) => `${name}: resource(id: "${id}") { ...SeenResource }`,
  );
  const events = (audience: string) =>
    `${audience}: events(filter: { audience: ${audience} }, first: 30) { ...Page }`;
  return `{
    ${fieldsOf(ids)} ${byName.join(' ')} ${events('ALL')} ${events('MINE')}
    transfers(first: 100, order: ASC) { edges { node { id } } }
  } ${ids.length === 0 ? '' : SEEN_TRANSFER} ${SEEN_RESOURCE} ${PAGE}`;
}

function fieldsOf(ids: readonly string[]): string {
  return ids.map((id, index) => `t${index}: transfer(id: "${id}") { ...SeenTransfer }`).join(' ');
}

/** The model's name for what has an id. */
type ToName = (id: unknown) => unknown;

function listAt(value: unknown, path: string): readonly unknown[] {
  const list = pick(value, path);
  if (!Array.isArray(list)) throw new Error(`${path} is no list.`);
  return list;
}

/** As `pick`, and null where something on the way is. */
function pickOrNull(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, name) => (at === null ? null : pick(at, name)), value);
}

function sorted(value: unknown, path: string): readonly unknown[] {
  return listAt(value, path).toSorted();
}

export function readTransfer(seen: unknown, toName: ToName): unknown {
  if (seen === null) return null;
  const { events: _events, digests: _digests, viewerRecipient, ...rest } = Object(seen);
  return {
    ...rest,
    resource: toName(pick(seen, 'resource.id')),
    sender: toName(pick(seen, 'sender.id')),
    sha256: pickOrNull(seen, 'digests.sha256'),
    md5: pickOrNull(seen, 'digests.md5'),
    viewerRoles: sorted(seen, 'viewerRoles'),
    viewerRecipient: viewerRecipient && {
      party: toName(pick(viewerRecipient, 'party.id')),
      status: pick(viewerRecipient, 'status'),
    },
    recipients: listAt(seen, 'recipients').map((recipient) => ({
      ...Object(recipient),
      party: toName(pick(recipient, 'party.id')),
    })),
    history: listAt(seen, 'events.edges').map((edge) => pick(edge, 'node.type')),
  };
}

/** The events of a page, and the cursor after which there are more. */
export function readPage(seen: unknown, toName: ToName) {
  return {
    events: listAt(seen, 'edges').map((edge) => readEvent(pick(edge, 'node'), toName)),
    after: pick(seen, 'pageInfo.hasNextPage') === true ? pick(seen, 'pageInfo.endCursor') : null,
  };
}

export function readList(seen: unknown, toName: ToName): unknown[] {
  return listAt(seen, 'edges').map((edge) => toName(pick(edge, 'node.id')));
}

function readEvent(seen: unknown, toName: ToName) {
  return {
    transfer: toName(pick(seen, 'transferId')),
    type: pick(seen, 'type'),
    time: pick(seen, 'time'),
    status: pick(seen, 'transferStatus'),
    subject: toName(pickOrNull(seen, 'subject.id')),
    recipientStatus: pick(seen, 'recipientStatus'),
    actor: toName(pickOrNull(seen, 'actor.party.id')),
    vendor: toName(pickOrNull(seen, 'actor.vendor.id')),
  };
}

export function readResource(seen: unknown, toName: ToName): unknown {
  if (seen === null) return null;
  const listed = pick(seen, 'accessList') === null ? null : listAt(seen, 'accessList.edges');
  return {
    requiredParty: toName(pickOrNull(seen, 'requiredParty.id')),
    maxTransferSize: pick(seen, 'maxTransferSize'),
    virusScan: pick(seen, 'virusScan'),
    computeMd5: pick(seen, 'computeMd5'),
    openTo: sorted(seen, 'openTo'),
    viewerActions: sorted(seen, 'viewerActions'),
    accessList:
      listed &&
      Object.fromEntries(
        listed.map((edge) => [toName(pick(edge, 'node.party.id')), sorted(edge, 'node.actions')]),
      ),
  };
}
