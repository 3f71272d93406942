/**
 * A stretch of the event log as the source of a subscription. GraphQL sees something that it can iterate; whoever knows
 * better reads from it what to follow, so that many who follow the same do so together.
 */
import type { Viewer } from '../domain/caller.ts';
import type { Edge } from '../domain/page.ts';
import type { EventFilter, EventLog, EventRow } from '../events/index.ts';
import { CAUSE, type CausedPayload } from './payload-cause.ts';

/** What is followed. */
export interface LogStretch {
  readonly viewer: Viewer;
  readonly filter: EventFilter;
  /** A position. */
  readonly after: number;
}

/** An event with its place in the log. */
export type EventPayload = Edge<EventRow> & CausedPayload;

const STRETCH = Symbol('stretch');

/** The source of `Subscription.events`. */
export interface LogSource extends AsyncIterable<EventPayload> {
  readonly [STRETCH]: LogStretch;
}

/** Nothing is read before it is iterated. */
export function createLogSource(events: EventLog, stretch: LogStretch): LogSource {
  return {
    [STRETCH]: stretch,
    [Symbol.asyncIterator]: () => followEdges(events, stretch),
  };
}

/** What a source follows; undefined where it is no stretch of the log. */
export function stretchOf(source: object): LogStretch | undefined {
  return STRETCH in source ? (source as LogSource)[STRETCH] : undefined;
}

/** What a subscription is executed with for an event. */
export function toPayload(events: EventLog, event: EventRow): EventPayload {
  const { position, transfer_id } = event;
  return {
    cursor: events.toCursor(position),
    node: event,
    [CAUSE]: { position, transferId: transfer_id },
  };
}

/** Written out because a generator that waits could not be ended. */
function followEdges(
  events: EventLog,
  { viewer, filter, after }: LogStretch,
): AsyncIterableIterator<EventPayload> {
  const rows = events.follow(viewer, filter, after);
  return {
    async next() {
      const { done, value } = await rows.next();
      if (done === true) return { done, value: undefined };
      return { done: false, value: toPayload(events, value) };
    },
    async return() {
      await rows.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
