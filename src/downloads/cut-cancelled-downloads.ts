/** Cuts the running downloads of transfers that were cancelled, as the event log tells of it. */
import type { Database } from '../database/index.ts';
import { type EventLog, findLogEnd } from '../events/index.ts';
import type { RunningDownloads } from './running-downloads.ts';

export async function cutCancelledDownloads(
  database: Database,
  events: EventLog,
  running: RunningDownloads,
): Promise<void> {
  const end = await database.read(findLogEnd);
  for await (const event of events.followAll({ types: ['FILE_TRANSFER_CANCELLED'] }, end)) {
    running.cut(event.transfer_id);
  }
}
