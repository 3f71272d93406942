/** A bare WebSocket that keeps nothing of what comes. */
import { once } from 'node:events';
import { expect } from 'vitest';
import { WebSocket } from 'ws';

/** Opens a connection and presents a token, which is accepted. */
export async function openSocket(url: string, authorization: string): Promise<WebSocket> {
  const socket = new WebSocket(url, 'graphql-transport-ws');
  await once(socket, 'open');
  const answered = once(socket, 'message');
  send(socket, { type: 'connection_init', payload: { authorization } });
  expect(parse((await answered)[0])).toEqual({ type: 'connection_ack' });
  return socket;
}

export interface SocketMessage {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

export function send(socket: WebSocket, message: SocketMessage): void {
  socket.send(JSON.stringify(message));
}

export function parse(data: unknown): SocketMessage {
  return JSON.parse(String(data)) as SocketMessage;
}
