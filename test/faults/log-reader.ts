/** Reads the whole log as the owner of the resources: page by page, each from where the last one ended, whatever dies. */
import { LOG, type SeenEvent, type SeenLog } from './documents.ts';
import type { Life } from './lives.ts';
import { ask } from './requests.ts';
import { attempt, OWNER, type Run } from './run.ts';

export interface LogReader {
  /** All that was read. */
  readonly events: readonly SeenEvent[];
  /** Reads on to the end; false where the broker died before. */
  readOn(life: Life): Promise<boolean>;
}

export function createLogReader(run: Run): LogReader {
  const events: SeenEvent[] = [];
  let after: string | null = null;
  return {
    events,
    async readOn(life) {
      for (;;) {
        const answered: SeenLog | undefined = await attempt(run, life, 'log', () =>
          ask<SeenLog>(run, life, OWNER, LOG, { after }),
        );
        if (answered === undefined) return false;
        run.acts.count('log', 'acknowledged');
        const { edges, pageInfo } = answered.events;
        events.push(...edges.map(({ node }) => node));
        after = pageInfo.endCursor ?? after;
        if (!pageInfo.hasNextPage) return true;
      }
    },
  };
}
