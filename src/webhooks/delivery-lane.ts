/**
 * Delivers to one ACTIVE webhook. Deliveries are made from the log as they can be sent, so what waits for a slow endpoint
 * waits in the log. First attempts begin in log order; what is tried again holds up no later ones.
 */
import { setMaxListeners } from 'node:events';
import type { EventBatch } from '../events/index.ts';
import { toCloudEvent } from './cloud-event.ts';
import { createRetries } from './delivery-retries.ts';
import { disableWebhook, findReasonToDisable } from './disable-webhook.ts';
import { type DueDelivery, findUntried } from './due-deliveries.ts';
import { createEndpointPace } from './endpoint-pace.ts';
import { type Lane, type LaneContext, MAX_TIMER_MS, pause } from './lane.ts';
import { makeDeliveries } from './make-deliveries.ts';
import { prepareDeliveries } from './prepare-deliveries.ts';
import { retryPauseMs } from './retry-schedule.ts';
import { isDelivered, type Sent, send } from './send.ts';
import { createSigner } from './signing.ts';
import { filterOf, findWebhook, viewerOf, type WebhookRow } from './webhook.ts';
import type { Outcome } from './write-outcomes.ts';

/** So many deliveries are made before the first of them is sent; while the endpoint fails, a handful. */
const MAX_UNTRIED = 200;
const MAX_UNTRIED_WHILE_FAILING = 10;
/** As many of an earlier lane are taken over at once. */
const MAX_TAKEN_OVER = 1000;
/** So many outcomes may wait to be written. */
const MAX_UNRECORDED = 256;
/** While so many wait to be sent, outcomes wait for each other to be written together. */
const BACKLOG = 16;
/** The pauses after faults of the database, each twice as long as the one before. */
const FIRST_FAULT_PAUSE_MS = 500;
const MAX_FAULT_PAUSE_MS = 30_000;

export function createDeliveryLane(context: LaneContext, webhook: WebhookRow): Lane {
  const { database, clock, events, outcomes, slots } = context;
  /** Nothing is begun any more. */
  const stopped = new AbortController();
  /** What runs is cut. */
  const cut = new AbortController();
  // Every request that runs listens, and of these there are few.
  setMaxListeners(0, cut.signal);
  /** Never tried, in log order. */
  const untried: DueDelivery[] = [];
  /** Being sent or written down. */
  const busy = new Map<string, Promise<void>>();
  const signer = createSigner(webhook);
  const pace = createEndpointPace(webhook.failing_since !== null);
  const retries = createRetries({
    database,
    clock,
    webhook,
    isBusy: (id) => busy.has(id),
    onLoad: pump,
    onError: (error) => context.onError(error, webhook.id),
    signal: stopped.signal,
  });
  let { failing_since: failingSince } = webhook;
  /** While what is to be sent is read anew, nothing is begun. */
  let isReading = true;
  let isRetryNext = false;
  let isDisabled = false;
  let timer: NodeJS.Timeout | undefined;
  let tellOfRoom: (() => void) | undefined;

  const maxUntried = () => (pace.isFailing ? MAX_UNTRIED_WHILE_FAILING : MAX_UNTRIED);

  /** Until the webhook is no longer as it was; after a fault it begins anew from what the database has. */
  async function run(): Promise<void> {
    let faultPause = FIRST_FAULT_PAUSE_MS;
    while (!stopped.signal.aborted) {
      try {
        const position = await read();
        if (position === undefined) return;
        if (position !== 'more') await make(position);
        faultPause = FIRST_FAULT_PAUSE_MS;
        await new Promise(setImmediate);
      } catch (error) {
        context.onError(error, webhook.id);
        await pause(faultPause, stopped.signal);
        faultPause = Math.min(faultPause * 2, MAX_FAULT_PAUSE_MS);
      }
    }
  }

  /**
   * What there is to be sent, and where the webhook stands; `more` where there is so much that it has to be read again once
   * this has been sent, and undefined where the webhook is no longer as it was.
   */
  async function read(): Promise<number | 'more' | undefined> {
    isReading = true;
    // What is being sent or written down would be found as if it were not.
    while (busy.size > 0) await Promise.all(busy.values());
    const before = await database.read((db) => findWebhook(db, webhook.id));
    if (before === undefined) return undefined;
    await prepareDeliveries(database, before, clock.now(), stopped.signal);
    const found = await database.read(async (db) => ({
      known: await findWebhook(db, webhook.id),
      left: await findUntried(db, webhook, MAX_TAKEN_OVER),
    }));
    if (found.known?.revision !== webhook.revision || stopped.signal.aborted) return undefined;
    untried.splice(0, untried.length, ...found.left);
    isReading = false;
    retries.reload();
    pump();
    await untilRoom(found.left.length === MAX_TAKEN_OVER ? 1 : maxUntried());
    return found.left.length === MAX_TAKEN_OVER ? 'more' : (found.known.position ?? 0);
  }

  /** Makes deliveries of what happens, as far as there is room for them. Ends where the webhook stands elsewhere. */
  async function make(position: number): Promise<void> {
    const { signal } = stopped;
    let after = position;
    const following = events.followBatches(viewerOf(webhook), filterOf(webhook), after, signal);
    for await (const batch of following) {
      for (const piece of cutIntoPieces(batch)) {
        if (signal.aborted) return;
        // They go along with a commit that is made anyway.
        outcomes.flush();
        const made = await makeDeliveries(context, webhook, { ...piece, after });
        if (made === undefined) return;
        after = piece.end;
        untried.push(...made);
        pump();
        await untilRoom(maxUntried());
      }
    }
  }

  /** As large as there is room for. */
  function* cutIntoPieces({ rows, end }: EventBatch): Generator<EventBatch> {
    let from = 0;
    do {
      const piece = rows.slice(from, from + maxUntried());
      from += piece.length;
      yield { rows: piece, end: from < rows.length ? (piece.at(-1)?.position ?? end) : end };
    } while (from < rows.length);
  }

  async function untilRoom(limit: number): Promise<void> {
    while (untried.length >= limit && !stopped.signal.aborted) {
      await new Promise<void>((resolve) => {
        tellOfRoom = resolve;
      });
    }
  }

  /** Begins all that may be begun now. */
  function pump(): void {
    clearTimeout(timer);
    timer = undefined;
    while (!stopped.signal.aborted && !isReading && busy.size < MAX_UNRECORDED) {
      const wait = pace.findWait(untried.length + retries.size);
      const next = wait > 0 ? undefined : take();
      if (next === undefined) {
        setTimer(Math.min(wait > 0 ? wait : Number.POSITIVE_INFINITY, findPause()));
        return;
      }
      const { isSlow } = pace;
      if (!slots.take(isSlow)) {
        slots.whenFree(isSlow, pump);
        return;
      }
      const delivery = next.take();
      if (delivery === undefined) {
        slots.free(isSlow);
        return;
      }
      isRetryNext = next.isFirst;
      const done = attempt(next.isFirst, delivery, isSlow).finally(() => {
        busy.delete(delivery.id);
        pump();
      });
      busy.set(delivery.id, done);
    }
  }

  /** What is begun next: by turns something new and something that is tried again. */
  function take() {
    // However much is new, what is due again is read.
    if (retries.size === 0) retries.untilNext();
    const first =
      untried.length > 0 && pace.firstAttemptPause() <= 0
        ? { isFirst: true, take: takeUntried }
        : undefined;
    const retry = retries.size > 0 ? { isFirst: false, take: retries.take } : undefined;
    return isRetryNext ? (retry ?? first) : (first ?? retry);
  }

  function takeUntried(): DueDelivery | undefined {
    const delivery = untried.shift();
    tellOfRoom?.();
    return delivery;
  }

  /** How long it is until something may be begun that may not be now. */
  function findPause(): number {
    const firstAttempt = untried.length > 0 ? pace.firstAttemptPause() : 0;
    const pauses = [firstAttempt, retries.untilNext()];
    return Math.min(...pauses.map((ms) => (ms > 0 ? ms : Number.POSITIVE_INFINITY)));
  }

  function setTimer(ms: number): void {
    if (Number.isFinite(ms)) timer = setTimeout(pump, Math.min(ms, MAX_TIMER_MS));
  }

  async function attempt(isFirst: boolean, delivery: DueDelivery, isSlow: boolean): Promise<void> {
    const body = toCloudEvent({ source: context.publicUrl(), party: webhook.party_id }, delivery);
    const end = pace.begin();
    const message = { id: delivery.event.id, body, signal: cut.signal, signer };
    const sent = await send(context, webhook, message);
    end(isFirst, isDelivered(sent));
    slots.free(isSlow);
    // Whoever comes next sends it again.
    if (cut.signal.aborted && sent.responseStatus === null) return;
    const outcome = judge(delivery, sent);
    pump();
    const recorded = outcomes.record(outcome);
    // What has come through must soon be known to have: a replay sends again only that.
    const mayWait = outcome.status === 'DELIVERED' && untried.length + retries.size >= BACKLOG;
    if (!mayWait) outcomes.flush();
    const isDurable = await recorded;
    if (!isDurable) retries.plan(clock.now());
    else if (outcome.nextAttemptAt !== null) retries.plan(outcome.nextAttemptAt);
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
    wake: retries.reload,
    async stop(graceMs) {
      stopped.abort();
      tellOfRoom?.();
      clearTimeout(timer);
      const grace = setTimeout(() => cut.abort(), graceMs);
      await Promise.all([made, ...busy.values()]);
      clearTimeout(grace);
    },
  };
}
