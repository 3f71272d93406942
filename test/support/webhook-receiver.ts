/** Somebody's endpoint: a real HTTP server that checks signatures and CloudEvents, writes down what came, and answers as told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudEvent } from 'cloudevents';
import { Webhook } from 'standardwebhooks';

/** What is said of an event beside the attributes of CloudEvents. */
export interface EventData {
  readonly transferId: string;
  readonly resourceId: string;
  readonly transferStatus: string;
  readonly recipientStatus: string | null;
  readonly subject: string | null;
  readonly roles: readonly string[];
}

export interface ReceivedEvent {
  readonly specversion: string;
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly time: string;
  readonly subject: string;
  readonly resource?: string;
  readonly resourceinstance?: string;
  readonly sequence?: string;
  readonly data: EventData;
}

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly event: ReceivedEvent;
}

/** How to answer; undefined is no answer at all. */
export interface ReceiverAnswer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
export type Answering = (
  request: ReceivedRequest,
) => ReceiverAnswer | undefined | Promise<ReceiverAnswer | undefined>;

export const VALIDATION = 'platform.events.validatesubscription';

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** Everything that came, validation requests too, in the order it came. */
  readonly requests: readonly ReceivedRequest[];
  /** What came of events of the log that it answered with a 2xx, in the order it came. */
  readonly accepted: readonly ReceivedEvent[];
  answer: Answering;
  /** Settles when what came is as asked; asked again when a request has come, and when it has been answered. */
  until(isSo: (receiver: Receiver) => boolean): Promise<void>;
  /** Nobody listens any more, as if its machine were down. */
  down(): Promise<void>;
  up(): Promise<void>;
}

/** Answers 200 unless told otherwise. */
export async function startReceiver(): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const accepted: ReceivedEvent[] = [];
  const waiting = new Set<() => void>();
  let port = 0;
  let server = createServer();

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of req) pieces.push(piece as Buffer);
    const text = Buffer.concat(pieces).toString();
    const event = JSON.parse(text) as ReceivedEvent;
    const headers = req.headers as Record<string, string>;
    const request = { path: req.url ?? '', headers, text, event };
    requests.push(request);
    const answering = receiver.answer(request);
    for (const look of waiting) look();
    const answer = await answering;
    if (answer !== undefined) {
      const isEvent = event.type.startsWith('no.altinn.broker.');
      if (isEvent && answer.status >= 200 && answer.status < 300) accepted.push(event);
      res.writeHead(answer.status, answer.headers).end(answer.body);
    }
    for (const look of waiting) look();
  }

  function listen(): Promise<void> {
    server = createServer((req, res) => {
      handle(req, res).catch(() => res.destroy());
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        port = (server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  function close(): Promise<void> {
    return new Promise((resolve) => {
      if (!server.listening) return resolve();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  const receiver: Receiver = {
    get url() {
      return `http://127.0.0.1:${port}/hook`;
    },
    requests,
    accepted,
    answer: () => ({ status: 200 }),
    until: (isSo) =>
      new Promise((resolve) => {
        const look = () => {
          if (!isSo(receiver)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    down: close,
    up: listen,
    [Symbol.asyncDispose]: close,
  };
  await listen();
  return receiver;
}

/** Throws where the body is not signed with the secret. */
export function verifySignature(secret: string, { text, headers }: ReceivedRequest): void {
  new Webhook(secret).verify(text, headers);
}

/** Whether the secret is one of those that signed, whatever the time is. */
export function isSignedWith(secret: string, { text, headers }: ReceivedRequest): boolean {
  const { 'webhook-id': id = '', 'webhook-timestamp': seconds = '' } = headers;
  const signature = new Webhook(secret).sign(id, new Date(Number(seconds) * 1000), text);
  return (headers['webhook-signature'] ?? '').split(' ').includes(signature);
}

/** Throws where it is no CloudEvent by the specification. */
export function validateCloudEvent({ text }: ReceivedRequest): void {
  new CloudEvent(JSON.parse(text), true).validate();
}

/** The types of events as GraphQL names them, without what is no event. */
export function typesOf(events: readonly ReceivedEvent[]): string[] {
  return events.map(({ type }) => type.replace('no.altinn.broker.', ''));
}
