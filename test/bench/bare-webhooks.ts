/**
 * The limit of webhook deliveries: one loop that builds, signs and posts the bodies that the broker does, and remembers
 * nothing.
 */
import { Webhook } from 'standardwebhooks';
import { Agent } from 'undici';
import { CONTENT_TYPE, toCloudEvent } from '../../src/webhooks/cloud-event.ts';
import type { BareEndpoint, BareOrder, BareReport } from './webhooks-programs.ts';

/** As the broker's. */
const agent = new Agent({
  pipelining: 1,
  allowH2: false,
  keepAliveTimeout: 4000,
  keepAliveMaxTimeout: 4000,
  headersTimeout: 0,
  bodyTimeout: 0,
});

let loaded: Extract<BareOrder, { type: 'load' }> = { type: 'load', endpoints: [], atOnce: 0 };

/** Posts to one endpoint, in order and so many at once. */
async function sendAll({ url, secret, sender, messages }: BareEndpoint): Promise<void> {
  const { origin, pathname: path } = new URL(url);
  const webhook = new Webhook(secret);
  let sent = 0;
  const work = async () => {
    for (;;) {
      const message = messages[sent];
      sent += 1;
      if (message === undefined) return;
      const { id } = message.event;
      const body = toCloudEvent(sender, message);
      const at = new Date();
      const headers = {
        'content-type': CONTENT_TYPE,
        'user-agent': 'Ferje',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': webhook.sign(id, at, body),
      };
      const answer = await agent.request({ method: 'POST', origin, path, headers, body });
      if (answer.statusCode !== 200) throw new Error(`It answered ${answer.statusCode}.`);
      await answer.body.dump();
    }
  };
  await Promise.all(Array.from({ length: loaded.atOnce }, work));
}

async function obey(order: BareOrder): Promise<void> {
  if (order.type === 'load') loaded = order;
  else await Promise.all(loaded.endpoints.map(sendAll));
  report({ type: 'done' });
}

function report(message: BareReport): void {
  process.send?.(message);
}

process.on('message', (order: BareOrder) => {
  obey(order).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
// Whoever started this holds the other end.
process.on('disconnect', () => process.exit(0));
report({ type: 'ready' });
