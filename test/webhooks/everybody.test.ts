/**
 * Three subscribers and three webhooks on one busy broker, which is killed again and again while endpoints go down and come
 * back: each sees exactly the log that it may see.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readEvents } from '../graphql-transport/event-reader.ts';
import { type Client, clientOf, openResource, publish, type Scene } from '../support/api.ts';
import { PARTIES, spawnBroker } from '../support/broker.ts';
import { openDataFolder } from '../support/data-folder.ts';
import { freePort } from '../support/free-port.ts';
import type { EventFilter } from '../support/graphql/graphql.ts';
import {
  CancelTransfer,
  ConfirmDownload,
  EventLogEnd,
  FollowEvents,
  ListEvents,
} from '../support/operations.ts';
import { openStream, subscribe } from '../support/streams.ts';
import { type Receiver, startReceiver } from '../support/webhook-receiver.ts';
import { openWebhook, REACH_LOOPBACK } from '../support/webhook-scene.ts';

const KILLS = 4;
/** Transfers that are begun between two kills. */
const TRANSFERS_A_LIFE = 12;

/** As many as may be under way to one endpoint, or have been answered and not been written down. */
const UNDER_WAY = 60;

/** How somebody follows: what it sees, and where it stands. */
interface Follower {
  readonly client: Client;
  readonly filter: EventFilter;
  readonly seen: { readonly cursor: string; readonly id: string }[];
  /** Follows from where it stands until the connection is lost. */
  follow(after: string, signal: AbortSignal): Promise<void>;
}

function byWebSocket(url: string, client: Client, filter: EventFilter): Follower {
  const seen: Follower['seen'] = [];
  return {
    client,
    filter,
    seen,
    async follow(after, signal) {
      const stream = openStream({ url }, client.token);
      const stop = () => void stream.dispose();
      signal.addEventListener('abort', stop, { once: true });
      const variables = { filter, after, startAt: 'NOW' } as const;
      for await (const { events } of subscribe(stream, FollowEvents, variables)) {
        seen.push({ cursor: events.cursor, id: events.node.id });
      }
    },
  };
}

function byServerSentEvents(url: string, client: Client, filter: EventFilter): Follower {
  const seen: Follower['seen'] = [];
  return {
    client,
    filter,
    seen,
    async follow(after, signal) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          ...client.authorization,
          'Content-Type': 'application/json',
          Accept: 'text/event-stream',
          'Last-Event-ID': after,
        },
        body: JSON.stringify({
          query: FollowEvents.toString(),
          variables: { filter, startAt: 'NOW' },
        }),
        signal,
      });
      for await (const { id, data } of readEvents(response)) {
        if (id === undefined) continue;
        const { events } = (data as { data: { events: { node: { id: string } } } }).data;
        seen.push({ cursor: id, id: events.node.id });
      }
    },
  };
}

/** The ids of the log after a cursor, as the API lists them to somebody. */
async function listLog({ client, filter }: Pick<Follower, 'client' | 'filter'>, start: string) {
  const ids: string[] = [];
  let after = start;
  for (;;) {
    const { events } = await client.run(ListEvents, { filter, first: 100, after });
    ids.push(...(events?.edges ?? []).map(({ node }) => node.id));
    if (events?.pageInfo.hasNextPage !== true) return ids;
    after = events.pageInfo.endCursor ?? after;
  }
}

/** One transfer from its beginning to some end; a broker that is killed meanwhile is no fault of it. */
async function liveThrough(scene: Scene, count: number): Promise<void> {
  try {
    const { id, fileUrl } = await publish(scene, Buffer.from(`file ${count}`), {
      recipients: [scene.recipient.party, PARTIES.otherRecipient],
    });
    if (count % 4 === 0) await scene.sender.run(CancelTransfer, { id });
    const download = await fetch(fileUrl, { headers: scene.recipient.authorization });
    await download.arrayBuffer();
    await scene.recipient.run(ConfirmDownload, { id });
  } catch {
    // It stays as far as it came.
  }
}

it('each sees exactly the log that it may see, in order, whatever dies in between', async () => {
  await using folder = await openDataFolder();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const start = () => spawnBroker(folder.path, { env: { ...REACH_LOOPBACK, PORT: String(port) } });
  const receivers: Receiver[] = [];
  let broker = await start();
  const leaving = new AbortController();
  try {
    const scene = await openResource(broker);
    const other = await clientOf(broker, PARTIES.otherRecipient);
    const hooks: (Pick<Follower, 'client' | 'filter'> & { readonly receiver: Receiver })[] = [];
    for (const [client, filter] of [
      [scene.sender, { audience: 'MINE' }],
      [scene.owner, { audience: 'ALL', types: ['PUBLISHED', 'DOWNLOAD_CONFIRMED'] }],
      [other, { audience: 'MINE', role: 'RECIPIENT' }],
    ] as const) {
      const receiver = await startReceiver();
      receivers.push(receiver);
      const { audience, ...more } = { ...filter };
      const types = 'types' in more ? [...more.types] : null;
      const role = 'role' in more ? more.role : null;
      await openWebhook(client, receiver, { audience, types, role });
      hooks.push({ client, filter: { audience, types, role }, receiver });
    }
    const { eventLogEnd: origin } = await scene.owner.run(EventLogEnd, {});
    const followers = [
      byWebSocket(url, scene.owner, { audience: 'ALL' }),
      byServerSentEvents(url, scene.recipient, { audience: 'MINE' }),
      byWebSocket(url, other, { audience: 'ALL', types: ['PUBLISHED', 'FILE_DELETED'] }),
    ];
    const following = followers.map(async (follower) => {
      while (!leaving.signal.aborted) {
        const after = follower.seen.at(-1)?.cursor ?? origin;
        await follower.follow(after, leaving.signal).catch(() => pause(20));
      }
    });

    let count = 0;
    for (let life = 0; life <= KILLS; life += 1) {
      const down = receivers[life % receivers.length];
      await down?.down();
      const working = Array.from({ length: TRANSFERS_A_LIFE }, () => liveThrough(scene, count++));
      await Promise.all(working.slice(0, TRANSFERS_A_LIFE / 2));
      await down?.up();
      if (life < KILLS) {
        await broker.stop('SIGKILL');
        broker = await start();
      }
      await Promise.all(working);
    }

    for (const follower of followers) {
      const log = await listLog(follower, origin);
      while (follower.seen.length < log.length) await pause(20);
      expect(follower.seen.map(({ id }) => id)).toEqual(log);
      expect(log.length).toBeGreaterThan(0);
    }
    for (const { receiver, ...hook } of hooks) {
      const log = await listLog(hook, origin);
      expect(log.length).toBeGreaterThan(0);
      await receiver.until(
        ({ accepted }) => new Set(accepted.map(({ id }) => id)).size >= log.length,
      );
      const ids = receiver.accepted.map(({ id }) => id);
      expect(new Set(ids)).toEqual(new Set(log));
      // Twice comes at most what was under way when the broker was killed.
      expect(ids.length - log.length).toBeLessThanOrEqual(KILLS * UNDER_WAY);
    }
    leaving.abort();
    await Promise.all(following);
  } finally {
    leaving.abort();
    await broker.stop('SIGKILL');
    for (const receiver of receivers) await receiver[Symbol.asyncDispose]();
  }
}, 180_000);
