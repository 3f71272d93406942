/** Cuts the running downloads of transfers that were cancelled, as the event log tells of it. */
import { setTimeout } from 'node:timers/promises';
import type { Database } from '../database/index.ts';
import { type EventLog, findLogEnd } from '../events/index.ts';
import type { RunningDownloads } from './running-downloads.ts';

/** How long after a failed read it goes on. */
const RETRY_MS = 1000;

/** Settles when the log is closed. A read that fails is told of, and the log followed on from there. */
export async function cutCancelledDownloads(
  database: Database,
  events: EventLog,
  running: RunningDownloads,
  onError: (error: unknown) => void,
): Promise<void> {
  let after = await database.read(findLogEnd);
  for (;;) {
    try {
      const filter = { types: ['FILE_TRANSFER_CANCELLED'] } as const;
      for await (const event of events.followAll(filter, after)) {
        running.cut(event.transfer_id);
        after = event.position;
      }
      return;
    } catch (error) {
      onError(error);
      await setTimeout(RETRY_MS, undefined, { ref: false });
    }
  }
}
