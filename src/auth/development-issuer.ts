/** Tokens of the embedded development issuer, of the form that Maskinporten's have. */
import { createHash, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { PartyId } from '../domain/party-id.ts';
import { PARTY_AUTHORITY, SYSTEM_USER_TYPE } from './claims.ts';
import type { DevelopmentKey } from './development-key.ts';

/** The `iss` of development tokens, wherever the broker listens. */
export const DEVELOPMENT_ISSUER = 'urn:ferje:development';

export interface DevelopmentTokenOptions {
  readonly party: PartyId;
  /** Makes it the token of a system user of the party, in the vendor's software. */
  readonly vendor: PartyId | null;
  /** Separated by spaces. */
  readonly scope: string;
  readonly lifetimeSeconds: number;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly clientId?: string;
}

/** A signed JWT. A party and a vendor always have the same system user. */
export function issueDevelopmentToken(
  key: DevelopmentKey,
  options: DevelopmentTokenOptions,
): Promise<string> {
  const { party, vendor, scope, lifetimeSeconds, clientId = 'ferje-development' } = options;
  const issuedAt = Math.floor(options.now / 1000);
  const actor =
    vendor === null
      ? { consumer: toOrganization(party) }
      : { consumer: toOrganization(vendor), authorization_details: [toSystemUser(party, vendor)] };

  return new SignJWT({ ...actor, scope, client_id: clientId })
    .setProtectedHeader({ alg: 'ES256', kid: key.kid, typ: 'JWT' })
    .setIssuer(DEVELOPMENT_ISSUER)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetimeSeconds)
    .setJti(randomUUID())
    .sign(key.privateKey);
}

function toOrganization(party: PartyId) {
  return { authority: PARTY_AUTHORITY, ID: party };
}

function toSystemUser(party: PartyId, vendor: PartyId) {
  return {
    type: SYSTEM_USER_TYPE,
    systemuser_org: toOrganization(party),
    systemuser_id: [toUuid(`${party} in the software of ${vendor}`)],
  };
}

/** A UUID version 8 that the text alone decides. */
function toUuid(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex');
  return hash.replace(
    /^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/,
    (_, a, b, c, d, e) => `${a}-${b}-8${c}-8${d}-${e}`,
  );
}
