/**
 * Remembers for a moment which tokens were verified: a client sends the same one with every request, and verifying it
 * costs more than many a request itself.
 */
import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { Clock } from '../domain/clock.ts';

/** By so much a key that is withdrawn is believed longer. */
const BELIEVED_MS = 10_000;
const MAX_TOKENS = 10_000;

export interface VerifiedTokens {
  /** The claims of a token that was verified a moment ago and has not expired since; undefined otherwise. */
  find(token: string): JWTPayload | undefined;
  remember(token: string, claims: JWTPayload): void;
}

/** `skewSeconds` is how far beyond its `exp` a token is taken. */
export function createVerifiedTokens(clock: Clock, skewSeconds: number): VerifiedTokens {
  const known = new Map<string, { readonly claims: JWTPayload; readonly at: number }>();
  return {
    find(token) {
      const key = digestOf(token);
      const entry = known.get(key);
      if (entry === undefined) return undefined;
      const { claims, at } = entry;
      const now = clock.now();
      const isFresh = now >= at && now - at < BELIEVED_MS;
      if (isFresh && Math.floor(now / 1000) < (claims.exp ?? 0) + skewSeconds) return claims;
      known.delete(key);
      return undefined;
    },
    remember(token, claims) {
      known.set(digestOf(token), { claims, at: clock.now() });
      if (known.size <= MAX_TOKENS) return;
      // The one that was verified longest ago.
      const [oldest] = known.keys();
      if (oldest !== undefined) known.delete(oldest);
    },
  };
}

/** Tokens themselves are not kept. */
function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
