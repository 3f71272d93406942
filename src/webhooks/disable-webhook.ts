/** The broker switches a webhook off, and says why. */
import type { Database, WebhookDisabler } from '../database/index.ts';
import { formatDateTime } from '../domain/date-time.ts';
import { DAY_MS } from '../domain/duration.ts';
import { type Attempt, describeAnswer, isGone } from './send.ts';
import { lockRevision, tick, type WebhookRow } from './webhook.ts';

/** A webhook whose every delivery failed for so long is switched off. */
export const FAILING_LIMIT_MS = 5 * DAY_MS;

/** Why it is switched off after an attempt that failed; undefined where it is not. */
export function findReasonToDisable(
  attempt: Attempt,
  failingSince: number,
): { readonly by: WebhookDisabler; readonly text: string } | undefined {
  if (isGone(attempt)) {
    return { by: 'GONE', text: 'The endpoint answered 410 Gone: it wants no more events.' };
  }
  if (attempt.at - failingSince < FAILING_LIMIT_MS) return undefined;
  const since = formatDateTime(failingSince);
  return {
    by: 'FAILURES',
    text: `Every delivery has failed since ${since}; of the last one: ${describeAnswer(attempt)}.`,
  };
}

/** Only as it was known: what its owner has changed meanwhile stays. */
export async function disableWebhook(
  database: Database,
  { id, revision }: WebhookRow,
  { by, text }: { readonly by: WebhookDisabler; readonly text: string },
): Promise<void> {
  await database.write(async (tx) => {
    const known = await lockRevision(tx, id, revision);
    if (known === undefined) return;
    const changes = {
      status: 'DISABLED',
      status_text: text,
      disabled_by: by,
      next_validation_at: null,
      revision: await tick(tx),
    } as const;
    await tx.updateTable('webhook').set(changes).where('id', '=', id).execute();
  });
}
