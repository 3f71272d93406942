/**
 * Serves all webhooks, each in a lane of its own. One process does it at a time; the others look whether it still lives.
 * What its owner changes reaches a webhook's lane by the clock of all webhooks: a lane is made for one revision.
 */
import type { Database } from '../database/index.ts';
import type { Clock, IdSource } from '../domain/clock.ts';
import type { EventLog } from '../events/index.ts';
import { createLeadership } from '../jobs/index.ts';
import { createDeliveryLane } from './delivery-lane.ts';
import type { Lane, LaneContext } from './lane.ts';
import { createOutcomes } from './outcomes.ts';
import type { Poster } from './post.ts';
import { createSlots } from './slots.ts';
import { createValidationLane } from './validation-lane.ts';
import type { WebhookRow } from './webhook.ts';

/** As many requests run at once in all. */
const MAX_REQUESTS = 512;
/** How long what runs may go on where a webhook is changed, and where the broker stops. */
const CHANGE_GRACE_MS = 2000;
const STOP_GRACE_MS = 5000;
/** Commits of other processes are looked into at most this often. */
const LOOK_PAUSE_MS = 100;

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
  /** Undefined until the lane before it has stopped. */
  readonly lane: Promise<Lane | undefined>;
  readonly retire: (graceMs: number) => Promise<void>;
}

export function createWebhookDispatcher(options: WebhookDispatcherOptions): WebhookDispatcher {
  const { database, clock, onError, random = Math.random } = options;
  const outcomes = createOutcomes(database, (error) => onError(error, null));
  const slots = createSlots(MAX_REQUESTS);
  const served = new Map<string, Served>();
  let isLeading = false;
  let looking: Promise<void> | undefined;
  let lookAgain = false;
  let seenClock = -1;
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
    looking ??= lookAsOftenAsAsked();
    return looking;
  }

  async function lookAsOftenAsAsked(): Promise<void> {
    try {
      while (lookAgain) {
        lookAgain = false;
        await align();
      }
    } catch (error) {
      onError(error, null);
      seenClock = -1;
      wake();
    } finally {
      looking = undefined;
    }
  }

  async function align(): Promise<void> {
    if (!isLeading) return;
    const { webhooks, now } = await database.read(async (db) => ({
      now: (await db.selectFrom('webhook_clock').select('value').executeTakeFirstOrThrow()).value,
      webhooks: await db
        .selectFrom('webhook')
        .selectAll()
        .where('status', 'in', ['ACTIVE', 'PENDING_VALIDATION'])
        .execute(),
    }));
    if (!isLeading) return;
    seenClock = now;
    const wanted = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
    const gone = [...served].filter(([id]) => !wanted.has(id));
    for (const [id] of gone) served.delete(id);
    for (const webhook of webhooks) {
      const known = served.get(webhook.id);
      if (known === undefined || known.revision !== webhook.revision) serve(webhook, known);
      else if (known.nudge !== webhook.nudge) {
        known.nudge = webhook.nudge;
        known.lane.then((lane) => lane?.wake()).catch(() => undefined);
      }
    }
    await Promise.all(gone.map(([, { retire }]) => retire(0)));
  }

  /** A lane for a webhook as it is now, once the one for what it was has stopped. */
  function serve(webhook: WebhookRow, before: Served | undefined): void {
    let isRetired = false;
    const lane = (async () => {
      await before?.retire(CHANGE_GRACE_MS);
      if (isRetired) return undefined;
      return webhook.status === 'ACTIVE'
        ? createDeliveryLane(context, webhook)
        : createValidationLane(context, webhook);
    })();
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

  /** Other processes change webhooks too; the clock tells whether one has. */
  function wake(): void {
    waking ??= setTimeout(() => {
      waking = undefined;
      lookAtClock().catch((error: unknown) => onError(error, null));
    }, LOOK_PAUSE_MS);
    waking.unref();
  }

  async function lookAtClock(): Promise<void> {
    if (!isLeading) return;
    const { value } = await database.read((db) =>
      db.selectFrom('webhook_clock').select('value').executeTakeFirstOrThrow(),
    );
    if (value !== seenClock) await look();
  }

  const leadership = createLeadership({
    database,
    clock,
    task: 'webhooks',
    onGain() {
      isLeading = true;
      void look();
    },
    async onLoss() {
      isLeading = false;
      await looking;
      const all = [...served.values()];
      served.clear();
      await Promise.all(all.map(({ retire }) => retire(STOP_GRACE_MS)));
    },
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
      await leadership.stop();
      await outcomes.close();
    },
  };
}
