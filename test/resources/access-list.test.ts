/** Access lists: large ones, who may read and change them, and that a right taken back works at once at every act. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, initialize, openResource, publish, type Scene } from '../support/api.ts';
import { startTestBroker, type TestBroker } from '../support/broker.ts';
import type { ResourceAction } from '../support/graphql/graphql.ts';
import {
  type Asker,
  makeResource,
  openRoom,
  party,
  pick,
  type Room,
  START,
  type Variables,
} from '../support/graphql-room.ts';
import {
  CancelTransfer,
  ConfigureResource,
  ConfirmDownload,
  CreateDownloadLink,
  GrantResourceAccess,
  InitializeTransfer,
  RevokeResourceAccess,
} from '../support/operations.ts';
import { patchHeaders, tus } from '../support/uploads.ts';

const [OWNER, OTHER_OWNER, LISTED, STRANGER] = [party(1), party(2), party(100_000), party(3)];

const change = (name: string) => `mutation ($input: ResourceAccessInput!) {
  it: ${name}(input: $input) { __typename ... on BrokerError { code } }
}`;
const GRANT = change('grantResourceAccess');
const REVOKE = change('revokeResourceAccess');

async function changing(asker: Asker, document: string, input: Variables): Promise<unknown> {
  const data = await asker.ask(document, { input: { resourceId: 'the-resource', ...input } });
  return pick(data, 'it.code') ?? pick(data, 'it.__typename');
}

const ACCESS_LIST = `query ($parties: [PartyId!], $first: Int, $after: String, $counts: Boolean! = true) {
  resource(id: "the-resource") {
    accessList(parties: $parties, first: $first, after: $after) {
      totalCount @include(if: $counts)
      edges { node { party { id } actions grantedAt } }
      pageInfo { hasNextPage hasPreviousPage endCursor }
    }
  }
}`;

interface AccessPage {
  readonly totalCount?: number;
  readonly edges: readonly {
    readonly node: {
      readonly party: { readonly id: string };
      readonly actions: readonly string[];
      readonly grantedAt: string;
    };
  }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

async function readPage(asker: Asker, variables: Variables = {}): Promise<AccessPage> {
  return pick(await asker.ask(ACCESS_LIST, variables), 'resource.accessList') as AccessPage;
}

/** All pages to the end, a hundred at a time. */
async function readAll(asker: Asker, variables: Variables = {}) {
  const nodes: AccessPage['edges'][number]['node'][] = [];
  for (let after: string | null = null; ; ) {
    const page = await readPage(asker, { ...variables, first: 100, after, counts: false });
    nodes.push(...page.edges.map(({ node }) => node));
    if (!page.pageInfo.hasNextPage) return nodes;
    expect(page.edges).toHaveLength(100);
    after = page.pageInfo.endCursor;
  }
}

const urn = (id: string) => id.replace('0192', 'urn:altinn:organization:identifier-no');

describe('twenty thousand parties', () => {
  const PARTIES = Array.from({ length: 20_000 }, (_, index) => party(100_000 + index * 7));
  /** In an order that is not the list's, a thousand at a time. */
  const shuffled = PARTIES.map((_, index) => PARTIES[(index * 7919) % PARTIES.length] ?? OWNER);
  const batches = Array.from({ length: 20 }, (_, index) =>
    shuffled.slice(index * 1000, (index + 1) * 1000),
  );
  let room: Room;
  let owner: Asker;
  beforeAll(async () => {
    room = await openRoom();
    owner = room.as(OWNER);
    await makeResource(owner, { openTo: [] });
    for (const parties of batches) {
      expect(await changing(owner, GRANT, { parties, actions: ['SEND', 'RECEIVE'] })).toBe(
        'Resource',
      );
      room.clock.time += 1000;
    }
  });
  afterAll(() => room[Symbol.asyncDispose]());

  test('come onto the list by twenty calls, and are read to the end, each once, in order', async () => {
    const all = await readAll(owner);
    expect(all.map(({ party: { id } }) => id)).toEqual(PARTIES);
    expect(all.every(({ actions }) => actions.join() === 'SEND,RECEIVE')).toBe(true);
  });

  test('are counted, and only where that is asked for', async () => {
    expect((await readPage(owner, { first: 1 })).totalCount).toBe(20_000);
    const queriesOf = async (counts: boolean) => {
      const before = room.queries();
      await readPage(owner, { first: 1, counts });
      return room.queries() - before;
    };
    expect(await queriesOf(true)).toBe((await queriesOf(false)) + 1);
  });

  test('are looked up by party, in either form, a thousand at a time', async () => {
    const one = await readPage(owner, { parties: [urn(LISTED)] });
    expect(one.edges.map(({ node }) => node.party.id)).toEqual([LISTED]);
    expect(one.totalCount).toBe(1);
    expect(await readPage(owner, { parties: [STRANGER] })).toMatchObject({
      totalCount: 0,
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, endCursor: null },
    });
    // Half of them are on the list, one of them is named twice.
    const asked = PARTIES.slice(500, 999).flatMap((id, index) => [id, party(50_000 + index)]);
    const found = await readAll(owner, { parties: [...asked, PARTIES[500], STRANGER] });
    expect(found.map(({ party: { id } }) => id)).toEqual(PARTIES.slice(500, 999));
    expect((await readPage(owner, { parties: asked })).totalCount).toBe(499);
  });

  test('granting again changes nothing, not even when it was granted', async () => {
    const [parties = []] = batches;
    const before = await readAll(owner, { parties });
    expect(new Set(before.map(({ grantedAt }) => grantedAt))).toEqual(
      new Set([new Date(START).toISOString()]),
    );
    expect(await changing(owner, GRANT, { parties, actions: ['SEND'] })).toBe('Resource');
    expect(await readAll(owner, { parties })).toEqual(before);
  });

  test('are taken off again in bulk, one action and then the other', async () => {
    const [first = [], ...others] = batches;
    for (const parties of others) {
      expect(await changing(owner, REVOKE, { parties, actions: ['SEND'] })).toBe('Resource');
    }
    expect((await readPage(owner, { first: 1 })).totalCount).toBe(20_000);
    for (const parties of others) {
      expect(await changing(owner, REVOKE, { parties, actions: ['RECEIVE', 'SEND'] })).toBe(
        'Resource',
      );
    }
    const left = await readAll(owner);
    expect(left.map(({ party: { id } }) => id)).toEqual(first.toSorted());
    // Who is off the list already stays so.
    expect(await changing(owner, REVOKE, { parties: others[0], actions: ['SEND'] })).toBe(
      'Resource',
    );
    expect(await changing(owner, REVOKE, { parties: first, actions: ['SEND', 'RECEIVE'] })).toBe(
      'Resource',
    );
    expect(await readPage(owner)).toMatchObject({ totalCount: 0, edges: [] });
  });
});

describe('an access list', () => {
  async function openList() {
    const room = await openRoom();
    const owner = room.as(OWNER);
    await makeResource(owner, { openTo: [] });
    await changing(owner, GRANT, { parties: [LISTED], actions: ['SEND'] });
    return { room, owner };
  }
  const SEEN = `{ resource(id: "the-resource") { viewerActions accessList { totalCount } } }`;

  test('is read by the owner of the resource alone, whatever its scope', async () => {
    const { room } = await openList();
    await using _room = room;
    for (const scopes of [['altinn:broker.read'], ['altinn:serviceowner']]) {
      expect(await room.as(OWNER, { scopes }).ask(SEEN)).toEqual({
        resource: { viewerActions: ['SEND', 'RECEIVE'], accessList: { totalCount: 1 } },
      });
    }
    expect(await room.as(LISTED).ask(SEEN)).toEqual({
      resource: { viewerActions: ['SEND'], accessList: null },
    });
    expect(await room.as(STRANGER).ask(SEEN)).toEqual({ resource: null });
    // Nor is it by a detour: what a transfer shows of its resource, or a list of resources.
    const detours = `{
      transfers { edges { node { resource { accessList { totalCount } } } } }
      resources { edges { node { accessList { totalCount } } } }
    }`;
    await room.as(LISTED).ask(
      `mutation { initializeTransfer(input: {
        resourceId: "the-resource", fileName: "a", sender: "${LISTED}", recipients: ["${OWNER}"]
      }) { ... on Transfer { id } } }`,
    );
    const hidden = { edges: [{ node: { accessList: null } }] };
    expect(await room.as(LISTED).ask(detours)).toEqual({
      transfers: { edges: [{ node: { resource: { accessList: null } } }] },
      resources: hidden,
    });
  });

  test('is changed by the owner of the resource alone, with the scope for it', async () => {
    const { room, owner } = await openList();
    await using _room = room;
    const other = room.as(OTHER_OWNER);
    await makeResource(other, { id: 'of-another', openTo: [] });
    const input = { parties: [STRANGER], actions: ['SEND'] };
    const before = await readAll(owner);
    for (const document of [GRANT, REVOKE]) {
      for (const who of [other, room.as(LISTED), room.as(STRANGER)]) {
        expect(await changing(who, document, { ...input, parties: [LISTED] })).toBe(
          'NOT_RESOURCE_OWNER',
        );
      }
      const unscoped = room.as(OWNER, { scopes: ['altinn:broker.read', 'altinn:broker.write'] });
      expect(await changing(unscoped, document, input)).toBe('INSUFFICIENT_SCOPE');
      expect(await changing(owner, document, { ...input, resourceId: 'not-there' })).toBe(
        'RESOURCE_NOT_FOUND',
      );
    }
    expect(await readAll(owner)).toEqual(before);
  });

  test('changes for all parties or for none', async () => {
    const { room, owner } = await openList();
    await using _room = room;
    const tooMany = Array.from({ length: 1001 }, (_, index) => party(7000 + index));
    expect(await changing(owner, GRANT, { parties: tooMany, actions: ['SEND'] })).toBe(
      'INVALID_INPUT',
    );
    expect(await changing(owner, REVOKE, { parties: [LISTED], actions: [] })).toBe('INVALID_INPUT');
    expect(await readAll(owner)).toMatchObject([{ party: { id: LISTED }, actions: ['SEND'] }]);
  });

  test('holds what grants at the same moment gave, however their parties overlap', async () => {
    const { room, owner } = await openList();
    await using _room = room;
    const parties = Array.from({ length: 300 }, (_, index) => party(8000 + index));
    const answers = await Promise.all([
      changing(owner, GRANT, { parties, actions: ['SEND'] }),
      changing(owner, GRANT, { parties: parties.toReversed(), actions: ['RECEIVE'] }),
      changing(owner, GRANT, { parties: parties.slice(100), actions: ['SEND', 'RECEIVE'] }),
      changing(owner, REVOKE, { parties: [LISTED], actions: ['SEND'] }),
    ]);
    expect(answers).toEqual(answers.map(() => 'Resource'));
    const all = await readAll(owner);
    expect(all.map(({ party: { id } }) => id)).toEqual(parties);
    expect(all.every(({ actions }) => actions.length === 2)).toBe(true);
    // And takes them back at the same moment, too.
    const taken = await Promise.all(
      [parties, parties.toReversed()].map((list, index) =>
        changing(owner, REVOKE, { parties: list, actions: index === 0 ? ['SEND'] : ['RECEIVE'] }),
      ),
    );
    expect(taken).toEqual(['Resource', 'Resource']);
    expect(await readAll(owner)).toEqual([]);
  });

  test('is paged on while it changes: who stays is read once', async () => {
    const { room, owner } = await openList();
    await using _room = room;
    const staying = Array.from({ length: 20 }, (_, index) => party(200_000 + index * 10));
    await changing(owner, GRANT, { parties: staying, actions: ['SEND'] });
    const read: string[] = [];
    for (let after: string | null = null, turn = 0; ; turn += 1) {
      const { edges, pageInfo }: AccessPage = await readPage(owner, { first: 3, after });
      read.push(...edges.map(({ node }) => node.party.id));
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
      // The one that the cursor names goes, and others come before and after it.
      const last = edges.at(-1)?.node.party.id;
      if (turn === 0) await changing(owner, REVOKE, { parties: [last], actions: ['SEND'] });
      const coming = [party(199_000 + turn), party(300_000 + turn)];
      if (turn < 5) await changing(owner, GRANT, { parties: coming, actions: ['RECEIVE'] });
    }
    expect(new Set(read).size).toBe(read.length);
    expect(read.filter((id) => staying.some((party) => party === id))).toEqual(staying);
    expect(read.at(-1)).toBe(party(300_004));
  });
});

describe('a right that is taken back is missing at once', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await startTestBroker();
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  /** A resource that is open to nobody, with the sender and the recipient on its list. */
  async function openClosed(): Promise<Scene> {
    const scene = await openResource(broker);
    await scene.owner.run(ConfigureResource, { input: { id: scene.resourceId, openTo: [] } });
    await give(scene, scene.sender, 'SEND');
    await give(scene, scene.recipient, 'RECEIVE');
    return scene;
  }
  const input = ({ resourceId }: Scene, who: Client, action: ResourceAction) => ({
    input: { resourceId, parties: [who.party], actions: [action] },
  });
  const give = (scene: Scene, who: Client, action: ResourceAction) =>
    scene.owner.run(GrantResourceAccess, input(scene, who, action));
  const take = (scene: Scene, who: Client, action: ResourceAction) =>
    scene.owner.run(RevokeResourceAccess, input(scene, who, action));

  async function initializing({ sender, recipient, resourceId }: Scene) {
    const { initializeTransfer } = await sender.run(InitializeTransfer, {
      input: {
        resourceId,
        fileName: 'a.txt',
        sender: sender.party,
        recipients: [recipient.party],
      },
    });
    return initializeTransfer;
  }

  test('at initialize: SEND for the sender, RECEIVE for each recipient by name', async () => {
    const scene = await openClosed();
    expect(await initializing(scene)).toMatchObject({ __typename: 'Transfer' });
    await take(scene, scene.recipient, 'RECEIVE');
    expect(await initializing(scene)).toMatchObject({
      code: 'RECIPIENT_NOT_IN_ACCESS_LIST',
      field: 'recipients.0',
    });
    await give(scene, scene.recipient, 'RECEIVE');
    expect(await initializing(scene)).toMatchObject({ __typename: 'Transfer' });
    await take(scene, scene.sender, 'SEND');
    expect(await initializing(scene)).toMatchObject({ code: 'NO_ACCESS_TO_RESOURCE' });
    // The other action is none of this one.
    await give(scene, scene.sender, 'RECEIVE');
    expect(await initializing(scene)).toMatchObject({ code: 'NO_ACCESS_TO_RESOURCE' });
  });

  test('at POST, PATCH and PUT of an upload; looking at it and giving it up stay allowed', async () => {
    const scene = await openClosed();
    const { authorization } = scene.sender;
    const begun = await initialize(scene);
    const create = { ...authorization, 'Upload-Length': '6' };
    expect(await tus('POST', begun.uploadUrl, create)).toMatchObject({ status: 201 });
    const patch = (offset: number) => ({ ...authorization, ...patchHeaders(offset) });
    expect(await tus('PATCH', begun.uploadUrl, patch(0), 'abc')).toMatchObject({ status: 204 });
    const fresh = await initialize(scene);
    await take(scene, scene.sender, 'SEND');

    const denied = { status: 403, code: 'NO_ACCESS_TO_RESOURCE' };
    expect(await tus('POST', fresh.uploadUrl, create)).toMatchObject(denied);
    expect(await tus('POST', begun.uploadUrl, create)).toMatchObject(denied);
    expect(await tus('PATCH', begun.uploadUrl, patch(3), 'def')).toMatchObject(denied);
    for (const { uploadUrl } of [fresh, begun]) {
      const put = { method: 'PUT', headers: authorization, body: 'abcdef' };
      const response = await fetch(uploadUrl, put);
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: 'NO_ACCESS_TO_RESOURCE' });
    }
    expect(await tus('HEAD', begun.uploadUrl, authorization)).toMatchObject({
      status: 200,
      offset: 3,
    });
    await give(scene, scene.sender, 'SEND');
    expect(await tus('PATCH', begun.uploadUrl, patch(3), 'd')).toMatchObject({ offset: 4 });
    await take(scene, scene.sender, 'SEND');
    expect(await tus('DELETE', begun.uploadUrl, authorization)).toMatchObject({ status: 204 });
    expect(await scene.sender.run(CancelTransfer, { id: fresh.id })).toMatchObject({
      cancelTransfer: { status: 'CANCELLED' },
    });
  });

  test('at GET and HEAD of a file, by token and by a link that was made before, and at a new link', async () => {
    const scene = await openClosed();
    const { recipient } = scene;
    const { id, fileUrl } = await publish(scene, randomBytes(1000));
    const linking = async () =>
      (await recipient.run(CreateDownloadLink, { id })).createDownloadLink;
    const link = await linking();
    if (link.__typename !== 'TemporaryLink') throw new Error(link.message);
    const download = async (url: string, init: RequestInit) => {
      const response = await fetch(url, init);
      const text = await response.text();
      return response.ok ? response.status : [response.status, text && JSON.parse(text).code];
    };
    const ways = [
      [fileUrl, { headers: recipient.authorization }],
      [fileUrl, { headers: { ...recipient.authorization, Range: 'bytes=0-9' } }],
      [link.url, {}],
    ] as const;
    const all = () => Promise.all(ways.map(([url, init]) => download(url, init)));
    expect(await all()).toEqual([200, 206, 200]);
    await take(scene, recipient, 'RECEIVE');
    expect(await all()).toEqual(ways.map(() => [403, 'NO_ACCESS_TO_RESOURCE']));
    const head = { method: 'HEAD', headers: recipient.authorization };
    expect(await download(fileUrl, head)).toEqual([403, '']);
    expect(await linking()).toMatchObject({ code: 'NO_ACCESS_TO_RESOURCE' });
    await give(scene, recipient, 'RECEIVE');
    expect(await all()).toEqual([200, 206, 200]);
  });

  test('at a confirmation, though not at one that is repeated', async () => {
    const scene = await openClosed();
    const { recipient } = scene;
    const { id, fileUrl } = await publish(scene, randomBytes(10));
    await (await fetch(fileUrl, { headers: recipient.authorization })).arrayBuffer();
    const confirming = async () => (await recipient.run(ConfirmDownload, { id })).confirmDownload;
    await take(scene, recipient, 'RECEIVE');
    expect(await confirming()).toMatchObject({ code: 'NO_ACCESS_TO_RESOURCE' });
    await give(scene, recipient, 'RECEIVE');
    const confirmed = { __typename: 'Transfer', viewerRecipient: { status: 'DOWNLOAD_CONFIRMED' } };
    expect(await confirming()).toMatchObject(confirmed);
    await take(scene, recipient, 'RECEIVE');
    expect(await confirming()).toMatchObject(confirmed);
  });

  test("also where it was everybody's and the resource is closed", async () => {
    const scene = await openResource(broker);
    const { recipient, sender, owner, resourceId } = scene;
    const { fileUrl } = await publish(scene, randomBytes(10));
    const fresh = await initialize(scene);
    await owner.run(ConfigureResource, { input: { id: resourceId, openTo: [] } });
    expect(await initializing(scene)).toMatchObject({ code: 'NO_ACCESS_TO_RESOURCE' });
    const create = { ...sender.authorization, 'Upload-Length': '1' };
    expect(await tus('POST', fresh.uploadUrl, create)).toMatchObject({ status: 403 });
    expect((await fetch(fileUrl, { headers: recipient.authorization })).status).toBe(403);
    // The owner needs no entry of its own.
    const owned = { ...scene, sender: owner, recipient: owner };
    const { fileUrl: ownUrl } = await publish(owned, randomBytes(10));
    expect((await fetch(ownUrl, { headers: owner.authorization })).status).toBe(200);
  });
});
