/** Two brokers on one PostgreSQL and one folder of files: whatever both are asked at one moment has one winner. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Client,
  clientOf,
  initialize,
  openResource,
  publish,
  type Scene,
} from '../support/api.ts';
import { makeDataDir, PARTIES, startTestBroker, type TestBroker } from '../support/broker.ts';
import { dropDatabaseOf } from '../support/database-choice.ts';
import {
  CancelTransfer,
  ConfigureResource,
  ConfirmDownload,
  GetTransfer,
  GrantResourceAccess,
  InitializeTransfer,
  ListResourceAccess,
  RegisterServiceOwner,
} from '../support/operations.ts';

/** Often enough to meet in the middle, few enough to be quick. */
const ROUNDS = 12;

let dataDir: string;
let brokers: readonly [TestBroker, TestBroker];
let scenes: readonly [Scene, Scene];

beforeAll(async () => {
  dataDir = await makeDataDir();
  // Both make the tables, at the same moment.
  const [first, second] = await Promise.all([
    startTestBroker({ dataDir }),
    startTestBroker({ dataDir }),
  ]);
  brokers = [first, second];
  const scene = await openResource(first);
  scenes = [scene, await at(scene, second)];
});

afterAll(async () => {
  for (const broker of brokers) await broker[Symbol.asyncDispose]();
  await dropDatabaseOf(dataDir);
  await rm(dataDir, { recursive: true, force: true });
});

/** The same parties at the other broker. */
async function at(scene: Scene, broker: TestBroker): Promise<Scene> {
  const [owner, sender, recipient] = await Promise.all(
    [scene.owner, scene.sender, scene.recipient].map(({ party }) => clientOf(broker, party)),
  );
  if (owner === undefined || sender === undefined || recipient === undefined) throw new Error();
  return { ...scene, broker, owner, sender, recipient };
}

/** Asks both brokers at once. */
function both<T>(ask: (scene: Scene, index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(scenes.map(ask));
}

function newParty(): string {
  return `0192:${String(randomBytes(4).readUInt32BE() % 1_000_000_000).padStart(9, '0')}`;
}

async function eventsOf(client: Client, id: string): Promise<readonly string[]> {
  const { transfer } = await client.run(GetTransfer, { id });
  return transfer?.events?.edges.map(({ node }) => node.type) ?? [];
}

test('registering one service owner: one is registered, the other is told so', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const party = newParty();
    const clients = await Promise.all(brokers.map((broker) => clientOf(broker, party)));
    const answers = await Promise.all(
      clients.map((client) => client.run(RegisterServiceOwner, { name: 'Twice' })),
    );
    const outcomes = answers.map(({ registerServiceOwner: answer }) =>
      'code' in answer ? answer.code : answer.__typename,
    );
    expect(outcomes.toSorted()).toEqual(['SERVICE_OWNER_ALREADY_REGISTERED', 'ServiceOwner']);
  }
});

test('taking one id for a resource: one owner has it, the other is told whose it is', async () => {
  const others = await Promise.all(brokers.map((broker) => clientOf(broker, newParty())));
  for (const other of others) await other.run(RegisterServiceOwner, { name: 'Other' });
  for (let round = 0; round < ROUNDS; round += 1) {
    const input = { id: `wanted-${randomBytes(4).toString('hex')}` };
    const answers = await Promise.all(
      others.map((other) => other.run(ConfigureResource, { input })),
    );
    const outcomes = answers.map(({ configureResource: answer }) =>
      'code' in answer ? answer.code : answer.__typename,
    );
    expect(outcomes.toSorted()).toEqual(['NOT_RESOURCE_OWNER', 'Resource']);
  }
});

test('changing different settings of one resource: both changes stay', async () => {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const id = scenes[0].resourceId;
    await both(({ owner }, index) =>
      owner.run(ConfigureResource, {
        input:
          index === 0 ? { id, title: `Round ${round}` } : { id, maxTransferSize: 1000 + round },
      }),
    );
    const { configureResource } = await scenes[0].owner.run(ConfigureResource, { input: { id } });
    expect(configureResource).toMatchObject({
      title: `Round ${round}`,
      maxTransferSize: 1000 + round,
    });
  }
  const input = { id: scenes[0].resourceId, maxTransferSize: 1_000_000 };
  await scenes[0].owner.run(ConfigureResource, { input });
});

test('one idempotency key: one transfer, and both are told of it', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const idempotencyKey = randomBytes(8).toString('hex');
    const [first, second] = await both((scene) => initialize(scene, { idempotencyKey }));
    expect(second?.id).toBe(first?.id);
    expect(await eventsOf(scenes[0].sender, first?.id ?? '')).toEqual([
      'FILE_TRANSFER_INITIALIZED',
    ]);
  }
});

test('one idempotency key for two inputs: one is made, the other is told of it', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const idempotencyKey = randomBytes(8).toString('hex');
    const answers = await both(({ resourceId, sender, recipient }, index) =>
      sender.run(InitializeTransfer, {
        input: {
          resourceId,
          fileName: `${index}.txt`,
          sender: sender.party,
          recipients: [recipient.party],
          idempotencyKey,
        },
      }),
    );
    const outcomes = answers.map(({ initializeTransfer: answer }) =>
      'code' in answer ? answer.code : answer.__typename,
    );
    expect(outcomes.toSorted()).toEqual(['IDEMPOTENCY_KEY_REUSED', 'Transfer']);
  }
});

test('cancelling twice: both are told that it is cancelled, and the log says it once', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { id } = await initialize(scenes[0]);
    const answers = await both(({ sender }) => sender.run(CancelTransfer, { id }));
    for (const { cancelTransfer } of answers) {
      expect(cancelTransfer).toMatchObject({ __typename: 'Transfer', status: 'CANCELLED' });
    }
    expect(await eventsOf(scenes[1].sender, id)).toEqual([
      'FILE_TRANSFER_INITIALIZED',
      'FILE_TRANSFER_CANCELLED',
    ]);
  }
});

test('confirming while it is cancelled: whoever is first, the log tells one story', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { id, fileUrl } = await publish(scenes[0], randomBytes(10));
    await (await fetch(fileUrl, { headers: scenes[0].recipient.authorization })).arrayBuffer();
    const [confirmed, cancelled] = await Promise.all([
      scenes[0].recipient.run(ConfirmDownload, { id }),
      scenes[1].sender.run(CancelTransfer, { id }),
    ]);
    expect(cancelled.cancelTransfer).toMatchObject({ status: 'CANCELLED' });
    const answer = confirmed.confirmDownload;
    const types = (await eventsOf(scenes[1].sender, id)).filter((type) => type !== 'FILE_DELETED');
    const confirmations = types.filter(
      (type) => type.endsWith('CONFIRMED') || type.startsWith('ALL'),
    );
    if ('code' in answer) {
      expect(answer.code).toBe('TRANSFER_ENDED');
      expect(confirmations).toEqual([]);
    } else {
      expect(confirmations).toEqual(['DOWNLOAD_CONFIRMED', 'ALL_CONFIRMED_DOWNLOADED']);
    }
    expect(types.at(-1)).toBe('FILE_TRANSFER_CANCELLED');
  }
});

test('the last two recipients confirming: all have confirmed, and the log says it once', async () => {
  const readers = await Promise.all(
    [PARTIES.recipient, PARTIES.otherRecipient].map((party, index) =>
      clientOf(brokers[index] ?? brokers[0], party),
    ),
  );
  for (let round = 0; round < ROUNDS; round += 1) {
    const recipients = readers.map(({ party }) => party);
    const { id, fileUrl } = await publish(scenes[0], randomBytes(10), { recipients });
    for (const { authorization } of readers) {
      await (await fetch(fileUrl, { headers: authorization })).arrayBuffer();
    }
    await Promise.all(readers.map((reader) => reader.run(ConfirmDownload, { id })));
    const { transfer } = await scenes[1].sender.run(GetTransfer, { id });
    expect(transfer).toMatchObject({
      status: 'ALL_CONFIRMED_DOWNLOADED',
      recipientCounts: { total: 2, initialized: 0, downloadStarted: 0, confirmed: 2 },
    });
    expect((await eventsOf(scenes[0].sender, id)).slice(-3)).toEqual([
      'DOWNLOAD_CONFIRMED',
      'DOWNLOAD_CONFIRMED',
      'ALL_CONFIRMED_DOWNLOADED',
    ]);
  }
});

test('a first download in two halves at both brokers is told of once', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { id } = await publish(scenes[0], randomBytes(10));
    const halves = await both(({ broker, recipient }, index) =>
      fetch(`${broker.url}/files/${id}`, {
        headers: { ...recipient.authorization, Range: index === 0 ? 'bytes=0-4' : 'bytes=5-9' },
      }),
    );
    expect(halves.map(({ status }) => status)).toEqual([206, 206]);
    await Promise.all(halves.map((half) => half.arrayBuffer()));
    const types = await eventsOf(scenes[0].sender, id);
    expect(types.filter((type) => type === 'DOWNLOAD_STARTED')).toHaveLength(1);
  }
});

test('granting to the same parties in another order: both grants stay', async () => {
  const parties = Array.from({ length: 200 }, newParty);
  const { resourceId } = scenes[0];
  await both(({ owner }, index) =>
    owner.run(GrantResourceAccess, {
      input: {
        resourceId,
        parties: index === 0 ? parties : parties.toReversed(),
        actions: [index === 0 ? 'SEND' : 'RECEIVE'],
      },
    }),
  );
  const { resource } = await scenes[0].owner.run(ListResourceAccess, {
    id: resourceId,
    parties: parties.slice(0, 50),
  });
  const entries = resource?.accessList?.edges.map(({ node }) => node.actions) ?? [];
  expect(entries).toHaveLength(50);
  for (const actions of entries) expect(actions).toEqual(['SEND', 'RECEIVE']);
});
