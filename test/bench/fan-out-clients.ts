/** Many WebSocket clients in a process of their own, which does what `fan-out-audience.ts` tells it over its channel. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Order, Report } from './fan-out-audience.ts';

/** So many connections are opened at once. */
const AT_ONCE = 50;

const sockets: WebSocket[] = [];
let isClosing = false;
/** Messages that are still to come, and when the last one came. */
let awaited = 0;
/** Of each event how long ago it happened when it came; kept where it is asked for. */
let delays: number[] | undefined;

async function open({ url, protocol, greetings }: Extract<Order, { type: 'open' }>): Promise<void> {
  const socket = new WebSocket(url, protocol === null ? [] : [protocol]);
  await once(socket, 'open');
  for (const [index, greeting] of greetings.entries()) {
    socket.send(greeting);
    // Each but the last one is answered.
    if (index < greetings.length - 1) await once(socket, 'message');
  }
  socket.on('message', receive);
  socket.on('close', (code) => {
    if (!isClosing) throw new Error(`A server closed a connection with ${code}.`);
  });
  sockets.push(socket);
}

function receive(data: WebSocket.RawData): void {
  if (delays !== undefined) {
    const now = performance.timeOrigin + performance.now();
    delays.push(now - Date.parse(JSON.parse(String(data)).payload.data.events.node.time));
  }
  awaited -= 1;
  if (awaited === 0) report({ type: 'received', at: process.hrtime.bigint().toString(), delays });
}

function report(message: Report): void {
  process.send?.(message);
}

async function obey(order: Order): Promise<void> {
  switch (order.type) {
    case 'open':
      for (let left = order.count; left > 0; left -= AT_ONCE) {
        await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, () => open(order)));
      }
      return report({ type: 'done' });
    case 'expect':
      awaited = order.count;
      delays = order.withDelays ? [] : undefined;
      return report({ type: 'done' });
    case 'close':
      isClosing = true;
      await Promise.all(
        sockets.splice(0).map((socket) => {
          socket.close();
          return once(socket, 'close');
        }),
      );
      return report({ type: 'done' });
  }
}

process.on('message', (order: Order) => {
  obey(order).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
// Whoever started this holds the other end.
process.on('disconnect', () => process.exit(0));
