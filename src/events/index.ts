export { appendEvents, type EventContext } from './append-events.ts';
export { type Bell, createBell } from './bell.ts';
export { findVisibleActor } from './event-actor.ts';
export { createEventLog, type EventBatch, type EventLog } from './event-log.ts';
export { type EventPeriod, listEvents } from './list-events.ts';
export { listTransferEvents } from './list-transfer-events.ts';
export {
  type EventFilter,
  type EventRow,
  findEvent,
  findLogEnd,
  readEvents,
} from './read-events.ts';
