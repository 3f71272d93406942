/**
 * Many who may see the same transfers follow them at once, with one and the same document: each gets what is its own to
 * see, and nothing of what another one sees. What that is, this file works out from who they are.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Client,
  clientOf,
  initialize,
  type NewTransfer,
  openResource,
  type Scene,
} from '../support/api.ts';
import { PARTIES, startTestBroker, type TestBroker, type TokenOptions } from '../support/broker.ts';
import type {
  ActorFieldsFragment,
  FollowEventsInFullSubscription,
  FollowTransferInFullSubscription,
  ResourceAction,
  TransferRole,
  ViewerFieldsFragment,
} from '../support/graphql/graphql.ts';
import {
  CancelTransfer,
  ConfigureResource,
  ConfirmDownload,
  EventLogEnd,
  FollowEventsInFull,
  FollowTransferInFull,
  GetViewer,
  GrantResourceAccess,
  ListEvents,
} from '../support/operations.ts';
import { type Follower, follow, TRANSPORTS, type TransportName } from './followers.ts';
import { createUpload, download, sendChunk } from './tus-steps.ts';

const VENDOR = '0192:311302520';
const { owner: OWNER, sender: SENDER, recipient: RECIPIENT, otherRecipient: OTHER } = PARTIES;

const GRANTS: Readonly<Record<string, readonly ResourceAction[]>> = {
  [SENDER]: ['SEND', 'RECEIVE'],
  [RECIPIENT]: ['RECEIVE'],
  [OTHER]: ['RECEIVE'],
};

interface Watcher {
  readonly client: Client;
  /** Whether its token has the scope altinn:serviceowner alone, and so sees only what goes through what it owns. */
  readonly isOwnerOnly: boolean;
}

const WATCHERS: Readonly<Record<string, readonly [string, TokenOptions]>> = {
  'the sender': [SENDER, {}],
  'the sender, through a vendor': [SENDER, { vendor: VENDOR }],
  'the sender, who may only read': [SENDER, { scope: 'altinn:broker.read' }],
  'a recipient': [RECIPIENT, {}],
  'a recipient, through a vendor': [RECIPIENT, { vendor: VENDOR }],
  'another recipient': [OTHER, {}],
  'the owner': [OWNER, {}],
  'the owner, as such alone': [OWNER, { scope: 'altinn:serviceowner' }],
};

/** Who sees nothing of it. */
const OUTSIDERS: Readonly<Record<string, readonly [string, TokenOptions]>> = {
  'a stranger': [PARTIES.stranger, {}],
  'the sender, as owner of nothing': [SENDER, { scope: 'altinn:serviceowner' }],
  'a recipient, as owner of nothing': [RECIPIENT, { scope: 'altinn:serviceowner' }],
};

interface KnownTransfer extends NewTransfer {
  readonly recipients: readonly string[];
}

let broker: TestBroker;
let scene: Scene;
/** Of the owner's other resources, one that everybody may send through, and one for nobody. */
let openResourceId: string;
let closedResourceId: string;

beforeAll(async () => {
  broker = await startTestBroker();
  scene = await openResource(broker, { openTo: [] });
  openResourceId = `${scene.resourceId}-open`;
  closedResourceId = `${scene.resourceId}-closed`;
  const others = [
    { id: openResourceId, openTo: ['SEND' as const] },
    { id: closedResourceId, openTo: [] },
  ];
  for (const input of others) await scene.owner.run(ConfigureResource, { input });
  for (const [party, actions] of Object.entries(GRANTS)) {
    const input = { resourceId: scene.resourceId, parties: [party], actions: [...actions] };
    await scene.owner.run(GrantResourceAccess, { input });
  }
});
afterAll(() => broker[Symbol.asyncDispose]());

function rolesOf({ client, isOwnerOnly }: Watcher, transfer: KnownTransfer): TransferRole[] {
  const roles: TransferRole[] = [];
  if (client.party === SENDER && !isOwnerOnly) roles.push('SENDER');
  if (transfer.recipients.includes(client.party) && !isOwnerOnly) roles.push('RECIPIENT');
  if (client.party === OWNER) roles.push('SERVICE_OWNER');
  return roles;
}

/** Who did what: the acts of a transfer's events, told by type and subject; what is not here the broker did itself. */
type Acts = Map<string, ActorFieldsFragment>;

interface ToldEvent {
  readonly transferId: string;
  readonly type: string;
  readonly subject: { readonly id: string } | null;
}

function actKey({ transferId, type, subject }: ToldEvent): string {
  return `${transferId} ${type} ${subject?.id ?? ''}`;
}

function actorFor(event: ToldEvent, acts: Acts, roles: readonly TransferRole[]) {
  const mayKnow = roles.includes('SENDER') || roles.includes('SERVICE_OWNER');
  return mayKnow ? (acts.get(actKey(event)) ?? null) : null;
}

/** What the watcher may do through each of the owner's resources that it may know of. */
function resourcesFor({ client: { party } }: Watcher) {
  const all: [string, readonly ResourceAction[]][] =
    party === OWNER
      ? [scene.resourceId, openResourceId, closedResourceId].map((id) => [id, ['SEND', 'RECEIVE']])
      : [
          [scene.resourceId, GRANTS[party] ?? []],
          [openResourceId, ['SEND']],
        ];
  return all.map(([id, actions]) => [id, [...actions].sort()]).sort();
}

/** All that depends on the viewer is what is the watcher's own. */
function checkTransfer(
  transfer: ViewerFieldsFragment,
  watcher: Watcher,
  known: KnownTransfer,
  acts: Acts,
): void {
  const { party } = watcher.client;
  const roles = rolesOf(watcher, known);
  expect(transfer.id).toBe(known.id);
  expect(transfer.viewerRoles).toEqual(roles);

  const own = transfer.recipients.find((recipient) => recipient.party.id === party);
  expect(transfer.viewerRecipient).toEqual(
    roles.includes('RECIPIENT')
      ? { id: expect.any(String), party: { id: party }, status: own?.status }
      : null,
  );

  const isUnderWay = ['INITIALIZED', 'UPLOAD_STARTED'].includes(transfer.status);
  expect(transfer.upload === null).toBe(!(roles.includes('SENDER') && isUnderWay));
  if (transfer.upload !== null) expect(transfer.upload.url).toBe(known.uploadUrl);

  const { id, viewerActions, accessList, serviceOwner } = transfer.resource;
  expect(id).toBe(scene.resourceId);
  const mine = resourcesFor(watcher);
  expect([...viewerActions].sort()).toEqual(mine.find(([name]) => name === id)?.[1]);
  expect(accessList?.totalCount ?? null).toBe(party === OWNER ? 3 : null);
  expect(serviceOwner.party.id).toBe(OWNER);
  const listed = (serviceOwner.resources?.edges ?? []).map(({ node }) => node);
  expect(listed.map((node) => [node.id, [...node.viewerActions].sort()]).sort()).toEqual(mine);
  for (const resource of listed) expect(resource.accessList !== null).toBe(party === OWNER);

  for (const { node } of transfer.events?.edges ?? []) {
    expect(node.actor).toEqual(actorFor(node, acts, roles));
  }
}

async function openClients(of: Readonly<Record<string, readonly [string, TokenOptions]>>) {
  const watchers = new Map<string, Watcher>();
  for (const [name, [party, options]] of Object.entries(of)) {
    const client = await clientOf(broker, party, options);
    watchers.set(name, { client, isOwnerOnly: options.scope === 'altinn:serviceowner' });
  }
  return watchers;
}

interface Watching {
  readonly name: string;
  readonly transport: TransportName;
  readonly watcher: Watcher;
  readonly events: Follower<FollowEventsInFullSubscription>;
  readonly transfers: Map<string, Follower<FollowTransferInFullSubscription>>;
}

test('no viewer gets what is another one’s to see', { timeout: 300_000 }, async () => {
  const watchers = await openClients(WATCHERS);
  const outsiders = await openClients(OUTSIDERS);
  const clientNamed = (name: string): Client => {
    const watcher = watchers.get(name);
    if (watcher === undefined) throw new Error(`Nobody is ${name}.`);
    return watcher.client;
  };
  const sender = clientNamed('the sender');
  const sendersVendor = clientNamed('the sender, through a vendor');
  const recipient = clientNamed('a recipient');
  const recipientsVendor = clientNamed('a recipient, through a vendor');
  const other = clientNamed('another recipient');
  const owner = clientNamed('the owner');

  const { eventLogEnd: after } = await owner.run(EventLogEnd, {});
  const watching: Watching[] = [...watchers].flatMap(([name, watcher]) =>
    TRANSPORTS.map((transport) => ({
      name,
      transport,
      watcher,
      events: follow(transport, broker, watcher.client, FollowEventsInFull, { after }),
      transfers: new Map(),
    })),
  );
  const outside = [...outsiders.values()].flatMap(({ client }) =>
    TRANSPORTS.map((transport) => follow(transport, broker, client, FollowEventsInFull, { after })),
  );

  /** Everybody has been told of all that has happened, before anything else does. */
  async function allHaveSeen(): Promise<void> {
    for (const { watcher, events } of watching) {
      const { events: log } = await watcher.client.run(ListEvents, { last: 1 });
      const latest = log?.edges[0]?.node.id;
      await events.until((results) => results.some((result) => result.events.node.id === latest));
    }
  }

  const acts: Acts = new Map();
  const transfers = new Map<string, KnownTransfer>();
  async function actorOf(client: Client): Promise<ActorFieldsFragment> {
    const { viewer } = await client.run(GetViewer, {});
    return viewer;
  }
  async function act(
    client: Client,
    transferId: string,
    subject: string,
    types: readonly string[],
    run: () => Promise<unknown>,
  ): Promise<void> {
    const actor = await actorOf(client);
    const key = (type: string) =>
      actKey({
        transferId,
        type,
        subject: type === 'ALL_CONFIRMED_DOWNLOADED' ? null : { id: subject },
      });
    for (const type of types) acts.set(key(type), actor);
    await run();
    await allHaveSeen();
  }

  async function start(by: Client, recipients: readonly string[]): Promise<KnownTransfer> {
    const input = { recipients: [...recipients] };
    const transfer = { ...(await initialize({ ...scene, sender: by }, input)), recipients };
    transfers.set(transfer.id, transfer);
    acts.set(
      actKey({
        transferId: transfer.id,
        type: 'FILE_TRANSFER_INITIALIZED',
        subject: { id: SENDER },
      }),
      await actorOf(by),
    );
    await allHaveSeen();
    for (const { transport, watcher, transfers: followed } of watching) {
      if (rolesOf(watcher, transfer).length === 0) continue;
      const { id } = transfer;
      const follower = follow(transport, broker, watcher.client, FollowTransferInFull, { id });
      followed.set(id, follower);
      await follower.until(({ length }) => length > 0);
    }
    for (const { client } of outsiders.values()) {
      for (const transport of TRANSPORTS) {
        const { id } = transfer;
        const refused = follow(transport, broker, client, FollowTransferInFull, { id });
        await expect(refused.completed).rejects.toThrow('TRANSFER_NOT_FOUND');
      }
    }
    return transfer;
  }

  async function upload(by: Client, transfer: KnownTransfer): Promise<void> {
    await act(by, transfer.id, SENDER, ['UPLOAD_STARTED'], () => createUpload(by, transfer, 6));
    await sendChunk(by, transfer, 0, 'abc');
    for (const { watcher, transfers: followed } of watching) {
      if (!rolesOf(watcher, transfer).includes('SENDER')) continue;
      await followed
        .get(transfer.id)
        ?.until((results) => results.at(-1)?.transfer.upload?.offset === 3);
    }
    await sendChunk(by, transfer, 3, 'def');
    await allHaveSeen();
  }

  async function receive(
    by: Client,
    confirming: Client,
    transfer: KnownTransfer,
    more: readonly string[] = [],
  ): Promise<void> {
    const { id } = transfer;
    await act(by, id, by.party, ['DOWNLOAD_STARTED'], () => download(by, transfer));
    await act(confirming, id, by.party, ['DOWNLOAD_CONFIRMED', ...more], () =>
      confirming.run(ConfirmDownload, { id }),
    );
  }

  const cancel = (by: Client, { id }: KnownTransfer) =>
    act(by, id, SENDER, ['FILE_TRANSFER_CANCELLED'], () => by.run(CancelTransfer, { id }));

  const toTwo = await start(sendersVendor, [RECIPIENT, OTHER]);
  const toOwner = await start(sender, [OWNER, OTHER]);
  const toItself = await start(sender, [SENDER, RECIPIENT]);
  await upload(sender, toTwo);
  await upload(sendersVendor, toOwner);
  await receive(recipient, recipientsVendor, toTwo);
  await receive(other, other, toTwo, ['ALL_CONFIRMED_DOWNLOADED']);
  await receive(owner, owner, toOwner);
  await createUpload(sender, toItself, 6);
  acts.set(
    actKey({ transferId: toItself.id, type: 'UPLOAD_STARTED', subject: { id: SENDER } }),
    await actorOf(sender),
  );
  await allHaveSeen();
  await cancel(sendersVendor, toTwo);
  await cancel(sender, toOwner);
  await cancel(sender, toItself);

  for (const { name, transport, watcher, events, transfers: followed } of watching) {
    await Promise.all([...followed.values()].map(({ completed }) => completed));
    await allHaveSeen();
    events.leave();
    const who = `${name} over ${transport}`;
    expect(events.results.length, who).toBeGreaterThan(0);
    for (const { events: edge } of events.results) {
      const { node } = edge;
      const known = transfers.get(node.transferId);
      if (known === undefined || node.transfer === null) throw new Error(`${who} sees too much.`);
      const roles = rolesOf(watcher, known);
      expect(roles, who).not.toEqual([]);
      expect(node.actor, `${node.type} for ${who}`).toEqual(actorFor(node, acts, roles));
      checkTransfer(node.transfer, watcher, known, acts);
    }
    const concerned = [...transfers.values()].filter((known) => rolesOf(watcher, known).length > 0);
    expect([...followed.keys()]).toEqual(concerned.map(({ id }) => id));
    for (const known of concerned) {
      const results = followed.get(known.id)?.results ?? [];
      expect(results.at(-1)?.transfer.status, who).toBe('CANCELLED');
      for (const { transfer } of results) checkTransfer(transfer, watcher, known, acts);
    }
    const offsets = (followed.get(toTwo.id)?.results ?? []).map(
      ({ transfer }) => transfer.upload?.offset,
    );
    expect(offsets.includes(3), who).toBe(watcher.client.party === SENDER);
  }
  for (const follower of outside) {
    expect(follower.results).toEqual([]);
    follower.leave();
    await follower.completed;
  }
});
