import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startTestBroker } from '../support/broker.ts';

/** The status line of a GET for a target that no client would send as it stands. */
async function statusOf(url: string, target: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(`GET ${target} HTTP/1.1\r\nHost: broker\r\nConnection: close\r\n\r\n`);
  const answer = Buffer.concat(await socket.toArray()).toString('latin1');
  return answer.slice(0, answer.indexOf('\r\n'));
}

test.each([
  ['/health/live', '200 OK'],
  ['http://elsewhere.example/health/live', '200 OK'],
  // Rules of a proxy in front see another path than these would lead to.
  ['//health/live', '404 Not Found'],
  ['//elsewhere.example/health/live', '404 Not Found'],
  ['//graphql', '404 Not Found'],
])('GET %s is answered %s', async (target, status) => {
  await using broker = await startTestBroker();
  expect(await statusOf(broker.url, target)).toBe(`HTTP/1.1 ${status}`);
});
