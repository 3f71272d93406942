/**
 * From an `Authorization` header to a caller. The unverified `iss` only chooses a key set; a token is
 * believed after its signature fits a key that was fetched for that very issuer.
 */
import { createLocalJWKSet, decodeJwt, errors, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { fail, type Result } from '../domain/result.ts';
import { toCaller } from './claims.ts';
import { DEVELOPMENT_ISSUER } from './development-issuer.ts';
import type { DevelopmentKey } from './development-key.ts';
import { createIssuerKeys, type IssuerKeys, KeysOutOfReach } from './issuer-keys.ts';
import { ACCEPTED_ALGORITHMS, describeRefusal } from './token-refusal.ts';
import { createVerifiedTokens } from './verified-tokens.ts';

/** How far the clocks of an issuer and of this broker may differ. */
export const CLOCK_SKEW_SECONDS = 30;

/** When a client that met unreachable keys is asked to come back. */
const RETRY_AFTER_SECONDS = 5;

/** As much of an untrusted `iss` as a message repeats. */
const MAX_ISSUER_SHOWN = 200;

export interface TrustedIssuer {
  /** The `iss` of its tokens, compared exactly. */
  readonly issuer: string;
  readonly jwksUrl: URL;
}

export interface AuthenticatorOptions {
  readonly issuers: readonly TrustedIssuer[];
  /** The required `aud`; null where it is not checked. */
  readonly audience: string | null;
  /** Development tokens are trusted only where their key is given. */
  readonly developmentKeys: DevelopmentKey | null;
  readonly clock: Clock;
}

/** What a caller carries that its token doesn't say. */
export interface RequestOrigin {
  readonly address: string | null;
  readonly requestId: string;
}

export interface Authenticator {
  /**
   * The caller of a request, by its `Authorization` header. UNAUTHENTICATED where the token is
   * missing or wrong, ISSUER_NOT_AVAILABLE where nobody can tell because the keys are out of reach.
   */
  authenticate(authorization: string | undefined, request: RequestOrigin): Promise<Result<Caller>>;
}

interface KnownIssuer {
  readonly keys: IssuerKeys;
  readonly audience: string | null;
}

/** Fetches nothing by itself: keys are fetched when the first token of their issuer comes. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const known = findIssuers(options);
  const verified = createVerifiedTokens(options.clock, CLOCK_SKEW_SECONDS);

  return {
    async authenticate(authorization, request) {
      if (authorization === undefined || authorization.trim() === '')
        return refuse('The request carries no access token; send "Authorization: Bearer TOKEN".');
      const token = /^Bearer +(\S+)$/i.exec(authorization.trim())?.[1];
      if (token === undefined)
        return refuse('The authorization does not have the form "Bearer TOKEN".');

      const remembered = verified.find(token);
      if (remembered !== undefined) return toCaller(remembered, request);
      try {
        const { iss } = decodeJwt(token);
        if (iss === undefined) return refuse('The access token lacks the claim "iss".');
        const issuer = known.get(iss);
        if (issuer === undefined)
          return refuse(`The issuer ${showIssuer(iss)} of the access token is not trusted here.`);
        const claims = await verify(token, issuer.keys, {
          issuer: iss,
          ...(issuer.audience !== null && { audience: issuer.audience }),
          algorithms: [...ACCEPTED_ALGORITHMS],
          requiredClaims: ['exp', 'consumer'],
          clockTolerance: CLOCK_SKEW_SECONDS,
          currentDate: new Date(options.clock.now()),
        });
        verified.remember(token, claims);
        return toCaller(claims, request);
      } catch (error) {
        if (error instanceof KeysOutOfReach)
          return fail('ISSUER_NOT_AVAILABLE', error.message, {
            retryAfterSeconds: RETRY_AFTER_SECONDS,
          });
        if (error instanceof errors.JOSEError) return refuse(describeRefusal(error));
        throw error;
      }
    },
  };
}

/**
 * `aud` protects against tokens that an issuer made for another service. The development key makes
 * tokens for this broker alone, so they need none, and the token command need not know the audience.
 */
function findIssuers(options: AuthenticatorOptions): ReadonlyMap<unknown, KnownIssuer> {
  const known = new Map<unknown, KnownIssuer>();
  for (const { issuer, jwksUrl } of options.issuers)
    known.set(issuer, {
      keys: createIssuerKeys(issuer, jwksUrl, options.clock),
      audience: options.audience,
    });
  if (options.developmentKeys !== null)
    known.set(DEVELOPMENT_ISSUER, {
      keys: createLocalJWKSet({ keys: [options.developmentKeys.publicJwk] }),
      audience: null,
    });
  return known;
}

/** Where several keys may be meant, since the token names none, each is tried. */
async function verify(token: string, keys: IssuerKeys, options: JWTVerifyOptions) {
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (refusal) {
        if (!(refusal instanceof errors.JWSSignatureVerificationFailed)) throw refusal;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function refuse(message: string) {
  return fail('UNAUTHENTICATED', message);
}

function showIssuer(iss: unknown): string {
  return JSON.stringify(iss).slice(0, MAX_ISSUER_SHOWN);
}
