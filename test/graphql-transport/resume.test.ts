/** Events against a writer that does not stop: a reader that leaves and comes back misses none and sees none twice. */
import { expect, test } from 'vitest';
import { initialize, openResource, type Scene } from '../support/api.ts';
import { startTestBroker } from '../support/broker.ts';
import { FollowEvents, ListEvents } from '../support/operations.ts';
import { openStream, subscribe } from '../support/streams.ts';
import { readEvents } from './event-reader.ts';

const TRANSFERS = 40;
/** How many events a reader takes before it leaves again. */
const BITE = 7;

/** Reads a few events after a cursor, and leaves. */
type Reader = (scene: Scene, after: string | undefined) => Promise<string[]>;

const readers: Record<string, Reader> = {
  async 'by SSE with Last-Event-ID'({ broker, recipient }, after) {
    const leaving = new AbortController();
    const response = await fetch(`${broker.url}/graphql`, {
      method: 'POST',
      headers: {
        ...recipient.authorization,
        'Content-Type': 'application/json',
        Accept: 'text/event-stream',
        ...(after !== undefined && { 'Last-Event-ID': after }),
      },
      body: JSON.stringify({
        query: FollowEvents.toString(),
        variables: { startAt: 'BEGINNING' },
      }),
      signal: leaving.signal,
    });
    const ids: string[] = [];
    for await (const { id } of readEvents(response)) {
      if (id !== undefined) ids.push(id);
      if (ids.length === BITE) break;
    }
    leaving.abort();
    return ids;
  },

  async 'by WebSocket with `after`'({ broker, recipient }, after) {
    const client = openStream(broker, recipient.token);
    const variables = { filter: null, after: after ?? null, startAt: 'BEGINNING' } as const;
    const cursors: string[] = [];
    for await (const { events } of subscribe(client, FollowEvents, variables)) {
      cursors.push(events.cursor);
      if (cursors.length === BITE) break;
    }
    await client.dispose();
    return cursors;
  },
};

test.each(Object.entries(readers))('nothing is missed or doubled %s', async (_, readSome) => {
  await using broker = await startTestBroker();
  const scene = await openResource(broker);
  const writing = (async () => {
    for (let i = 0; i < TRANSFERS; i += 1) await initialize(scene);
  })();

  const seen: string[] = [];
  while (seen.length + BITE <= TRANSFERS) seen.push(...(await readSome(scene, seen.at(-1))));
  await writing;

  const all = { filter: null, first: seen.length, after: null, last: null, before: null };
  const { events } = await scene.recipient.run(ListEvents, all);
  expect(seen).toEqual(events?.edges.map(({ cursor }) => cursor));
});
