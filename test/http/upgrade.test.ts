import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { openResource, publish } from '../support/api.ts';
import { startTestBroker } from '../support/broker.ts';

/** Sends a request as it stands and answers what comes until the broker closes the connection. */
async function sendRaw(url: string, ...parts: readonly (string | Buffer)[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  for (const part of parts) socket.write(part);
  return Buffer.concat(await socket.toArray()).toString('latin1');
}

/** What curl and Java's HttpClient offer with each request over http, HTTP/2 by their own preference. */
const OFFER = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n';

test('a request that offers HTTP/2 is answered in HTTP/1.1', async () => {
  await using broker = await startTestBroker();
  const scene = await openResource(broker);
  const { fileUrl, content } = await publish(scene, Buffer.from('the file'));
  const { Authorization } = scene.recipient.authorization;
  const answer = await sendRaw(
    fileUrl,
    `GET ${new URL(fileUrl).pathname} HTTP/1.1\r\nHost: broker\r\nAuthorization: ${Authorization}\r\n` +
      `Connection: close, Upgrade, HTTP2-Settings\r\n${OFFER.slice(OFFER.indexOf('\n') + 1)}\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(answer.endsWith(`\r\n\r\n${content}`)).toBe(true);
});

test('a request with a body that offers HTTP/2 is answered, and so is the next one on its connection', async () => {
  await using broker = await startTestBroker();
  const { recipient } = await openResource(broker);
  const body = Buffer.from(JSON.stringify({ query: '{ viewer { party { id } } } # æøå' }));
  const head = (more: string) =>
    `POST /graphql HTTP/1.1\r\nHost: broker\r\nAuthorization: ${recipient.authorization.Authorization}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n${more}\r\n`;
  const answer = await sendRaw(
    broker.url,
    head(OFFER),
    body.subarray(0, 5),
    body.subarray(5),
    head('Connection: close\r\n'),
    body,
  );
  expect(answer.match(/HTTP\/1\.1 200 OK\r\n/g)).toHaveLength(2);
  expect(answer.split(`"id":"${recipient.party}"`)).toHaveLength(3);
});

test('an offer of a WebSocket is taken at /graphql alone; elsewhere it is a request like others', async () => {
  await using broker = await startTestBroker();
  const offer = (path: string) =>
    `GET ${path} HTTP/1.1\r\nHost: broker\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
  const nowhere = await sendRaw(broker.url, offer('/nowhere'));
  expect(nowhere).toMatch(/^HTTP\/1\.1 404 /);
  expect(nowhere).toContain('"code":"PATH_NOT_FOUND"');
  expect(await sendRaw(broker.url, offer('/health/live'))).toMatch(/^HTTP\/1\.1 200 /);
});
