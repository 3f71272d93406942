/**
 * The public keys of one external issuer: fetched when first needed, kept, and fetched again as they
 * age or as a token names an unknown one. jose fetches and selects; when to fetch is decided here, by
 * the clock that was handed in, so that an outage of the issuer is neither hammered nor felt at once.
 */
import {
  type CryptoKey,
  createRemoteJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
} from 'jose';
import type { Clock } from '../domain/clock.ts';

/** Finds the key that a token's header names. */
export type IssuerKeys = (
  header?: JWSHeaderParameters,
  token?: FlattenedJWSInput,
) => Promise<CryptoKey>;

const FETCH_TIMEOUT_MS = 5_000;

/** Keys of this age are fetched anew, in the background: no request waits for it. */
const REFRESH_AFTER_MS = 10 * 60_000;

/**
 * While they can't be fetched anew, known keys serve until this age. It is also the longest that a
 * withdrawn key is believed by a broker that is cut off from its issuer.
 */
const KEEP_AT_MOST_MS = 60 * 60_000;

/** How soon another unknown key is worth a fetch: whoever invents key names must not cause one each. */
const UNKNOWN_KEY_COOLDOWN_MS = 30_000;

/** How long a failed fetch is answered from memory. */
const FAILURE_COOLDOWN_MS = 5_000;

/** Nobody can tell whether a token of this issuer is good, which is not the token's fault. */
export class KeysOutOfReach extends Error {
  constructor(issuer: string, cause: unknown) {
    super(`The keys of the issuer "${issuer}" are out of reach.`, { cause });
    this.name = 'KeysOutOfReach';
  }
}

/** Refuses with `KeysOutOfReach`, or with jose's errors where no key or more than one key fits. */
export function createIssuerKeys(issuer: string, jwksUrl: URL, clock: Clock): IssuerKeys {
  const remote = createRemoteJWKSet(jwksUrl, {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: Infinity,
    cacheMaxAge: Infinity,
  });
  let loadedAt = -Infinity;
  let triedAt = -Infinity;
  let failure: KeysOutOfReach | null = null;

  const since = (time: number): number => clock.now() - time;

  /** Joins a fetch that is under way. */
  async function load(): Promise<void> {
    if (!remote.reloading) {
      if (failure !== null && since(triedAt) < FAILURE_COOLDOWN_MS) throw failure;
      triedAt = clock.now();
    }
    try {
      await remote.reload();
      loadedAt = clock.now();
      failure = null;
    } catch (cause) {
      failure = new KeysOutOfReach(issuer, cause);
      throw failure;
    }
  }

  async function find(...token: Parameters<IssuerKeys>) {
    try {
      return await remote(...token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) throw error;
      if (error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      // The one key that fits is broken.
      throw new KeysOutOfReach(issuer, error);
    }
  }

  return async (...token) => {
    if (since(loadedAt) >= KEEP_AT_MOST_MS) await load();
    else if (since(loadedAt) >= REFRESH_AFTER_MS) load().catch(() => undefined);

    try {
      return await find(...token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const mayBeNew =
        remote.reloading || failure !== null || since(triedAt) >= UNKNOWN_KEY_COOLDOWN_MS;
      if (!mayBeNew) throw error;
      await load();
      return find(...token);
    }
  };
}
