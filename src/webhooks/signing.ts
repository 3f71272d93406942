/** Signatures by Standard Webhooks, and the secrets that make them. */
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { DAY_MS } from '../domain/duration.ts';
import type { WebhookRow } from './webhook.ts';

/** How long the secret before a rotation still signs. */
const OLD_SECRET_LIFETIME_MS = DAY_MS;
/** So many of them sign at most: who rotates more often loses the oldest. */
const MAX_OLD_SECRETS = 4;

interface OldSecret {
  readonly secret: string;
  /** Epoch milliseconds. */
  readonly until: number;
}

export function makeSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** A new secret for a webhook, beside which the old one is still valid for 24 hours. */
export function rotateSecret(
  webhook: Pick<WebhookRow, 'secret' | 'old_secrets'>,
  now: number,
): Pick<WebhookRow, 'secret' | 'old_secrets'> {
  const replaced = { secret: webhook.secret, until: now + OLD_SECRET_LIFETIME_MS };
  const old = [replaced, ...validOldSecrets(webhook, now)].slice(0, MAX_OLD_SECRETS);
  return { secret: makeSecret(), old_secrets: JSON.stringify(old) };
}

/** The headers of one attempt. The time is that of the attempt, so each is signed afresh. */
export function signMessage(
  webhook: Pick<WebhookRow, 'secret' | 'old_secrets'>,
  { id, body, now }: { readonly id: string; readonly body: string; readonly now: number },
): Record<string, string> {
  const secrets = [webhook.secret, ...validOldSecrets(webhook, now).map(({ secret }) => secret)];
  const at = new Date(now);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
}

function validOldSecrets({ old_secrets }: Pick<WebhookRow, 'old_secrets'>, now: number) {
  return (JSON.parse(old_secrets) as OldSecret[]).filter(({ until }) => until > now);
}
