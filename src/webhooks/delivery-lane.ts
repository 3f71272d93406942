/**
 * Delivers to one ACTIVE webhook. Deliveries are made from the log as they can be sent, so what waits for a slow endpoint
 * waits in the log. First attempts begin in log order; what is tried again holds up no later ones.
 */
import { toCloudEvent } from './cloud-event.ts';
import { disableWebhook, findReasonToDisable } from './disable-webhook.ts';
import { type DueDelivery, findNextRetryAt, findRetries, findUntried } from './due-deliveries.ts';
import { FAULT_PAUSE_MS, type Lane, type LaneContext, MAX_TIMER_MS, pause } from './lane.ts';
import { findPosition, makeDeliveries } from './make-deliveries.ts';
import type { Outcome } from './outcomes.ts';
import { retryPauseMs } from './retry-schedule.ts';
import { isDelivered, type Sent, send } from './send.ts';
import { filterOf, viewerOf, type WebhookRow } from './webhook.ts';

/** As many requests to one endpoint at once. */
const MAX_AT_ONCE = 8;
/** With fewer than so many waiting, they go one after the other and so arrive in order: there is no hurry. */
const CROWD = 16;
/** Unless the endpoint takes longer than this. */
const PATIENCE_MS = 250;
/** So many deliveries are made before the first of them is sent. */
const MAX_UNTRIED = 200;
/** So many outcomes may wait to be written. */
const MAX_UNRECORDED = 256;
const MAX_RETRIES = 100;
/** After so many failures in a row first attempts go out slowly: most likely the endpoint is down. */
const FAILING = 20;
const FAILING_PAUSE_MS = 1000;

export function createDeliveryLane(context: LaneContext, webhook: WebhookRow): Lane {
  const { database, clock, events, outcomes, slots } = context;
  /** Nothing is begun any more. */
  const stopped = new AbortController();
  /** What runs is cut. */
  const cut = new AbortController();
  /** Never tried, in log order. */
  const untried: DueDelivery[] = [];
  /** Tried before and due. */
  const retries: DueDelivery[] = [];
  /** Being sent or written down. */
  const busy = new Map<string, Promise<void>>();
  /** When the requests began that run now, by `performance.now`, the oldest first. */
  const running = new Set<{ readonly since: number }>();
  let failuresInARow = 0;
  let failingSince = webhook.failing_since;
  let firstAttemptAfter = 0;
  let nextRetryAt: number | null = null;
  let isRetryNext = false;
  let isDisabled = false;
  let loading: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let tellOfRoom: (() => void) | undefined;

  const isFailing = () => failuresInARow > 0;

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      try {
        // After a fault too: what is being sent or written down would be found as if it were not.
        await Promise.all(busy.values());
        const left = await database.read((db) => findUntried(db, webhook));
        untried.splice(0, untried.length, ...left);
        await loadRetries();
        pump();
        return await make();
      } catch (error) {
        context.onError(error, webhook.id);
        await pause(FAULT_PAUSE_MS, stopped.signal);
      }
    }
  }

  /** Makes deliveries of what happens, as far as there is room for them. */
  async function make(): Promise<void> {
    await untilRoom();
    const position = await findPosition(context, webhook);
    if (position === undefined) return;
    const filter = filterOf(webhook);
    const { signal } = stopped;
    for await (const batch of events.followBatches(viewerOf(webhook), filter, position, signal)) {
      if (signal.aborted) return;
      const made = await makeDeliveries(context, webhook, batch);
      if (made === undefined) return;
      untried.push(...made);
      pump();
      await untilRoom();
    }
  }

  async function untilRoom(): Promise<void> {
    while (untried.length >= MAX_UNTRIED && !stopped.signal.aborted) {
      await new Promise<void>((resolve) => {
        tellOfRoom = resolve;
      });
    }
  }

  /** Begins all that may be begun now. */
  function pump(): void {
    clearTimeout(timer);
    timer = undefined;
    while (!stopped.signal.aborted) {
      const wait = findWait();
      if (wait > 0) {
        setTimer(wait);
        return;
      }
      const next = take();
      if (next === undefined) return;
      if (!slots.take(isFailing())) {
        slots.whenFree(pump);
        return;
      }
      next.list.shift();
      isRetryNext = next.list === untried;
      if (untried.length < MAX_UNTRIED) tellOfRoom?.();
      const done = attempt(next.list === untried, next.delivery).finally(() => {
        busy.delete(next.delivery.id);
        pump();
      });
      busy.set(next.delivery.id, done);
    }
  }

  /** How long nothing may be begun; Infinity where the end of a request is to be waited for. */
  function findWait(): number {
    if (busy.size >= MAX_UNRECORDED) return Number.POSITIVE_INFINITY;
    const [oldest] = running;
    if (oldest === undefined) return 0;
    if (isFailing() || running.size >= MAX_AT_ONCE) return Number.POSITIVE_INFINITY;
    if (untried.length + retries.length >= CROWD) return 0;
    return Math.max(0, oldest.since + PATIENCE_MS - performance.now());
  }

  /** What is begun next: by turns something new and something that is tried again. */
  function take() {
    const now = clock.now();
    if (retries.length === 0 && nextRetryAt !== null) {
      if (nextRetryAt <= now) loadRetriesLater();
      else setTimer(nextRetryAt - now);
    }
    const [fresh] = untried;
    const [again] = retries;
    const slowly = firstAttemptAfter - performance.now();
    if (fresh !== undefined && slowly > 0) setTimer(slowly);
    const first = fresh !== undefined && slowly <= 0 && { list: untried, delivery: fresh };
    const retry = again !== undefined && { list: retries, delivery: again };
    return (isRetryNext ? retry || first : first || retry) || undefined;
  }

  function setTimer(ms: number): void {
    if (!Number.isFinite(ms) || timer !== undefined) return;
    timer = setTimeout(pump, Math.min(ms, MAX_TIMER_MS));
  }

  function loadRetriesLater(): void {
    loading ??= loadRetries()
      .catch(async (error: unknown) => {
        context.onError(error, webhook.id);
        await pause(FAULT_PAUSE_MS, stopped.signal);
      })
      .finally(() => {
        loading = undefined;
        pump();
      });
  }

  /** Those that are due now, and when the next ones are. */
  async function loadRetries(): Promise<void> {
    const known = [...busy.keys(), ...retries.map(({ id }) => id)];
    nextRetryAt = null;
    const found = await database.read(async (db) => {
      const range = { now: clock.now(), limit: MAX_RETRIES, except: known };
      const due = await findRetries(db, webhook, range);
      const except = [...known, ...due.map(({ id }) => id)];
      return { due, nextAt: await findNextRetryAt(db, webhook.id, except) };
    });
    retries.push(...found.due);
    if (found.nextAt !== null) planRetry(found.nextAt);
  }

  function planRetry(at: number): void {
    nextRetryAt = Math.min(at, nextRetryAt ?? Number.POSITIVE_INFINITY);
  }

  async function attempt(isFirst: boolean, delivery: DueDelivery): Promise<void> {
    const wasFailing = isFailing();
    const request = { since: performance.now() };
    running.add(request);
    const body = toCloudEvent({ source: context.publicUrl(), party: webhook.party_id }, delivery);
    const sent = await send(context, webhook, { id: delivery.event.id, body, signal: cut.signal });
    running.delete(request);
    slots.free(wasFailing);
    // Whoever comes next sends it again.
    if (cut.signal.aborted && sent.responseStatus === null) return;
    if (isDelivered(sent)) {
      failuresInARow = 0;
      firstAttemptAfter = 0;
    } else {
      failuresInARow += 1;
      const isDown = isFirst && failuresInARow >= FAILING;
      if (isDown) firstAttemptAfter = performance.now() + FAILING_PAUSE_MS;
    }
    const outcome = judge(delivery, sent);
    pump();
    await outcomes.record(outcome);
    if (outcome.nextAttemptAt !== null) planRetry(outcome.nextAttemptAt);
    if (outcome.status !== 'DELIVERED') await disableWhereItHasTo(sent);
  }

  function judge(delivery: DueDelivery, sent: Sent): Outcome {
    const known = { webhookId: webhook.id, delivery, attempt: sent };
    if (isDelivered(sent)) {
      const change = failingSince === null ? {} : { failingSince: null };
      failingSince = null;
      return { ...known, ...change, status: 'DELIVERED', tries: 0, nextAttemptAt: null };
    }
    const change = failingSince === null ? { failingSince: sent.at } : {};
    failingSince ??= sent.at;
    const tries = delivery.tries + 1;
    const wait = retryPauseMs(tries, sent.retryAfterMs, context.random());
    const status = wait === null ? 'FAILED' : 'PENDING';
    const nextAttemptAt = wait === null ? null : clock.now() + wait;
    return { ...known, ...change, status, tries, nextAttemptAt };
  }

  async function disableWhereItHasTo(sent: Sent): Promise<void> {
    const reason = findReasonToDisable(sent, failingSince ?? sent.at);
    if (reason === undefined || isDisabled) return;
    isDisabled = true;
    try {
      await disableWebhook(database, webhook, reason);
      context.changed();
    } catch (error) {
      // The next failure comes here again.
      isDisabled = false;
      context.onError(error, webhook.id);
    }
  }

  const made = run();
  return {
    wake: loadRetriesLater,
    async stop(graceMs) {
      stopped.abort();
      tellOfRoom?.();
      clearTimeout(timer);
      const grace = setTimeout(() => cut.abort(), graceMs);
      await Promise.all([made, loading, ...busy.values()]);
      clearTimeout(grace);
    },
  };
}
