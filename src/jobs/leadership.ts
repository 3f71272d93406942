/**
 * Work that lasts and that one process alone may do at a time. Who leads it counts a beat up in a row; who sees that beat
 * stand still for long takes over. No clock is compared with another one, so it does not matter how they are set.
 */
import { randomUUID } from 'node:crypto';
import type { Database } from '../database/index.ts';

export interface LeadershipPace {
  /** How often a leader counts its beat up, and others look at it. */
  readonly lookMs: number;
  /** A leader whose beat stood still for so long is believed dead. */
  readonly deadAfterMs: number;
  /** A leader that could not count for so long leads no more: before another one can have taken over. */
  readonly leadsForMs: number;
}

/** With the pause between two looks, another takes over in less than 30 s. */
const PACE: LeadershipPace = { lookMs: 4000, deadAfterMs: 15_000, leadsForMs: 12_000 };

export interface Leadership {
  /** Leads as soon as nobody else does. */
  start(): Promise<void>;
  /** Leads no more, and lets another lead at once. */
  stop(): Promise<void>;
}

export interface LeadershipOptions {
  readonly database: Database;
  /** The name of the work. */
  readonly task: string;
  /** Called when this process leads from now on. */
  readonly onGain: () => void;
  /** Called when it does no more; it settles when the work has stopped. */
  readonly onLoss: () => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Tests shorten it. */
  readonly pace?: LeadershipPace;
}

interface Beat {
  readonly leader: string;
  readonly beat: number;
}

export function createLeadership(options: LeadershipOptions): Leadership {
  const { database, task, onGain, onLoss, onError, pace = PACE } = options;
  const me = randomUUID();
  let isLeading = false;
  let losing: Promise<void> = Promise.resolve();
  let looking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let end: NodeJS.Timeout | undefined;
  /** Another leader's beat, and since when it has not changed. */
  let seen: (Beat & { readonly since: number }) | undefined;

  /** One look at a time: where the database does not answer, they would pile up. */
  function look(): Promise<void> {
    looking ??= takeOrWatch()
      .catch(onError)
      .finally(() => {
        looking = undefined;
      });
    return looking;
  }

  async function takeOrWatch(): Promise<void> {
    const askedAt = performance.now();
    const leads = await (isLeading ? count() : take());
    if (!leads) return lose();
    const left = askedAt + pace.leadsForMs - performance.now();
    // The answer came so late that another may lead by now.
    if (left <= 0) return lose();
    clearTimeout(end);
    end = setTimeout(lose, left);
    if (isLeading) return;
    await losing;
    isLeading = true;
    onGain();
  }

  async function count(): Promise<boolean> {
    const { numUpdatedRows } = await database.write((tx) =>
      tx
        .updateTable('leadership')
        .set((eb) => ({ beat: eb('beat', '+', 1) }))
        .where('task', '=', task)
        .where('leader', '=', me)
        .executeTakeFirst(),
    );
    return numUpdatedRows > 0n;
  }

  async function take(): Promise<boolean> {
    const known = await database.read((db) =>
      db
        .selectFrom('leadership')
        .select(['leader', 'beat'])
        .where('task', '=', task)
        .executeTakeFirst(),
    );
    if (known !== undefined && known.leader !== me && !isDead(known)) return false;
    return database.write(async (tx) => {
      const rows = await tx
        .insertInto('leadership')
        .values({ task, leader: me, beat: 0 })
        .onConflict((oc) =>
          oc
            .column('task')
            .doUpdateSet((eb) => ({ leader: me, beat: eb('leadership.beat', '+', 1) }))
            // Unless somebody has been quicker.
            .where('leadership.leader', '=', known?.leader ?? me)
            .where('leadership.beat', '=', known?.beat ?? 0),
        )
        .returning('leader')
        .execute();
      return rows.length > 0;
    });
  }

  function isDead(known: Beat): boolean {
    const now = performance.now();
    if (seen?.leader !== known.leader || seen.beat !== known.beat) seen = { ...known, since: now };
    return now - seen.since >= pace.deadAfterMs;
  }

  function lose(): void {
    clearTimeout(end);
    if (!isLeading) return;
    isLeading = false;
    losing = onLoss().catch(onError);
  }

  return {
    async start() {
      if (!database.isShared) {
        isLeading = true;
        onGain();
        return;
      }
      await look();
      timer = setInterval(look, pace.lookMs);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      const wasLeading = isLeading;
      lose();
      await losing;
      if (!wasLeading || !database.isShared) return;
      await looking;
      await database
        .write((tx) =>
          tx.deleteFrom('leadership').where('task', '=', task).where('leader', '=', me).execute(),
        )
        .catch(onError);
    },
  };
}
