/** Subscriptions over a real WebSocket, with the client that most applications use. */
import { createClient, type Client as StreamClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { Variables } from './api.ts';
import type { TestBroker } from './broker.ts';
import type { TypedDocumentString } from './graphql/graphql.ts';
import { FollowTransfer } from './operations.ts';

/** A `graphql-ws` client with a token. The caller disposes of it. */
export function openStream({ url }: Pick<TestBroker, 'url'>, token: string): StreamClient {
  return createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    lazy: true,
  });
}

/**
 * Cuts the connection of a client when the signal is aborted; answers how to call that off. One that is still connecting is
 * cut once it has: before, its end would be thrown out of anybody's reach.
 */
export function cutWhenAborted(client: StreamClient, signal: AbortSignal): () => void {
  let isConnected = false;
  const cut = () => {
    if (isConnected && signal.aborted) client.terminate();
  };
  const forget = client.on('connected', () => {
    isConnected = true;
    cut();
  });
  signal.addEventListener('abort', cut, { once: true });
  return () => {
    forget();
    signal.removeEventListener('abort', cut);
  };
}

/** What a subscription brings, one after the other; throws what it ends with. */
export async function* subscribe<T, V>(
  client: StreamClient,
  document: TypedDocumentString<T, V>,
  variables: Variables<V>,
): AsyncGenerator<T> {
  const results = client.iterate<T>({ query: document.toString(), variables });
  for await (const { data, errors } of results) {
    if (errors !== undefined || data == null) throw new Error(JSON.stringify(errors));
    yield data;
  }
}

/** Waits until the sender sees this many bytes of an upload. */
export async function untilOffset(
  broker: Pick<TestBroker, 'url'>,
  { token }: { readonly token: string },
  id: string,
  offset: number,
): Promise<void> {
  const client = openStream(broker, token);
  try {
    for await (const { transfer } of subscribe(client, FollowTransfer, { id })) {
      if ((transfer.upload?.offset ?? 0) >= offset) return;
    }
    throw new Error(`The transfer ended before offset ${offset}.`);
  } finally {
    await client.dispose();
  }
}

/** Waits until the transfer has one of the statuses. */
export async function untilStatus(
  broker: Pick<TestBroker, 'url'>,
  { token }: { readonly token: string },
  id: string,
  ...statuses: readonly string[]
): Promise<string> {
  const client = openStream(broker, token);
  try {
    for await (const { transfer } of subscribe(client, FollowTransfer, { id })) {
      if (statuses.includes(transfer.status)) return transfer.status;
    }
    throw new Error(`The transfer never had the status ${statuses.join(' or ')}.`);
  } finally {
    await client.dispose();
  }
}
