/** Signatures by Standard Webhooks, and the secrets that make them. */
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { DAY_MS } from '../domain/duration.ts';
import type { WebhookRow } from './webhook.ts';

/** How long the secret before a rotation still signs. */
const OLD_SECRET_LIFETIME_MS = DAY_MS;
/** So many of them sign at most, for headers have bounds: who rotates more often within a day loses the oldest. */
const MAX_OLD_SECRETS = 20;

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

/** A webhook's secrets, ready to sign; made once for each of its revisions. */
export interface Signer {
  /** The headers of one attempt. The time is that of the attempt, so each is signed afresh. */
  sign(message: {
    readonly id: string;
    readonly body: string;
    readonly now: number;
  }): Record<string, string>;
}

export function createSigner({
  secret,
  old_secrets,
}: Pick<WebhookRow, 'secret' | 'old_secrets'>): Signer {
  const current = new Webhook(secret);
  const old = parseOldSecrets(old_secrets).map(({ secret, until }) => ({
    key: new Webhook(secret),
    until,
  }));
  return {
    sign({ id, body, now }) {
      const at = new Date(now);
      const valid = old.filter(({ until }) => until > now).map(({ key }) => key);
      return {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now / 1000)),
        'webhook-signature': [current, ...valid].map((key) => key.sign(id, at, body)).join(' '),
      };
    },
  };
}

function validOldSecrets({ old_secrets }: Pick<WebhookRow, 'old_secrets'>, now: number) {
  return parseOldSecrets(old_secrets).filter(({ until }) => until > now);
}

function parseOldSecrets(old_secrets: string): readonly OldSecret[] {
  return JSON.parse(old_secrets) as OldSecret[];
}
