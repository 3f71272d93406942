/**
 * Serves all webhooks, each in a lane of its own. One process does it at a time; the others look whether it still lives.
 * What its owner changes reaches a webhook's lane by the clock of all webhooks: a lane is made for one revision.
 */
import type { Database, WebhookStatus } from '../database/index.ts';
import type { Clock, IdSource } from '../domain/clock.ts';
import type { EventLog } from '../events/index.ts';
import { createLeadership } from '../jobs/index.ts';
import { createDeliveryLane } from './delivery-lane.ts';
import { FAULT_PAUSE_MS, type Lane, type LaneContext, pause } from './lane.ts';
import { createOutcomes } from './outcomes.ts';
import type { Poster } from './post.ts';
import { createSlots } from './slots.ts';
import { createValidationLane } from './validation-lane.ts';
import { findWebhook, type WebhookRow } from './webhook.ts';

/** As many requests run at once in all. */
const MAX_REQUESTS = 512;
/** How long what runs may go on where a webhook is changed, and where the broker stops. */
const CHANGE_GRACE_MS = 2000;
const STOP_GRACE_MS = 5000;
/** Where another process is about to take over. */
const LOSS_GRACE_MS = 1000;
/** Commits of other processes are looked into at most this often. */
const LOOK_PAUSE_MS = 100;
/** So many begin in one turn of the event loop. */
const STARTED_AT_ONCE = 20;
/** Before any value of the clock. */
const NEVER = -1;
const SERVED: readonly WebhookStatus[] = ['ACTIVE', 'PENDING_VALIDATION'];

export interface WebhookDispatcher {
  /** Serves from now on, or as soon as nobody else does. */
  start(): Promise<void>;
  /** To be called after each commit that changed a webhook; settles when nothing is sent against it any more. */
  changed(): Promise<void>;
  stop(): Promise<void>;
}

export interface WebhookDispatcherOptions {
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly poster: Poster;
  readonly publicUrl: () => string;
  readonly onError: (error: unknown, webhookId: string | null) => void;
  readonly random?: () => number;
}

interface Served {
  readonly revision: number;
  nudge: number;
  /** Undefined until the lane before it has stopped, and where the webhook has changed again by then. */
  readonly lane: Promise<Lane | undefined>;
  readonly retire: (graceMs: number) => Promise<void>;
}

export function createWebhookDispatcher(options: WebhookDispatcherOptions): WebhookDispatcher {
  const { database, onError, random = Math.random } = options;
  const outcomes = createOutcomes(database, (error) => onError(error, null));
  const slots = createSlots(MAX_REQUESTS);
  const served = new Map<string, Served>();
  let stopped = new AbortController();
  let isLeading = false;
  let looking: Promise<void> | undefined;
  let lookAgain = false;
  let seenClock = NEVER;
  let waking: NodeJS.Timeout | undefined;
  let stopListening: (() => void) | undefined;

  const context: LaneContext = {
    ...options,
    random,
    outcomes,
    slots,
    changed: () => void look(),
  };

  /** Brings the lanes in line with the webhooks that there are. What is asked for meanwhile is looked at once more. */
  function look(): Promise<void> {
    lookAgain = true;
    looking ??= lookAsOftenAsAsked().finally(() => {
      looking = undefined;
      // Asked for since the last comparison.
      return lookAgain && isLeading ? look() : undefined;
    });
    return looking;
  }

  async function lookAsOftenAsAsked(): Promise<void> {
    while (lookAgain && isLeading) {
      lookAgain = false;
      try {
        await align();
      } catch (error) {
        onError(error, null);
        lookAgain = true;
        await pause(FAULT_PAUSE_MS, stopped.signal);
      }
    }
  }

  async function align(): Promise<void> {
    const since = seenClock;
    const { now, ids, changed } = await database.read(async (db) => ({
      now: (await db.selectFrom('webhook_clock').select('value').executeTakeFirstOrThrow()).value,
      ids: await db.selectFrom('webhook').select('id').where('status', 'in', SERVED).execute(),
      changed: await db
        .selectFrom('webhook')
        .selectAll()
        .where('status', 'in', SERVED)
        .where((eb) => eb.or([eb('revision', '>', since), eb('nudge', '>', since)]))
        .execute(),
    }));
    if (!isLeading) return;
    const wanted = new Set(ids.map(({ id }) => id));
    const gone = [...served].filter(([id]) => !wanted.has(id));
    for (const [id] of gone) served.delete(id);
    const retired = Promise.all(gone.map(([, { retire }]) => retire(0)));
    for (const [index, webhook] of changed.entries()) {
      if (!isLeading) break;
      serve(webhook);
      // Each begins with a few queries: at the start of many, others have requests to answer.
      if (index % STARTED_AT_ONCE === 0) await new Promise(setImmediate);
    }
    await retired;
    seenClock = now;
  }

  function serve(webhook: WebhookRow): void {
    const known = served.get(webhook.id);
    if (known === undefined || known.revision !== webhook.revision) begin(webhook, known);
    else if (known.nudge !== webhook.nudge) {
      known.nudge = webhook.nudge;
      known.lane.then((lane) => lane?.wake()).catch(() => undefined);
    }
  }

  /** A lane for a webhook as it is now, once the one for what it was has stopped. */
  function begin(webhook: WebhookRow, before: Served | undefined): void {
    let isRetired = false;
    async function create(): Promise<Lane | undefined> {
      await before?.retire(CHANGE_GRACE_MS);
      // What the one before did last may have changed it.
      const latest = before === undefined ? webhook : await findAgain(webhook.id);
      if (isRetired || latest?.revision !== webhook.revision) return undefined;
      return latest.status === 'ACTIVE'
        ? createDeliveryLane(context, latest)
        : createValidationLane(context, latest);
    }
    const lane = create();
    served.set(webhook.id, {
      revision: webhook.revision,
      nudge: webhook.nudge,
      lane,
      async retire(graceMs) {
        isRetired = true;
        await (await lane)?.stop(graceMs);
      },
    });
  }

  /** As often as it takes. */
  async function findAgain(id: string): Promise<WebhookRow | undefined> {
    while (!stopped.signal.aborted) {
      try {
        return await database.read((db) => findWebhook(db, id));
      } catch (error) {
        onError(error, id);
        await pause(FAULT_PAUSE_MS, stopped.signal);
      }
    }
    return undefined;
  }

  /** Other processes change webhooks too; the clock tells whether one has. */
  function wake(): void {
    if (!isLeading) return;
    waking ??= setTimeout(() => {
      waking = undefined;
      lookAtClock().catch((error: unknown) => onError(error, null));
    }, LOOK_PAUSE_MS).unref();
  }

  async function lookAtClock(): Promise<void> {
    const { value } = await database.read((db) =>
      db.selectFrom('webhook_clock').select('value').executeTakeFirstOrThrow(),
    );
    if (value !== seenClock) await look();
  }

  async function stopServing(graceMs: number): Promise<void> {
    isLeading = false;
    stopped.abort();
    // Where the database is away, nobody waits until it is back.
    outcomes.giveUp(true);
    await looking;
    const all = [...served.values()];
    served.clear();
    await Promise.all(all.map(({ retire }) => retire(graceMs)));
    await outcomes.settled();
  }

  let graceMs = LOSS_GRACE_MS;
  const leadership = createLeadership({
    database,
    task: 'webhooks',
    onGain() {
      isLeading = true;
      stopped = new AbortController();
      seenClock = NEVER;
      outcomes.giveUp(false);
      void look();
    },
    onLoss: () => stopServing(graceMs),
    onError: (error) => onError(error, null),
  });

  return {
    async start() {
      if (database.isShared) stopListening = database.onCommit(wake);
      await leadership.start();
    },
    changed: look,
    async stop() {
      stopListening?.();
      clearTimeout(waking);
      graceMs = STOP_GRACE_MS;
      await leadership.stop();
    },
  };
}
