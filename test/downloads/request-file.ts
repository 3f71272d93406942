/** What tests of downloads share: a scene on a broker of its own, one request for a file, and what the log says of it. */
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { type Client, openResource, type Scene } from '../support/api.ts';
import { startTestBroker } from '../support/broker.ts';
import { GetTransfer } from '../support/operations.ts';

type Headers = Readonly<Record<string, string>>;

/** A broker in this process with an open resource and its parties. */
export async function openScene(
  options: Parameters<typeof startTestBroker>[0] = {},
): Promise<Scene & AsyncDisposable> {
  const broker = await startTestBroker(options);
  const scene = await openResource(broker);
  return { ...scene, [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose]() };
}

export interface FileAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Of a problem document its code. */
  readonly code: string | undefined;
}

/** One request, with exactly these headers, on a connection of its own. */
export async function requestFile(
  url: string,
  headers: Headers = {},
  method = 'GET',
): Promise<FileAnswer> {
  const { response } = await openFile(url, headers, method);
  const body = Buffer.concat(await response.toArray());
  const isProblem = response.headers['content-type'] === 'application/problem+json';
  const code =
    isProblem && body.length > 0 ? (JSON.parse(body.toString()).code as string) : undefined;
  return { status: response.statusCode ?? 0, headers: response.headers, body, code };
}

/** Sends a request and answers when its headers have come; the body waits to be read. */
export async function openFile(
  url: string,
  headers: Headers = {},
  method = 'GET',
): Promise<{ readonly request: ClientRequest; readonly response: IncomingMessage }> {
  const sent = request(url, { method, headers, agent: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { request: sent, response };
}

/** The events of a transfer as the client sees them. */
export async function eventsOf(client: Client, transferId: string) {
  const { transfer } = await client.run(GetTransfer, { id: transferId });
  if (transfer?.events == null) throw new Error(`${client.party} sees no ${transferId}.`);
  return transfer.events.edges.map(({ node }) => node);
}

export async function downloadsTold(client: Client, transferId: string): Promise<number> {
  const events = await eventsOf(client, transferId);
  return events.filter(({ type }) => type === 'DOWNLOAD_STARTED').length;
}
