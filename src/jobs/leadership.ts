/**
 * Work that lasts and that one process alone may do at a time: who leads it holds a row for a while and renews it, so that
 * another takes over from one that died.
 */
import { randomUUID } from 'node:crypto';
import type { Database } from '../database/index.ts';
import type { Clock } from '../domain/clock.ts';

/** A leader that was not heard of for so long is believed dead: it may be late with two renewals. */
const LEADERSHIP_MS = 12_000;
/** How often a leader renews it, and others look whether it is free. */
const LOOK_MS = 4000;

export interface Leadership {
  /** Leads as soon as nobody else does. */
  start(): Promise<void>;
  /** Leads no more, and lets another lead at once. */
  stop(): Promise<void>;
}

export interface LeadershipOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** The name of the work. */
  readonly task: string;
  /** Called when this process leads from now on. */
  readonly onGain: () => void;
  /** Called when it does no more; it settles when the work has stopped. */
  readonly onLoss: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export function createLeadership(options: LeadershipOptions): Leadership {
  const { database, clock, task, onGain, onLoss, onError } = options;
  const leader = randomUUID();
  let isLeading = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const leads = await take().catch((error: unknown) => {
      onError(error);
      // Without word from the database it leads on for as long as nobody else can have taken it.
      return isLeading && clock.now() < heldUntil;
    });
    if (leads === isLeading) return;
    isLeading = leads;
    if (leads) onGain();
    else await onLoss();
  }

  let heldUntil = 0;

  async function take(): Promise<boolean> {
    const now = clock.now();
    const until = now + LEADERSHIP_MS;
    const taken = await database.write(async (tx) => {
      const rows = await tx
        .insertInto('leadership')
        .values({ task, leader, until })
        .onConflict((oc) =>
          oc
            .column('task')
            .doUpdateSet({ leader, until })
            .where((eb) =>
              eb.or([eb('leadership.leader', '=', leader), eb('leadership.until', '<', now)]),
            ),
        )
        .returning('leader')
        .execute();
      return rows.length > 0;
    });
    if (taken) heldUntil = until;
    return taken;
  }

  return {
    async start() {
      if (!database.isShared) {
        isLeading = true;
        return onGain();
      }
      await look();
      timer = setInterval(() => {
        looking = looking.then(look).catch(onError);
      }, LOOK_MS);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await looking;
      if (!isLeading) return;
      isLeading = false;
      await onLoss();
      if (!database.isShared) return;
      await database
        .write((tx) => tx.deleteFrom('leadership').where('leader', '=', leader).execute())
        .catch(onError);
    },
  };
}
