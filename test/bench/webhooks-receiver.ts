/** An endpoint of webhooks that answers 200 at once and counts what came, in a process of its own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReceiverOrder, ReceiverReport } from './webhooks-programs.ts';

let expected = 0;
let count = 0;
let bytes = 0;
let firstAt = 0;
let lastAt = 0;
const ids = new Set<string>();

const server = createServer((req, res) => {
  req.on('data', (piece: Buffer) => {
    bytes += piece.length;
  });
  req.on('end', () => {
    res.end();
    lastAt = performance.now();
    if (count === 0) firstAt = lastAt;
    count += 1;
    ids.add(`${req.url} ${req.headers['webhook-id']}`);
    if (count === expected) report({ type: 'complete' });
  });
});

function report(message: ReceiverReport): void {
  process.send?.(message);
}

process.on('message', (order: ReceiverOrder) => {
  if (order.type === 'tell') {
    const seconds = (lastAt - firstAt) / 1000;
    report({ type: 'told', reception: { count, ids: ids.size, bytes, seconds } });
    return;
  }
  expected = order.count;
  count = 0;
  bytes = 0;
  ids.clear();
  report({ type: 'expecting' });
});
// Whoever started this holds the other end.
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => {
  report({ type: 'ready', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
