/** One signed message to a webhook's endpoint. */
import type { Clock } from '../domain/clock.ts';
import { CONTENT_TYPE } from './cloud-event.ts';
import type { PostAnswer, Poster } from './post.ts';
import { createSigner, type Signer } from './signing.ts';
import type { WebhookRow } from './webhook.ts';

/** One attempt, as it is told of. */
export interface Attempt
  extends Pick<PostAnswer, 'durationMs' | 'responseStatus' | 'responseExcerpt' | 'error'> {
  /** Epoch milliseconds. */
  readonly at: number;
}

/** One attempt that has just been made. */
export interface Sent extends Attempt {
  /** How long the endpoint asks to be left alone; null where it asks for nothing. */
  readonly retryAfterMs: number | null;
}

export async function send(
  { poster, clock }: { readonly poster: Poster; readonly clock: Clock },
  webhook: Pick<WebhookRow, 'url' | 'secret' | 'old_secrets'>,
  message: {
    readonly id: string;
    readonly body: string;
    readonly signal?: AbortSignal;
    /** Who sends many keeps the webhook's signer. */
    readonly signer?: Signer;
  },
): Promise<Sent> {
  const { id, body, signal, signer = createSigner(webhook) } = message;
  const at = clock.now();
  const answer = await poster.post({
    url: webhook.url,
    headers: {
      'content-type': CONTENT_TYPE,
      'user-agent': 'Ferje',
      ...signer.sign({ id, body, now: at }),
    },
    body,
    ...(signal !== undefined && { signal }),
  });
  return { at, ...answer };
}

/** Whether it is delivered. */
export function isDelivered({ responseStatus }: Attempt): boolean {
  return responseStatus !== null && responseStatus >= 200 && responseStatus < 300;
}

/** Whether the endpoint says that it wants nothing any more. */
export function isGone({ responseStatus }: Attempt): boolean {
  return responseStatus === 410;
}

/** What the endpoint did, as the end of a sentence. */
export function describeAnswer({ responseStatus, error }: Attempt): string {
  if (responseStatus !== null) return `it answered ${responseStatus}`;
  return (error ?? 'no answer came').replace(/\.$/, '');
}
