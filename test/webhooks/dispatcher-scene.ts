/** A dispatcher on a real database that a test can make fail or slow, and a real endpoint. The clock stands until moved. */
import type { Database } from '../../src/database/index.ts';
import { createIdSource } from '../../src/id-source.ts';
import {
  createPoster,
  createReach,
  createSlots,
  createWebhook,
  createWebhookDispatcher,
  MAX_TESTS,
  parseWebhookAllow,
  type WebhookContext,
} from '../../src/webhooks/index.ts';
import { callerOf, openTransferScene, SENDER } from '../support/transfer-scene.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

export type DispatcherScene = Awaited<ReturnType<typeof openDispatcherScene>>;

/** A webhook of the sender's, which is ACTIVE. */
export async function openDispatcherScene() {
  const scene = await openTransferScene();
  const receiver = await startReceiver();
  /** Called before each read or write of the dispatcher; what it throws is the database's fault. */
  const before = { read: async () => {}, write: async () => {} };
  const database: Database = {
    ...scene.database,
    async read(query) {
      await before.read();
      return scene.database.read(query);
    },
    async write(command) {
      await before.write();
      return scene.database.write(command);
    },
  };
  const clock = { now: () => scene.clock.time };
  const reach = createReach(parseWebhookAllow('127.0.0.0/8') ?? { ranges: [], hosts: [] });
  const poster = createPoster({ reach });
  const errors: unknown[] = [];
  const ids = createIdSource(clock);
  const publicUrl = () => 'https://broker.example';
  const dispatcher = createWebhookDispatcher({
    database,
    events: scene.events,
    clock,
    ids,
    poster,
    publicUrl,
    onError: (error) => errors.push(error),
    random: () => 0,
  });
  const context: WebhookContext = {
    database: scene.database,
    clock,
    ids,
    policy: scene.context.policy,
    reach,
    poster,
    publicUrl,
    tests: createSlots(MAX_TESTS),
    changed: dispatcher.changed,
  };
  await dispatcher.start();
  const made = await createWebhook(context, callerOf(SENDER), {
    url: receiver.url,
    audience: 'MINE',
  });
  if (!made.ok) throw new Error(made.error.message);
  const { id } = made.value;
  const row = () =>
    scene.database.read((db) =>
      db.selectFrom('webhook').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    );
  while ((await row()).status !== 'ACTIVE') await new Promise(setImmediate);

  const deliveries = () =>
    scene.database.read((db) =>
      db.selectFrom('delivery').selectAll().orderBy('sequence').execute(),
    );
  return {
    scene,
    receiver,
    before,
    errors,
    context,
    caller: callerOf(SENDER),
    dispatcher,
    webhook: row,
    deliveries,
    /** Waits until the deliveries are as asked. */
    async until(isSo: (rows: Awaited<ReturnType<typeof deliveries>>) => boolean): Promise<void> {
      while (!isSo(await deliveries())) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    async [Symbol.asyncDispose]() {
      await dispatcher.stop();
      await poster.close();
      await scene[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}
