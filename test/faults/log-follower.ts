/** Follows the log by subscription; after each death it goes on from the cursor of the last event that it got. */

import { FollowEvents } from '../support/operations.ts';
import { cutWhenAborted, openStream, subscribe } from '../support/streams.ts';
import type { Life } from './lives.ts';
import { OWNER, type Run } from './run.ts';

export interface LogFollower {
  /** The ids of all events that it got. */
  readonly eventIds: readonly string[];
  /** Follows until the broker dies. */
  follow(life: Life): Promise<void>;
  /** Follows until so many events have come in all. When the signal comes before, that is a violation. */
  followTo(count: number, life: Life, signal: AbortSignal): Promise<void>;
}

export function createLogFollower(run: Run): LogFollower {
  const eventIds: string[] = [];
  let after: string | undefined;
  async function read(life: Life, count: number, signal?: AbortSignal): Promise<void> {
    if (eventIds.length >= count) return;
    const client = openStream(life, run.tokenOf(OWNER));
    const forget = signal && cutWhenAborted(client, signal);
    const start = after === undefined ? { startAt: 'BEGINNING' as const } : { after };
    try {
      for await (const { events } of subscribe(client, FollowEvents, start)) {
        eventIds.push(events.node.id);
        after = events.cursor;
        if (eventIds.length >= count) break;
      }
    } catch (error) {
      if (!life.isOver) run.violations.add('the live log', `It ended: ${describe(error)}`);
    } finally {
      forget?.();
      await client.dispose();
    }
  }
  return {
    eventIds,
    follow: (life) => read(life, Infinity),
    followTo: (count, life, signal) => read(life, count, signal),
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}
