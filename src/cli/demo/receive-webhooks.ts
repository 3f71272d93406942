/** An endpoint of webhooks, as an organisation would run one: it believes nothing that is not signed. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook as SignedWebhook } from 'standardwebhooks';
import { type Arrivals, createArrivals } from './arrivals.ts';

/** Asks whether the endpoint wants to be told of events. */
export const VALIDATION = 'platform.events.validatesubscription';

/** What the demo shows of a CloudEvent. */
export interface ReceivedWebhook {
  readonly id: string;
  readonly type: string;
  /** Counts the webhook's events; none of the validation request. */
  readonly sequence?: string;
}

/** What comes is awaited by its CloudEvents type. */
export interface WebhookReceiver extends Pick<Arrivals<string>, 'arrived'> {
  readonly url: string;
  /** The ids of the events that have come, in that order. */
  readonly ids: readonly string[];
  /** The secret comes with the answer that made the webhook, which the first request may overtake: until then that waits. */
  trust(secret: string): void;
  close(): Promise<void>;
}

/** `onWebhook` is called for each one whose signature is right. */
export async function receiveWebhooks(
  onWebhook: (webhook: ReceivedWebhook) => void,
): Promise<WebhookReceiver> {
  const ids: string[] = [];
  const arrivals = createArrivals<string>('webhook');
  let trust: (secret: string) => void = () => undefined;
  const secret = new Promise<string>((resolve) => {
    trust = resolve;
  });

  /** Throws where the body is not signed with the secret. */
  async function receive(body: string, headers: IncomingHttpHeaders): Promise<ReceivedWebhook> {
    const check = new SignedWebhook(await secret);
    return check.verify(body, headers as Record<string, string>) as ReceivedWebhook;
  }

  const server = createServer(async (req, res) => {
    try {
      const webhook = await receive(await text(req), req.headers);
      res.writeHead(204).end();
      // An event may come more than once, always under the same id.
      if (ids.includes(webhook.id)) return;
      if (webhook.type !== VALIDATION) ids.push(webhook.id);
      onWebhook(webhook);
      arrivals.add(webhook.type);
    } catch (error) {
      res.writeHead(400).end();
      const why = error instanceof Error ? error.message : String(error);
      arrivals.fail(new Error(`A webhook was not believed: ${why}`));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/webhooks`,
    ids,
    trust,
    arrived: arrivals.arrived,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
