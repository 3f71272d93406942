/**
 * The connections of an HTTP server and whether anything runs on them, so that `close` ends each one as soon as nothing does.
 * Node's own `closeIdleConnections` takes an answer for finished when the last of it was handed over, not when it is away,
 * and a connection that has sent nothing yet for busy: the one would lose the end of a download, the other delay a stop.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Connections {
  /** A request has gone over to another protocol, which ends the connection by itself. */
  keep(socket: Duplex): void;
}

/** Puts better ones in the place of the server's `closeIdleConnections`, which `close` calls, and `closeAllConnections`. */
export function trackConnections(server: Server): Connections {
  /** How many requests run on each. */
  const running = new Map<Duplex, number>();
  let isEnding = false;

  function add(socket: Duplex, requests: number): void {
    const count = running.get(socket);
    if (count === undefined) return;
    running.set(socket, count + requests);
    if (isEnding && count + requests === 0) (socket as Socket).destroySoon();
  }

  server.on('connection', (socket: Socket) => {
    running.set(socket, 0);
    socket.once('close', () => running.delete(socket));
  });
  server.on('request', (req, res) => {
    add(req.socket, 1);
    // Comes when the last of the answer is away, or the connection has ended.
    res.once('close', () => add(req.socket, -1));
  });

  // Once asked for, it goes on with what becomes idle later.
  server.closeIdleConnections = () => {
    isEnding = true;
    for (const socket of running.keys()) add(socket, 0);
  };
  server.closeAllConnections = () => {
    for (const socket of running.keys()) socket.destroy();
  };
  return { keep: (socket) => add(socket, 1) };
}
