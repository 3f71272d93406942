import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { initialize, openResource, publish } from '../support/api.ts';
import { startTestBroker } from '../support/broker.ts';
import { freePort } from '../support/free-port.ts';
import { CancelTransfer } from '../support/operations.ts';
import { startReceiver } from '../support/webhook-receiver.ts';
import { openWebhook, REACH_LOOPBACK } from '../support/webhook-scene.ts';

async function get(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(response.headers.get('cache-control')).toBe('no-store');
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('a broker that answers is live, and no token is asked for', async () => {
  await using broker = await startTestBroker();
  expect(await get(`${broker.url}/health/live`)).toEqual({ status: 200, body: { status: 'live' } });
  const head = await fetch(`${broker.url}/health/live`, { method: 'HEAD' });
  expect(head.status).toBe(200);
});

test.each(['/health/live', '/health/ready'])('%s is for GET and HEAD alone', async (path) => {
  await using broker = await startTestBroker();
  const response = await fetch(`${broker.url}${path}`, { method: 'POST' });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, HEAD');
  expect(await response.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
});

describe('readiness', () => {
  test('is 200 where all parts are, and 503 with the part that is not', async () => {
    await using broker = await startTestBroker();
    const url = `${broker.url}/health/ready`;
    expect(await get(url)).toMatchObject({ status: 200, body: { status: 'ready' } });
    await breakStorage(broker.dataDir);
    expect(await get(url)).toMatchObject({
      status: 503,
      body: { status: 'not ready', notReady: ['storage'] },
    });
    // It lives all the same: a restart would not help.
    expect(await get(`${broker.url}/health/live`)).toMatchObject({ status: 200 });
  });

  test('sees that the storage is another one, as where a folder is not mounted any more', async () => {
    await using broker = await startTestBroker();
    await rm(join(broker.dataDir, 'files'), { recursive: true });
    await mkdir(join(broker.dataDir, 'files'));
    expect(await get(`${broker.url}/health/ready`)).toMatchObject({
      status: 503,
      body: { notReady: ['storage'], details: { storage: expect.stringContaining('storage-id') } },
    });
  });

  test('tells what exactly is wrong to this machine, unless a proxy speaks for another one', async () => {
    await using broker = await startTestBroker();
    const url = `${broker.url}/health/ready`;
    await breakStorage(broker.dataDir);
    const { body } = await get(url);
    expect(body.details).toEqual({ storage: expect.stringContaining('ENOTDIR') });
    for (const header of ['X-Forwarded-For', 'Forwarded']) {
      const proxied = await get(url, { [header]: 'for=192.0.2.1' });
      expect(proxied).toEqual({
        status: 503,
        body: { status: 'not ready', notReady: ['storage'] },
      });
    }
  });

  test('tells it to nobody but who has the token, where there is one', async () => {
    await using broker = await startTestBroker({ env: { METRICS_TOKEN: 'a-secret' } });
    const url = `${broker.url}/health/ready`;
    const bare = { status: 200, body: { status: 'ready' } };
    expect(await get(url)).toEqual(bare);
    expect(await get(url, { Authorization: 'Bearer another' })).toEqual(bare);
    const known = await get(url, { Authorization: 'Bearer a-secret' });
    expect(known.body.details).toBeDefined();
    const proxied = { Authorization: 'Bearer a-secret', 'X-Forwarded-For': '192.0.2.1' };
    expect((await get(url, proxied)).body.details).toBeDefined();
  });
});

describe('work that does not come to its end', () => {
  test('shows after 15 minutes, with why, to those who may know', async () => {
    const clock = { shift: 0, now: () => Date.now() + clock.shift };
    const env = { CLAMD_URL: `tcp://127.0.0.1:${await freePort()}` };
    await using broker = await startTestBroker({ clock, env });
    const scene = await openResource(broker);
    const { id } = await publish(scene);
    const url = `${broker.url}/health/ready`;
    clock.shift += 14 * 60_000;
    expect((await get(url)).body.details).not.toHaveProperty('stuck');
    expect(await stuckMetric(broker.url)).toBe('0');
    clock.shift += 2 * 60_000;
    await expect
      .poll(async () => (await get(url)).body.details)
      .toMatchObject({
        stuck: [
          {
            work: 'process-file',
            count: 1,
            oldest: {
              transferId: id,
              since: expect.any(String),
              lastError: expect.stringContaining('cannot be asked'),
            },
          },
        ],
      });
    expect(await stuckMetric(broker.url)).toBe('1');
    expect((await get(url, { Forwarded: 'for=192.0.2.1' })).body).not.toHaveProperty('details');
    await scene.sender.run(CancelTransfer, { id });
    await expect.poll(() => stuckMetric(broker.url)).toBe('0');
  });
});

/** How many files in processing are stuck. */
async function stuckMetric(url: string): Promise<string | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return /^ferje_stuck_work\{work="process-file"\} (\S+)$/m.exec(text)?.[1];
}

describe('metrics', () => {
  test('are in the format of Prometheus', async () => {
    const env = { CLAMD_URL: `tcp://127.0.0.1:${await freePort()}` };
    await using broker = await startTestBroker({ env });
    const response = await fetch(`${broker.url}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    expect(text).toMatch(/^ferje_scanner_up 0$/m);
    expect(text).toMatch(/^# TYPE ferje_stuck_work gauge$/m);
  });

  test('tell how webhooks stand, and what waits to be delivered', async () => {
    await using broker = await startTestBroker({ env: REACH_LOOPBACK });
    await using receiver = await startReceiver();
    const scene = await openResource(broker);
    await openWebhook(scene.sender, receiver);
    const read = async () => (await fetch(`${broker.url}/metrics`)).text();
    expect(await read()).toMatch(/^ferje_webhooks\{status="ACTIVE"\} 1$/m);
    expect(await read()).toMatch(/^ferje_webhook_deliveries_pending 0$/m);
    await receiver.down();
    await initialize(scene);
    await expect.poll(read).toMatch(/^ferje_webhook_deliveries_pending 1$/m);
  });

  test('tell how many events statistics do not count yet', async () => {
    await using broker = await startTestBroker();
    await initialize(await openResource(broker));
    const read = async () => (await fetch(`${broker.url}/metrics`)).text();
    // Counted without anybody who asks for statistics.
    await expect.poll(read).toMatch(/^ferje_statistics_uncounted_events 0$/m);
  });

  test('are for who has the token, and without one for this machine alone', async () => {
    await using open = await startTestBroker();
    const proxied = await fetch(`${open.url}/metrics`, { headers: { Forwarded: 'for=192.0.2.1' } });
    expect(proxied.status).toBe(401);
    await using closed = await startTestBroker({ env: { METRICS_TOKEN: 'a-secret' } });
    const refused = await fetch(`${closed.url}/metrics`);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect(await refused.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
    const known = { headers: { Authorization: 'Bearer a-secret' } };
    expect((await fetch(`${closed.url}/metrics`, known)).status).toBe(200);
  });
});

/** Puts a file in the place of the folder that holds the files. */
async function breakStorage(dataDir: string): Promise<void> {
  await rm(join(dataDir, 'files'), { recursive: true });
  await writeFile(join(dataDir, 'files'), '');
}
