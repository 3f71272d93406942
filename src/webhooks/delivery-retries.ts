/** What is tried again: the deliveries of one webhook that are due, and when the next ones are. */
import type { Database } from '../database/index.ts';
import type { Clock } from '../domain/clock.ts';
import { type DueDelivery, findNextRetryAt, findRetries } from './due-deliveries.ts';
import { FAULT_PAUSE_MS, pause } from './lane.ts';
import type { WebhookRow } from './webhook.ts';

/** As many are held at once. */
const MAX_HELD = 100;

export interface DeliveryRetries {
  /** Those that are due and have been read. */
  readonly size: number;
  /** The one that has been due longest. */
  take(): DueDelivery | undefined;
  /** How long it is until the next is due, or may be read; Infinity where none is planned. Reads those that are due. */
  untilNext(): number;
  /** One becomes due then. */
  plan(at: number): void;
  /** What was read may have changed: reads it anew. */
  reload(): void;
}

export interface DeliveryRetriesOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly webhook: WebhookRow;
  /** Being sent or written down: as the database has it, it would be due. */
  readonly isBusy: (deliveryId: string) => boolean;
  /** Called when some have been read. */
  readonly onLoad: () => void;
  readonly onError: (error: unknown) => void;
  readonly signal: AbortSignal;
}

export function createRetries(options: DeliveryRetriesOptions): DeliveryRetries {
  const { database, clock, webhook, isBusy, onLoad, onError, signal } = options;
  let held: DueDelivery[] = [];
  let nextAt = Number.POSITIVE_INFINITY;
  let isLoading = false;
  let loadAgain = false;
  /** What was sent while a read was on its way: it may be found as if it had not been. */
  let sentMeanwhile = new Set<string>();

  function load(): void {
    loadAgain = true;
    if (!isLoading && !signal.aborted) void loadAsOftenAsAsked();
  }

  async function loadAsOftenAsAsked(): Promise<void> {
    while (loadAgain && !signal.aborted) {
      loadAgain = false;
      isLoading = true;
      try {
        await read();
      } catch (error) {
        onError(error);
        loadAgain = true;
        await pause(FAULT_PAUSE_MS, signal);
      }
      isLoading = false;
      onLoad();
    }
  }

  async function read(): Promise<void> {
    nextAt = Number.POSITIVE_INFINITY;
    sentMeanwhile = new Set();
    const { due, next } = await database.read(async (db) => {
      const found = await findRetries(db, webhook, { now: clock.now(), limit: MAX_HELD });
      const last = found.length === MAX_HELD ? clock.now() : undefined;
      return { due: found, next: last ?? (await findNextRetryAt(db, webhook.id, clock.now())) };
    });
    held = due.filter(({ id }) => !isBusy(id) && !sentMeanwhile.has(id));
    // Where all that was found is on its way, its end plans what follows.
    if (held.length > 0 || due.length < MAX_HELD) plan(next ?? Number.POSITIVE_INFINITY);
    else plan(clock.now() + FAULT_PAUSE_MS);
  }

  function plan(at: number): void {
    nextAt = Math.min(nextAt, at);
  }

  return {
    get size() {
      return held.length;
    },
    take() {
      const delivery = held.shift();
      if (delivery !== undefined) sentMeanwhile.add(delivery.id);
      return delivery;
    },
    untilNext() {
      if (isLoading || held.length > 0) return Number.POSITIVE_INFINITY;
      const left = nextAt - clock.now();
      if (left > 0) return left;
      load();
      return Number.POSITIVE_INFINITY;
    },
    plan,
    reload() {
      held = [];
      load();
    },
  };
}
