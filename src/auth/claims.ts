/**
 * Who acts, read from the claims of a verified token as Maskinporten issues it. A system user's token
 * speaks for the organisation that the system user belongs to; then the client is only the vendor.
 */
import type { JWTPayload } from 'jose';
import type { Caller } from '../domain/caller.ts';
import { type PartyId, parsePartyId } from '../domain/party-id.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { findFlaw } from '../domain/text.ts';

/** The `authority` beside every organisation number in a token. */
export const PARTY_AUTHORITY = 'iso6523-actorid-upis';

/** The type of the entry in `authorization_details` that makes a token a system user's. */
export const SYSTEM_USER_TYPE = 'urn:altinn:systemuser';

type Claims = Readonly<Record<string, unknown>>;

interface SystemUser {
  readonly party: PartyId;
  readonly id: string;
}

/** UNAUTHENTICATED where a claim is malformed; the message names it. */
export function toCaller(
  claims: JWTPayload,
  request: Pick<Caller, 'address' | 'requestId'>,
): Result<Caller> {
  try {
    const consumer = parseParty('consumer', claims.consumer);
    const supplier = claims.supplier == null ? null : parseParty('supplier', claims.supplier);
    const systemUser = parseSystemUser(claims.authorization_details);
    const party = systemUser?.party ?? consumer;
    const vendor = supplier ?? (systemUser === null ? null : consumer);
    return ok({
      party,
      vendor: vendor === party ? null : vendor,
      clientId: parseText('client_id', claims.client_id),
      systemUserId: systemUser?.id ?? null,
      scopes: (parseText('scope', claims.scope) ?? '').split(' ').filter((scope) => scope !== ''),
      tokenId: parseText('jti', claims.jti),
      tokenExpiresAt: parseEnd(claims.exp),
      address: request.address,
      requestId: request.requestId,
    });
  } catch (error) {
    if (error instanceof MalformedClaim) return fail('UNAUTHENTICATED', error.message);
    throw error;
  }
}

/** Leaves the parsing at the first fault; it never gets out of this file. */
class MalformedClaim extends Error {
  constructor(claim: string, rule: string) {
    super(`The claim "${claim}" of the access token is not ${rule}.`);
  }
}

function parseParty(claim: string, value: unknown): PartyId {
  const { authority, ID: id } = isObject(value) ? value : {};
  const party = typeof id === 'string' ? parsePartyId(id) : undefined;
  // The URN names the same party, but belongs to another authority than the token's.
  if (authority !== PARTY_AUTHORITY || party === undefined || party !== id)
    throw new MalformedClaim(claim, `{"authority":"${PARTY_AUTHORITY}","ID":"0192:NNNNNNNNN"}`);
  return party;
}

function parseSystemUser(details: unknown): SystemUser | null {
  if (details == null) return null;
  if (!Array.isArray(details) || !details.every(isObject))
    throw new MalformedClaim('authorization_details', 'a list of objects');
  const entry = details.find(({ type }) => type === SYSTEM_USER_TYPE);
  if (entry === undefined) return null;
  const ids = entry.systemuser_id;
  const id: unknown = Array.isArray(ids) ? ids[0] : undefined;
  if (typeof id !== 'string' || id === '' || findFlaw(id) !== undefined)
    throw new MalformedClaim(
      'authorization_details.systemuser_id',
      'a list that begins with an id',
    );
  return {
    party: parseParty('authorization_details.systemuser_org', entry.systemuser_org),
    id,
  };
}

function parseText(claim: string, value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value !== 'string') throw new MalformedClaim(claim, 'a text');
  const flaw = findFlaw(value);
  if (flaw !== undefined) throw new MalformedClaim(claim, `a text that can be kept: it ${flaw}`);
  return value;
}

/** From seconds to milliseconds. */
function parseEnd(exp: unknown): number {
  const end = typeof exp === 'number' ? Math.floor(exp * 1000) : NaN;
  if (Number.isNaN(new Date(end).getTime()))
    throw new MalformedClaim('exp', 'a time in seconds since 1970');
  return end;
}

function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
