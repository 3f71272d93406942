/** The events of one transfer as they happen, over a WebSocket. */
import { createClient as createWebSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { EventType, FollowEventsSubscription } from '../graphql/graphql.ts';
import { type Arrivals, createArrivals } from './arrivals.ts';
import type { Client } from './client.ts';
import { FollowEvents } from './operations.ts';

export interface EventFollower extends Pick<Arrivals<EventType>, 'arrived'> {
  /** The ids of what has come, in that order. */
  readonly ids: readonly string[];
  close(): Promise<void>;
}

/** Begins with what has happened already. `onEvent` is called for each event, in the order of the log. */
export function followEvents(
  url: string,
  { token }: Client,
  transferId: string,
  onEvent: (event: { readonly type: EventType; readonly statusText: string }) => void,
): EventFollower {
  const ids: string[] = [];
  const arrivals = createArrivals<EventType>('event');
  const client = createWebSocketClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    // Here a lost connection is a failure to tell of; the README shows how a client goes on after one.
    retryAttempts: 0,
  });
  client.subscribe<FollowEventsSubscription>(
    { query: FollowEvents.toString(), variables: { transferId } },
    {
      next({ data, errors }) {
        if (errors?.[0] !== undefined) arrivals.fail(new Error(errors[0].message));
        if (data == null) return;
        const { node } = data.events;
        ids.push(node.id);
        onEvent(node);
        arrivals.add(node.type);
      },
      error: (error) => arrivals.fail(new Error(`The subscription failed: ${describe(error)}`)),
      complete: () => undefined,
    },
  );

  return {
    ids,
    arrived: arrivals.arrived,
    async close() {
      await client.dispose();
    },
  };
}

/** Errors, GraphQL errors, or the event with which a WebSocket was closed. */
function describe(error: unknown): string {
  if (error instanceof Error) return error.message;
  if (Array.isArray(error)) return error.map(({ message }) => message).join(' ');
  if (typeof error === 'object' && error !== null && 'code' in error && 'reason' in error) {
    return `the connection closed with ${error.code} ${error.reason}`.trim();
  }
  return String(error);
}
