/** A WebSocket client that knows nothing of GraphQL: it sends what a test says and keeps what comes. */
import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import type { Transport } from './transport.ts';

type Message = Readonly<Record<string, unknown>>;

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface RawSocket {
  readonly socket: WebSocket;
  /** Settles when the connection is closed. */
  readonly closed: Promise<Closed>;
  send(message: Message): void;
  /** The next message that has come. */
  next(): Promise<Message>;
  /** Presents a token and waits for the answer to it. */
  init(authorization: string): Promise<Message>;
}

export interface RawSocketOptions extends ClientOptions {
  readonly protocols?: string | string[];
}

/** Opens a connection; it need not have been accepted by the protocol. */
export async function openRawSocket(
  { wsUrl }: Pick<Transport, 'wsUrl'>,
  { protocols = 'graphql-transport-ws', ...options }: RawSocketOptions = {},
): Promise<RawSocket> {
  const socket = new WebSocket(wsUrl, protocols, options);
  const messages: Message[] = [];
  let wake = () => {};
  socket.on('message', (data) => {
    messages.push(JSON.parse(String(data)));
    wake();
  });
  const closed = new Promise<Closed>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await once(socket, 'open');

  async function next(): Promise<Message> {
    for (;;) {
      const message = messages.shift();
      if (message !== undefined) return message;
      if (socket.readyState === WebSocket.CLOSED) throw new Error('The connection is closed.');
      await new Promise<void>((resolve) => {
        wake = resolve;
        socket.once('close', () => resolve());
      });
    }
  }

  const send = (message: Message) => socket.send(JSON.stringify(message));
  return {
    socket,
    closed,
    send,
    next,
    init(authorization) {
      send({ type: 'connection_init', payload: { authorization } });
      return next();
    },
  };
}
