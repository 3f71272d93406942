import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startTestBroker } from '../support/broker.ts';

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

/** Puts a file in the place of the folder that holds the files. */
async function breakStorage(dataDir: string): Promise<void> {
  await rm(join(dataDir, 'files'), { recursive: true });
  await writeFile(join(dataDir, 'files'), '');
}
