/** Subscriptions over either transport that are kept open while a test does something else. */
import { readEvents } from '../graphql-transport/event-reader.ts';
import type { Client, GraphQLAnswer, Variables } from '../support/api.ts';
import type { TestBroker } from '../support/broker.ts';
import type { TypedDocumentString } from '../support/graphql/graphql.ts';
import { cutWhenAborted, openStream, subscribe } from '../support/streams.ts';

export type TransportName = 'WebSocket' | 'SSE';
export const TRANSPORTS: readonly TransportName[] = ['WebSocket', 'SSE'];

/** What a subscription brings, one after the other, until it is aborted; throws what it ends with. */
type Read = <T, V>(
  broker: Pick<TestBroker, 'url'>,
  client: Pick<Client, 'token'>,
  document: TypedDocumentString<T, V>,
  variables: Variables<V>,
  signal: AbortSignal,
) => AsyncGenerator<T>;

const readers: Record<TransportName, Read> = {
  async *WebSocket(broker, { token }, document, variables, signal) {
    const stream = openStream(broker, token);
    cutWhenAborted(stream, signal);
    try {
      yield* subscribe(stream, document, variables);
    } finally {
      await stream.dispose();
    }
  },

  async *SSE<T, V>(
    { url }: Pick<TestBroker, 'url'>,
    { token }: Pick<Client, 'token'>,
    document: TypedDocumentString<T, V>,
    variables: Variables<V>,
    signal: AbortSignal,
  ): AsyncGenerator<T> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token}`,
        Accept: 'text/event-stream',
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({ query: document.toString(), variables }),
      signal,
    });
    if (response.status !== 200) throw new Error(await response.text());
    for await (const { event, data } of readEvents(response)) {
      if (event === 'complete') return;
      if (event !== 'next') continue;
      const answer = data as GraphQLAnswer<T>;
      if (answer.errors !== undefined || answer.data == null) {
        throw new Error(JSON.stringify(answer.errors));
      }
      yield answer.data;
    }
  },
};

export interface Follower<T> {
  /** All that has come. */
  readonly results: readonly T[];
  /** Settles when this holds, which is looked at whenever something has come. */
  until(holds: (results: readonly T[]) => boolean): Promise<void>;
  /** Settles when the broker has completed the subscription; fails with what it ended with. */
  readonly completed: Promise<void>;
  /** Leaves. */
  leave(): void;
}

export function follow<T, V>(
  transport: TransportName,
  broker: Pick<TestBroker, 'url'>,
  client: Pick<Client, 'token'>,
  document: TypedDocumentString<T, V>,
  variables: Variables<V>,
): Follower<T> {
  const leaving = new AbortController();
  const results: T[] = [];
  let wakes: (() => void)[] = [];
  let isOver = false;
  const wake = () => {
    const woken = wakes;
    wakes = [];
    for (const go of woken) go();
  };
  const completed = (async () => {
    try {
      for await (const result of readers[transport](
        broker,
        client,
        document,
        variables,
        leaving.signal,
      )) {
        results.push(result);
        wake();
      }
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
    } finally {
      isOver = true;
      wake();
    }
  })();
  // Whoever waits is told; that nobody does is no failure of its own.
  completed.catch(() => undefined);
  return {
    results,
    completed,
    async until(holds) {
      while (!holds(results)) {
        if (isOver) {
          await completed;
          throw new Error('The subscription was completed before.');
        }
        await new Promise<void>((resolve) => {
          wakes.push(resolve);
        });
      }
    },
    leave: () => leaving.abort(),
  };
}
