/** Whether the broker lives and whether it is ready: for supervisors, load balancers and people. */
import type { Database } from '../database/index.ts';
import type { Clock } from '../domain/clock.ts';
import type { Answer } from '../http/index.ts';
import { findStuckJobs, type StuckJobs } from '../jobs/index.ts';
import type { Scanner } from '../scanning/index.ts';
import type { Storage } from '../storage/index.ts';
import { findStorageProblem } from '../transfers/index.ts';
import { FORGET_DELIVERIES } from '../webhooks/index.ts';

/** Work that is passed through quickly, such as a file in processing, is stuck when it takes longer. */
const STUCK_AFTER_MS = 15 * 60_000;

export interface HealthChecks {
  readonly database: Database;
  readonly storage: Storage;
  /** What the storage says of itself as long as it is the one that the broker was started on. */
  readonly storageId: string;
  /** Null where the broker scans nothing. */
  readonly scanner: Scanner | null;
  readonly clock: Clock;
  readonly isStopping: () => boolean;
}

/** 200 as long as the process answers at all. */
export function checkLive(): Answer {
  return toAnswer(200, { status: 'live' });
}

/**
 * 200, or 503 with the parts that are not ready. What exactly is wrong, and which work is stuck, is told only to those who
 * may know.
 */
export async function checkReady(
  { database, storage, storageId, scanner, clock, isStopping }: HealthChecks,
  { withDetails }: { readonly withDetails: boolean },
): Promise<Answer> {
  const [atDatabase, atStorage, atScanner] = await Promise.all([
    problemOf(() => database.read((db) => db.selectFrom('history').select('epoch').execute())),
    problemOf(async () => {
      const problem = await findStorageProblem(storage, storageId);
      if (problem !== null) throw new Error(problem);
    }),
    scanner?.check(),
  ]);
  const parts = {
    database: atDatabase,
    storage: atStorage,
    scanner: atScanner ?? undefined,
    broker: isStopping() ? 'stopping' : undefined,
  };
  const notReady = Object.entries(parts).filter(([, problem]) => problem !== undefined);
  const stuck = withDetails && atDatabase === undefined ? await findStuckWork(database, clock) : [];
  return toAnswer(notReady.length === 0 ? 200 : 503, {
    status: notReady.length === 0 ? 'ready' : 'not ready',
    ...(notReady.length === 0 ? {} : { notReady: notReady.map(([part]) => part) }),
    ...(withDetails
      ? {
          details: {
            ...Object.fromEntries(notReady),
            ...(stuck.length === 0 ? {} : { stuck: stuck.map(toDetail) }),
          },
        }
      : {}),
  });
}

/** Work that is taking longer than it should, by kind. */
export function findStuckWork(database: Database, clock: Clock): Promise<StuckJobs[]> {
  return database.read((db) => findStuckJobs(db, { now: clock.now(), limitMs: STUCK_AFTER_MS }));
}

/** One that a person can look up. */
function toDetail({ kind, count, oldest }: StuckJobs): object {
  const { subject, wantedAt, attempts, lastError } = oldest;
  const since = new Date(wantedAt).toISOString();
  const about = kind === FORGET_DELIVERIES ? { webhookId: subject } : { transferId: subject };
  return { work: kind, count, oldest: { ...about, since, attempts, lastError } };
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
