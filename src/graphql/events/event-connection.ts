/** Pages of the event log. */
import { createConnection } from '../connection.ts';
import { EventRef } from '../object-refs.ts';

/** A page of the log, and an event with its place in it. */
export const { connection: EventConnection, edge: EventEdge } = createConnection(
  EventRef,
  'the event log, oldest first',
  'An event and its place in the log. A cursor is valid with any filter, in queries and in the subscription alike.',
);
