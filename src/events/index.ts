export { appendEvents, type EventContext, MAX_BACKDATING_MS } from './append-events.ts';
export { type Bell, createBell } from './bell.ts';
export { findVisibleActor } from './event-actor.ts';
export { createEventLog, type EventLog } from './event-log.ts';
export type { ReadBatch } from './follow-log.ts';
export { type EventPeriod, listEvents } from './list-events.ts';
export { listTransferEvents } from './list-transfer-events.ts';
export type { EventBatch } from './live-tail.ts';
export {
  type EventFilter,
  type EventRow,
  findEvent,
  findEventsAt,
  findLogEnd,
  readEvents,
} from './read-events.ts';
export { streamEvents } from './stream-events.ts';
