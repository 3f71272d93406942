/** The events of one transfer as they happen, over a WebSocket. */
import { setTimeout } from 'node:timers/promises';
import { createClient as createWebSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { EventType, FollowEventsSubscription } from '../graphql/graphql.ts';
import type { Client } from './client.ts';
import { FollowEvents } from './operations.ts';

/** Events come within milliseconds; one that has not come by now is lost. */
const ARRIVAL_TIMEOUT_MS = 10_000;

export interface EventFollower {
  /** Settles when an event of this type has come; throws where it does not, or the subscription has failed. */
  arrived(type: EventType): Promise<void>;
  close(): Promise<void>;
}

/** Begins with what has happened already. `onEvent` is called for each event, in the order of the log. */
export function followEvents(
  url: string,
  { token }: Client,
  transferId: string,
  onEvent: (event: { readonly type: EventType; readonly statusText: string }) => void,
): EventFollower {
  const seen = new Set<EventType>();
  const waiting = new Map<EventType, () => void>();
  const client = createWebSocketClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    // Here a lost connection is a failure to tell of; the README shows how a client goes on after one.
    retryAttempts: 0,
  });
  const failed = new Promise<never>((_resolve, reject) => {
    client.subscribe<FollowEventsSubscription>(
      { query: FollowEvents.toString(), variables: { transferId } },
      {
        next({ data, errors }) {
          if (errors?.[0] !== undefined) reject(new Error(errors[0].message));
          if (data == null) return;
          const { node } = data.events;
          seen.add(node.type);
          onEvent(node);
          waiting.get(node.type)?.();
        },
        error: (error) => reject(new Error(`The subscription failed: ${describe(error)}`)),
        complete: () => undefined,
      },
    );
  });
  // It is told of by whoever waits for an event.
  failed.catch(() => undefined);

  return {
    async arrived(type) {
      if (seen.has(type)) return;
      const timer = new AbortController();
      const event = new Promise<void>((resolve) => waiting.set(type, resolve));
      const late = setTimeout(ARRIVAL_TIMEOUT_MS, undefined, { signal: timer.signal }).then(() => {
        throw new Error(`The event ${type} has not come.`);
      });
      late.catch(() => undefined);
      try {
        await Promise.race([event, failed, late]);
      } finally {
        timer.abort();
      }
    },
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
