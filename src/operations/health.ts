/** Whether the broker lives and whether it is ready: for supervisors, load balancers and people. */
import type { Database } from '../database/index.ts';
import type { Answer } from '../http/index.ts';
import type { Storage } from '../storage/index.ts';

export interface HealthChecks {
  readonly database: Database;
  readonly storage: Storage;
  readonly isStopping: () => boolean;
}

/** 200 as long as the process answers at all. */
export function checkLive(): Answer {
  return toAnswer(200, { status: 'live' });
}

/** 200, or 503 with the parts that are not ready. What exactly is wrong is told only to those who may know. */
export async function checkReady(
  { database, storage, isStopping }: HealthChecks,
  { withDetails }: { readonly withDetails: boolean },
): Promise<Answer> {
  const parts = {
    database: await problemOf(() =>
      database.read((db) => db.selectFrom('history').select('epoch').execute()),
    ),
    storage: await problemOf(() => storage.size('00000000')),
    broker: isStopping() ? 'stopping' : undefined,
  };
  const notReady = Object.entries(parts).filter(([, problem]) => problem !== undefined);
  return toAnswer(notReady.length === 0 ? 200 : 503, {
    status: notReady.length === 0 ? 'ready' : 'not ready',
    ...(notReady.length === 0 ? {} : { notReady: notReady.map(([part]) => part) }),
    ...(withDetails ? { details: Object.fromEntries(notReady) } : {}),
  });
}

async function problemOf(check: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function toAnswer(status: number, body: object): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
    body: JSON.stringify(body),
  };
}
