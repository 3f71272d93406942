/** Deliveries when the database fails or is slow: nothing is forgotten, and nothing that was delivered is sent again. */
import { describe, expect, it } from 'vitest';
import { makeDeliveries } from '../../src/webhooks/make-deliveries.ts';
import { redeliver } from '../../src/webhooks/redeliver.ts';
import { writeOutcomes } from '../../src/webhooks/write-outcomes.ts';
import { ANNA } from '../support/transfer-scene.ts';
import { openDispatcherScene } from './dispatcher-scene.ts';

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Throws once, and then no more. */
function failOnce(isMeant: () => boolean = () => true): () => Promise<void> {
  let isToFail = true;
  return async () => {
    if (!isToFail || !isMeant()) return;
    isToFail = false;
    throw new Error('The connection was lost.');
  };
}

const calledFrom = (name: string) => () => (new Error().stack ?? '').includes(name);

describe('a fault of the database', () => {
  it('while retries are read leaves none of them behind', async () => {
    await using lane = await openDispatcherScene();
    lane.receiver.answer = () => ({ status: 500 });
    for (let count = 0; count < 3; count += 1) await lane.scene.initialize(ANNA);
    await lane.until((rows) => rows.length === 3 && rows.every(({ attempts }) => attempts === 1));
    lane.receiver.answer = () => ({ status: 200 });
    lane.before.read = failOnce();
    lane.scene.clock.time += 20_000;
    await lane.until((rows) => rows.every(({ status }) => status === 'DELIVERED'));
    expect(lane.errors).toHaveLength(1);
  });

  it('while deliveries are made sends nothing twice of what runs', async () => {
    await using lane = await openDispatcherScene();
    lane.receiver.answer = async () => {
      await sleep(20);
      return { status: 200 };
    };
    for (let count = 0; count < 60; count += 1) await lane.scene.initialize(ANNA);
    lane.before.write = failOnce(calledFrom('makeDeliveries'));
    for (let count = 0; count < 20; count += 1) await lane.scene.initialize(ANNA);
    await lane.until(
      (rows) => rows.length === 80 && rows.every(({ status }) => status === 'DELIVERED'),
    );
    expect(lane.errors).toHaveLength(1);
    const ids = lane.receiver.accepted.map(({ id }) => id);
    expect(ids).toHaveLength(80);
    expect(new Set(ids).size).toBe(80);
    expect((await lane.deliveries()).map(({ attempts }) => attempts)).toEqual(
      Array.from({ length: 80 }, () => 1),
    );
  });

  it('while outcomes are written loses none of them, and sends nothing twice', async () => {
    await using lane = await openDispatcherScene();
    lane.before.write = failOnce(calledFrom('outcomes'));
    for (let count = 0; count < 5; count += 1) await lane.scene.initialize(ANNA);
    await lane.until(
      (rows) => rows.length === 5 && rows.every(({ status }) => status === 'DELIVERED'),
    );
    expect(lane.receiver.accepted).toHaveLength(5);
  });

  it('that lasts does not keep the broker from stopping', async () => {
    await using lane = await openDispatcherScene();
    lane.receiver.answer = () => {
      lane.before.write = async () => {
        throw new Error('The disk is full.');
      };
      return { status: 200 };
    };
    await lane.scene.initialize(ANNA);
    await lane.receiver.until(({ accepted }) => accepted.length === 1);
    await lane.dispatcher.stop();
    // Nothing of it is written down, so whoever starts next sends it again.
    expect(await lane.deliveries()).toMatchObject([{ status: 'PENDING', attempts: 0 }]);
  });
});

describe('a slow database', () => {
  it('swallows no wish to deliver again', async () => {
    await using lane = await openDispatcherScene();
    for (let count = 0; count < 6; count += 1) await lane.scene.initialize(ANNA);
    await lane.until(
      (rows) => rows.length === 6 && rows.every(({ status }) => status === 'DELIVERED'),
    );
    lane.before.read = () => sleep(20);
    for (const { id } of await lane.deliveries()) {
      expect(await redeliver(lane.context, lane.caller, id)).toMatchObject({ ok: true });
    }
    await lane.until((rows) => rows.every(({ attempts }) => attempts === 2));
    expect(lane.receiver.accepted).toHaveLength(12);
  });
});

describe('what comes late', () => {
  it('makes no deliveries where another has made them', async () => {
    await using lane = await openDispatcherScene();
    await lane.dispatcher.stop();
    await lane.scene.initialize(ANNA);
    const webhook = await lane.webhook();
    const rows = await lane.scene.database.read((db) =>
      db.selectFrom('event').selectAll().orderBy('position').execute(),
    );
    const piece = { rows, after: webhook.position ?? 0, end: rows.length };
    const { database, clock, ids } = lane.context;
    const context = { database, clock, ids };
    expect(await makeDeliveries(context, webhook, piece)).toHaveLength(1);
    expect(await makeDeliveries(context, webhook, piece)).toBeUndefined();
    expect(await lane.deliveries()).toHaveLength(1);
    expect((await lane.webhook()).position).toBe(1);
  });

  it('takes back no delivery, and decides nothing about one that was asked for anew', async () => {
    await using lane = await openDispatcherScene();
    await lane.dispatcher.stop();
    await lane.scene.initialize(ANNA);
    await lane.scene.initialize(ANNA);
    const webhook = await lane.webhook();
    const rows = await lane.scene.database.read((db) =>
      db.selectFrom('event').selectAll().orderBy('position').execute(),
    );
    const piece = { rows, after: 0, end: 2 };
    const [delivered, failed] = (await makeDeliveries(lane.context, webhook, piece)) ?? [];
    if (delivered === undefined || failed === undefined) throw new Error('None were made.');
    const attempt = {
      at: 1,
      durationMs: 1,
      responseStatus: 200,
      responseExcerpt: null,
      error: null,
    };
    const record = (outcome: Parameters<typeof writeOutcomes>[1][number]) =>
      lane.scene.database.write((tx) => writeOutcomes(tx, [outcome]));
    const of = { webhookId: webhook.id, attempt };
    await record({
      ...of,
      delivery: delivered,
      status: 'DELIVERED',
      tries: 0,
      nextAttemptAt: null,
    });
    await record({ ...of, delivery: delivered, status: 'PENDING', tries: 1, nextAttemptAt: 99 });
    expect(await redeliver(lane.context, lane.caller, failed.id)).toMatchObject({ ok: true });
    await record({ ...of, delivery: failed, status: 'FAILED', tries: 11, nextAttemptAt: null });
    expect(await lane.deliveries()).toMatchObject([
      { status: 'DELIVERED', attempts: 1, next_attempt_at: null },
      { status: 'PENDING', attempts: 1, tries: 0, next_attempt_at: lane.scene.clock.time },
    ]);
  });
});
