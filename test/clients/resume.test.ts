/** The lines of README.md with which graphql-ws, urql and Apollo resume: nothing is missed, and nothing comes twice. */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Client, clientOf, initialize, openResource, type Scene } from '../support/api.ts';
import {
  type BrokerProcess,
  makeDataDir,
  PARTIES,
  spawnBroker,
  startTestBroker,
  tokenFor,
} from '../support/broker.ts';
import { EventLogEnd, ListEvents } from '../support/operations.ts';
import { type ReadmeClient, startReadmeClient } from './readme-client.ts';
import { startRelay } from './relay.ts';

const SCRIPTS = ['follow.mjs', 'urql.mjs', 'apollo.mjs'];

/** The ids of all events after a cursor, in the order of the log. */
async function logAfter(client: Client, cursor: string): Promise<string[]> {
  const ids: string[] = [];
  let after = cursor;
  for (;;) {
    const { events } = await client.run(ListEvents, { first: 100, after });
    ids.push(...(events?.edges ?? []).map(({ node }) => node.id));
    if (events?.pageInfo.hasNextPage !== true) return ids;
    after = events.pageInfo.endCursor ?? after;
  }
}

/** Makes events until it is stopped, whether or not somebody is there to take them. */
function keepWriting(scene: Scene): () => Promise<void> {
  let isOver = false;
  const writing = (async () => {
    while (!isOver) {
      await initialize(scene).catch(() => new Promise((resolve) => setTimeout(resolve, 20)));
    }
  })();
  return () => {
    isOver = true;
    return writing;
  };
}

/** Whatever comes twice would have come before the event that is made last. */
async function expectWholeLog(client: ReadmeClient, scene: Scene, start: string): Promise<void> {
  await initialize(scene);
  const log = await logAfter(scene.recipient, start);
  await client.until(() => client.seen.includes(log.at(-1) ?? ''));
  expect(client.seen).toEqual(log);
}

async function grow(client: ReadmeClient): Promise<void> {
  const before = client.seen.length;
  await client.until(() => client.seen.length >= before + 20);
}

describe('a broker that is killed and started again', () => {
  test.each(SCRIPTS)('%s goes on from where it was', async (script) => {
    const dataDir = await makeDataDir();
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    let broker: BrokerProcess = await spawnBroker(dataDir);
    const { port } = new URL(broker.url);
    try {
      const scene = await openResource(broker);
      const { eventLogEnd: after } = await scene.recipient.run(EventLogEnd, {});
      const tokens = [scene.recipient.token];
      const stopWriting = keepWriting(scene);
      await using client = await startReadmeClient(script, { url: broker.url, tokens, after });
      for (let kills = 0; kills < 2; kills += 1) {
        await grow(client);
        const complaints = client.complaints.length;
        await broker.stop('SIGKILL');
        // One that the connection broke, one that there is nobody to connect to.
        await client.until(() => client.complaints.length >= complaints + 2);
        broker = await spawnBroker(dataDir, { env: { PORT: port } });
      }
      await grow(client);
      await stopWriting();
      await expectWholeLog(client, scene, after);
    } finally {
      await broker.stop('SIGKILL');
    }
  });
});

describe('a connection that is closed', () => {
  test.each(SCRIPTS)('%s goes on whatever the code, with a fresh token', async (script) => {
    await using broker = await startTestBroker();
    const scene = await openResource(broker);
    await using relay = await startRelay(broker);
    const good = scene.recipient.token;
    const expired = await tokenFor(broker, PARTIES.recipient, { lifetimeSeconds: -60 });
    const stopWriting = keepWriting(scene);
    await using client = await startReadmeClient(script, {
      url: relay.url,
      tokens: [good, expired, good],
    });
    for (const code of [1012, 1013, 4403, 'broken'] as const) {
      await grow(client);
      const complaints = client.complaints.length;
      relay.cut(code);
      await client.until(() => client.complaints.length > complaints);
      if (code !== 'broken') expect(client.complaints.join('\n')).toContain(String(code));
    }
    await grow(client);
    await stopWriting();
    // One for each cut, one for the token that had expired, and at least one that began.
    expect(client.tokensAsked).toBeGreaterThanOrEqual(6);
    expect(client.complaints.filter((line) => line.includes('4403'))).toHaveLength(2);
    const [, start = ''] = /"eventLogEnd":"([^"]+)"/.exec(relay.sent.join('\n')) ?? [];
    await expectWholeLog(client, scene, start);
  });
});

describe('a cursor of another history', () => {
  test.each(SCRIPTS)('%s says so and ends', async (script) => {
    await using broker = await startTestBroker();
    await using elsewhere = await startTestBroker();
    const stranger = await clientOf(elsewhere, PARTIES.recipient);
    const { eventLogEnd: after } = await stranger.run(EventLogEnd, {});
    const tokens = [await tokenFor(broker, PARTIES.recipient)];
    await using client = await startReadmeClient(script, { url: broker.url, tokens, after });
    const [code] = await once(client.process, 'exit');
    expect(code).not.toBe(0);
    expect(client.complaints.join('\n')).toContain('another history');
  });
});
