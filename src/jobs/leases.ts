/**
 * Claiming jobs: whoever has a job's lease is doing it. While it is leased its due time is the end of the lease, so that what
 * a dead process was doing becomes due again by itself.
 */
import { randomUUID } from 'node:crypto';
import type { Queries, WriteTransaction } from '../database/index.ts';
import type { JobKey } from './schedule-job.ts';

/** How long a lease lasts unless it is renewed. */
export const LEASE_MS = 30_000;

/** A job that this process is doing. */
export interface ClaimedJob extends JobKey {
  /** Those that failed before. */
  readonly attempts: number;
  /** The row's own while it is done; null where it is done without a claim. */
  readonly lease: string | null;
  /** The row's own while it is done; epoch milliseconds. */
  readonly dueAt: number;
}

/** Which jobs of a kind are to be claimed. */
export interface ClaimRequest {
  readonly kind: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** As many as there is room for. */
  readonly limit: number;
  /** What this process is doing already: scheduled anew meanwhile, it is not begun beside itself. */
  readonly except: readonly string[];
}

/** Claims jobs that are due, the oldest first. Others that claim at the same moment get others. */
export async function claimJobs(
  tx: WriteTransaction,
  request: ClaimRequest,
): Promise<ClaimedJob[]> {
  const due = await dueJobs(tx, request).forNoKeyUpdate().skipLocked().execute();
  if (due.length === 0) return [];
  const { kind, now } = request;
  const lease = randomUUID();
  const dueAt = now + LEASE_MS;
  const subjects = due.map(({ subject }) => subject);
  await tx
    .updateTable('job')
    .set({ lease, due_at: dueAt })
    .where('kind', '=', kind)
    .where('subject', 'in', subjects)
    .execute();
  return due.map(({ subject, attempts }) => ({ kind, subject, attempts, lease, dueAt }));
}

/** The same jobs without a claim: where there is no room to note one, and no other process that could be doing them. */
export async function findDueJobs(db: Queries, request: ClaimRequest): Promise<ClaimedJob[]> {
  const due = await dueJobs(db, request).execute();
  return due.map(({ due_at: dueAt, ...job }) => ({ kind: request.kind, ...job, dueAt }));
}

function dueJobs(db: Queries, { kind, now, limit, except }: ClaimRequest) {
  return db
    .selectFrom('job')
    .select(['subject', 'attempts', 'lease', 'due_at'])
    .where('kind', '=', kind)
    .where('due_at', '<=', now)
    .$if(except.length > 0, (query) => query.where('subject', 'not in', except))
    .orderBy('due_at')
    .limit(limit);
}

/** Leases that are still held last until `LEASE_MS` from now. */
export async function renewLeases(
  tx: WriteTransaction,
  jobs: readonly ClaimedJob[],
  now: number,
): Promise<void> {
  const claimed = jobs.flatMap(({ lease, ...job }) => (lease === null ? [] : [{ ...job, lease }]));
  if (claimed.length === 0) return;
  await tx
    .updateTable('job')
    .set({ due_at: now + LEASE_MS })
    // The lease says which they are; kind and subject are how they are found.
    .where('kind', 'in', [...new Set(claimed.map(({ kind }) => kind))])
    .where('subject', 'in', [...new Set(claimed.map(({ subject }) => subject))])
    .where('lease', 'in', [...new Set(claimed.map(({ lease }) => lease))])
    .execute();
}

/** The job is done. One that was scheduled anew meanwhile is another job, and stays. */
export async function finishJob(tx: WriteTransaction, job: ClaimedJob): Promise<void> {
  await tx
    .deleteFrom('job')
    .where((eb) => eb.and(rowOf(job)))
    .execute();
}

/** The job is to be done again from `due_at` on, unless it was scheduled anew meanwhile. */
export async function returnJob(
  tx: WriteTransaction,
  job: ClaimedJob,
  changes: { readonly due_at: number; readonly attempts?: number; readonly last_error?: string },
): Promise<void> {
  await tx
    .updateTable('job')
    .set({ ...changes, lease: null })
    .where((eb) => eb.and(rowOf(job)))
    .execute();
}

/** What the row of a job says for as long as nobody else has taken or scheduled it. */
function rowOf({ kind, subject, lease, dueAt }: ClaimedJob) {
  return lease === null ? { kind, subject, lease, due_at: dueAt } : { kind, subject, lease };
}

/**
 * What a dead process was doing is due at once. Only for where no other process can be doing it; what this one is doing stays
 * its own.
 */
export async function breakLeases(
  tx: WriteTransaction,
  {
    kinds,
    own,
    now,
  }: {
    readonly kinds: readonly string[];
    readonly own: readonly ClaimedJob[];
    readonly now: number;
  },
): Promise<void> {
  const kept = own.flatMap(({ lease }) => lease ?? []);
  await tx
    .updateTable('job')
    .set({ lease: null, due_at: now })
    .where('kind', 'in', kinds)
    .where('due_at', '<=', now + LEASE_MS)
    .where('lease', 'is not', null)
    .$if(kept.length > 0, (query) => query.where('lease', 'not in', kept))
    .execute();
}
