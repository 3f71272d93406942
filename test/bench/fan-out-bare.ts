/** A bare `ws` server that sends what is posted to it to all of its clients as it is. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type WebSocket, WebSocketServer } from 'ws';

const sockets = new WebSocketServer({ noServer: true });
const server = createServer((req, res) => {
  text(req)
    .then((message) => {
      for (const client of sockets.clients) client.send(message);
      res.end();
    })
    .catch((error: unknown) => {
      throw error;
    });
});
server.on('upgrade', (req, socket, head) => {
  sockets.handleUpgrade(req, socket, head, (client: WebSocket) => client.resume());
});
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
// Whoever started this holds the other end.
process.on('disconnect', () => process.exit(0));
