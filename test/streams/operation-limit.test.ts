/** How many operations one connection may run, on the broker as it is delivered. */
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { initialize, openResource, type Scene } from '../support/api.ts';
import { startTestBroker, type TestBroker } from '../support/broker.ts';
import { FollowEvents } from '../support/operations.ts';
import { openSocket, parse, type SocketMessage, send } from './socket.ts';

let broker: TestBroker;
let scene: Scene;
beforeAll(async () => {
  broker = await startTestBroker();
  scene = await openResource(broker);
});
afterAll(() => broker[Symbol.asyncDispose]());

test('a connection runs a hundred, refuses one more, and takes it when another has ended', async () => {
  const url = `${broker.url.replace(/^http/, 'ws')}/graphql`;
  const socket = await openSocket(url, scene.recipient.authorization.Authorization);
  const messages: SocketMessage[] = [];
  socket.on('message', (data) => messages.push(parse(data)));
  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) await once(socket, 'message');
  }
  const follow = (id: string) =>
    send(socket, { id, type: 'subscribe', payload: { query: FollowEvents.toString() } });
  const told = () =>
    messages.filter(({ type }) => type === 'next').map(({ id = '' }) => Number(id));

  const hundred = Array.from({ length: 100 }, (_, index) => index);
  for (const id of hundred) follow(String(id));
  follow('100');
  await until(() => messages.length > 0);
  expect(messages).toMatchObject([
    { id: '100', type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED' } }] },
  ]);

  // Which of them began before this event is not known; all of them have when another one comes.
  while (new Set(told()).size < 100) {
    await initialize(scene);
    await until(() => told().length > 0);
  }
  expect(new Set(told())).toEqual(new Set(hundred));

  send(socket, { id: '0', type: 'complete' });
  messages.length = 0;
  follow('100');
  while (!told().includes(100)) {
    await initialize(scene);
    await until(() => told().length > 0);
  }
  expect(messages.filter(({ type }) => type !== 'next')).toEqual([]);
  socket.terminate();
});
