/** Stands between a WebSocket client and a broker, and closes connections with the codes that a test names. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RawData, WebSocket, WebSocketServer } from 'ws';

export interface Relay extends AsyncDisposable {
  /** What clients connect to in place of the broker. */
  readonly url: string;
  /** What the broker has sent, a message each. */
  readonly sent: readonly string[];
  /** How many connections clients have made. */
  readonly connections: number;
  /** Closes what is connected: with a code, or by breaking it. */
  cut(code: number | 'broken'): void;
}

export async function startRelay(broker: { readonly url: string }): Promise<Relay> {
  const target = `${broker.url.replace(/^http/, 'ws')}/graphql`;
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  const sent: string[] = [];
  let connections = 0;

  server.on('connection', (client) => {
    connections += 1;
    const upstream = new WebSocket(target, client.protocol);
    const opened = once(upstream, 'open');
    let passing: Promise<unknown> = opened;
    client.on('message', (data: RawData) => {
      passing = passing.then(() => upstream.send(String(data)));
    });
    client.on('close', () => upstream.terminate());
    upstream.on('message', (data: RawData) => {
      // What comes after a cut is lost, as on a real line.
      if (client.readyState !== WebSocket.OPEN) return;
      sent.push(String(data));
      client.send(String(data));
    });
    upstream.on('close', (code, reason) => {
      if (code >= 3000 || (code >= 1000 && code !== 1005 && code !== 1006)) {
        client.close(code, String(reason));
      } else {
        client.terminate();
      }
    });
    upstream.on('error', () => undefined);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    sent,
    get connections() {
      return connections;
    },
    cut(code) {
      for (const client of server.clients) {
        if (code === 'broken') client.terminate();
        else client.close(code, 'The test closes it.');
      }
    },
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate();
      server.close();
      http.close();
      await once(http, 'close');
    },
  };
}
