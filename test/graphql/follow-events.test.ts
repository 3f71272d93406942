/** The event log followed live over both transports, and resumed with nothing missed and nothing twice. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Client,
  clientOf,
  initialize,
  openResource,
  publish,
  type Scene,
} from '../support/api.ts';
import { PARTIES, startTestBroker, type TestBroker } from '../support/broker.ts';
import {
  CancelTransfer,
  EventLogEnd,
  FollowEvents,
  FollowTransfer,
  ListEvents,
} from '../support/operations.ts';
import { openStream, subscribe } from '../support/streams.ts';

let broker: TestBroker;
let scene: Scene;
beforeAll(async () => {
  broker = await startTestBroker();
  scene = await openResource(broker);
});
afterAll(() => broker[Symbol.asyncDispose]());

interface SseEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** A stream of server-sent events as plain `fetch` sees it. */
async function* sse(
  client: Client,
  variables: object,
  { lastEventId, signal }: { readonly lastEventId?: string; readonly signal: AbortSignal },
): AsyncGenerator<SseEvent> {
  const response = await fetch(`${broker.url}/graphql`, {
    method: 'POST',
    headers: {
      ...client.authorization,
      Accept: 'text/event-stream',
      'Content-Type': 'application/json',
      ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }),
    },
    body: JSON.stringify({ query: FollowEvents.toString(), variables }),
    signal,
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  let buffered = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    buffered += decoder.decode(chunk, { stream: true });
    for (let end = buffered.indexOf('\n\n'); end >= 0; end = buffered.indexOf('\n\n')) {
      const lines = buffered.slice(0, end).split('\n');
      buffered = buffered.slice(end + 2);
      const field = (name: string) =>
        lines
          .find((line) => line.startsWith(`${name}:`))
          ?.slice(name.length + 1)
          .trim();
      const event = field('event');
      if (event !== undefined) yield { event, id: field('id'), data: field('data') ?? '' };
    }
  }
}

/** Every event id of the log that the client may see, in order. */
async function wholeLog(client: Client, after?: string): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = after; ; ) {
    const { events } = await client.run(ListEvents, {
      first: 100,
      ...(cursor === undefined ? {} : { after: cursor }),
    });
    ids.push(...(events?.edges ?? []).map(({ node }) => node.id));
    if (events?.pageInfo.hasNextPage !== true) return ids;
    cursor = events.pageInfo.endCursor ?? undefined;
  }
}

describe('a subscription to events', () => {
  it('over WebSocket brings each event as it happens, in log order', async () => {
    const { eventLogEnd } = await scene.recipient.run(EventLogEnd, {});
    const stream = openStream(broker, scene.recipient.token);
    const events = subscribe(stream, FollowEvents, { after: eventLogEnd });
    const { id } = await publish(scene);
    const types: string[] = [];
    for await (const { events: edge } of events) {
      expect(edge.node.transferId).toBe(id);
      types.push(edge.node.type);
      if (edge.node.type === 'PUBLISHED') break;
    }
    expect(types).toEqual([
      'FILE_TRANSFER_INITIALIZED',
      'UPLOAD_STARTED',
      'UPLOAD_PROCESSING',
      'PUBLISHED',
    ]);
    await stream.dispose();
  });

  it('over server-sent events carries cursors as ids, and resumes after Last-Event-ID', async () => {
    const { eventLogEnd } = await scene.recipient.run(EventLogEnd, {});
    await publish(scene);
    const first = new AbortController();
    const seen: SseEvent[] = [];
    for await (const event of sse(scene.recipient, { after: eventLogEnd }, first)) {
      seen.push(event);
      if (seen.length === 2) break;
    }
    first.abort();
    expect(seen.map(({ event }) => event)).toEqual(['next', 'next']);

    const second = new AbortController();
    const lastEventId = seen[1]?.id;
    const resumed = sse(
      scene.recipient,
      { after: eventLogEnd },
      { signal: second.signal, ...(lastEventId === undefined ? {} : { lastEventId }) },
    );
    for await (const event of resumed) {
      seen.push(event);
      if (seen.length === 4) break;
    }
    second.abort();
    const ids = seen.map(({ data }) => {
      const result = JSON.parse(data) as { data: { events: { node: { id: string } } } };
      return result.data.events.node.id;
    });
    expect(ids).toEqual((await wholeLog(scene.recipient, eventLogEnd)).slice(0, 4));
  });

  it('resumes with nothing missed and nothing twice while a writer does not stop', async () => {
    const { eventLogEnd } = await scene.sender.run(EventLogEnd, {});
    let isWriting = true;
    let written = 0;
    const writers = Array.from({ length: 4 }, async () => {
      while (isWriting) {
        const { id } = await initialize(scene);
        await scene.sender.run(CancelTransfer, { id });
        written += 1;
      }
    });
    // A client that hangs up after every few events, wherever that is, and goes on after the last one that it saw.
    const seen: string[] = [];
    let after = eventLogEnd;
    for (let round = 1; round <= 25; round += 1) {
      const stream = openStream(broker, scene.sender.token);
      let left = 1 + ((round * 7) % 13);
      for await (const { events } of subscribe(stream, FollowEvents, { after })) {
        seen.push(events.node.id);
        after = events.cursor;
        left -= 1;
        if (left === 0) break;
      }
      await stream.dispose();
    }
    isWriting = false;
    await Promise.all(writers);
    expect(written).toBeGreaterThan(0);
    const log = await wholeLog(scene.sender, eventLogEnd);
    expect(seen).toEqual(log.slice(0, seen.length));
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('brings a recipient only what it may see, and a stranger nothing', async () => {
    const { eventLogEnd } = await scene.sender.run(EventLogEnd, {});
    const other = await clientOf(broker, PARTIES.otherRecipient);
    const stranger = await clientOf(broker, PARTIES.stranger);
    await publish(scene);
    const mine = await publish(scene, Buffer.from('x'), { recipients: [other.party] });
    const stream = openStream(broker, other.token);
    const filter = { audience: 'MINE' as const };
    for await (const { events } of subscribe(stream, FollowEvents, {
      after: eventLogEnd,
      filter,
    })) {
      // As a recipient it is concerned from the publication on.
      expect(events.node).toMatchObject({ transferId: mine.id, type: 'PUBLISHED' });
      break;
    }
    await stream.dispose();
    expect(await wholeLog(stranger)).toEqual([]);
  });

  it('with a cursor of another history is refused, never skipped over', async () => {
    await using elsewhere = await startTestBroker();
    const owner = await clientOf(elsewhere, PARTIES.sender);
    const { eventLogEnd } = await owner.run(EventLogEnd, {});
    const stream = openStream(broker, scene.sender.token);
    const events = subscribe(stream, FollowEvents, { after: eventLogEnd });
    await expect(events.next()).rejects.toThrow(/another history/);
    await stream.dispose();
  });
});

describe('a subscription to one transfer', () => {
  it('begins with the transfer as it is, tells each change, and completes with its end', async () => {
    const { id, uploadUrl } = await initialize(scene);
    const stream = openStream(broker, scene.recipient.token);
    const statuses: string[] = [];
    const following = (async () => {
      for await (const { transfer } of subscribe(stream, FollowTransfer, { id })) {
        if (statuses.at(-1) !== transfer.status) statuses.push(transfer.status);
        if (statuses.length === 1) {
          await fetch(uploadUrl, {
            method: 'PUT',
            headers: scene.sender.authorization,
            body: 'hello',
          });
        }
        if (transfer.status === 'PUBLISHED') await scene.sender.run(CancelTransfer, { id });
      }
    })();
    await following;
    expect(statuses[0]).toBe('INITIALIZED');
    expect(statuses).toContain('PUBLISHED');
    expect(statuses.at(-1)).toBe('CANCELLED');
    await stream.dispose();
  });

  it('is TRANSFER_NOT_FOUND for one who may not see it', async () => {
    const { id } = await initialize(scene);
    const stranger = await clientOf(broker, PARTIES.stranger);
    const stream = openStream(broker, stranger.token);
    const events = subscribe(stream, FollowTransfer, { id });
    await expect(events.next()).rejects.toThrow(/TRANSFER_NOT_FOUND/);
    await stream.dispose();
  });
});

describe('the list of events', () => {
  it('that found nothing yet ends where what comes next follows', async () => {
    const newcomer = await clientOf(broker, '0192:314159265');
    const { events } = await newcomer.run(ListEvents, { last: 50 });
    expect(events?.edges).toEqual([]);
    const after = events?.pageInfo.endCursor ?? null;
    expect(after).not.toBeNull();
    const { id } = await initialize(scene, { recipients: [newcomer.party] });
    const stream = openStream(broker, newcomer.token);
    for await (const edge of subscribe(stream, FollowEvents, { after })) {
      expect(edge.events.node).toMatchObject({ transferId: id, type: 'FILE_TRANSFER_INITIALIZED' });
      break;
    }
    await stream.dispose();
  });

  it('pages both ways to the same log', async () => {
    const forwards = await wholeLog(scene.sender);
    const backwards: string[] = [];
    for (let before: string | undefined; ; ) {
      const { events } = await scene.sender.run(ListEvents, {
        last: 7,
        ...(before === undefined ? {} : { before }),
      });
      backwards.unshift(...(events?.edges ?? []).map(({ node }) => node.id));
      if (events?.pageInfo.hasPreviousPage !== true) break;
      before = events.pageInfo.startCursor ?? undefined;
    }
    expect(backwards).toEqual(forwards);
  });
});
