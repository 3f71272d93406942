/** Who calls the broker, as an access token describes it. */

import type { PartyId } from './party-id.ts';
import { fail, ok, type Result } from './result.ts';
import { TRANSFER_ROLES, type TransferRole } from './transfer-status.ts';

export const SCOPES = {
  write: 'altinn:broker.write',
  read: 'altinn:broker.read',
  serviceOwner: 'altinn:serviceowner',
} as const;
export type Scope = (typeof SCOPES)[keyof typeof SCOPES];

/** Who does something: the party, and the organisation whose software acts for it. Rights belong to the party. */
export interface Actor {
  readonly party: PartyId;
  readonly vendor: PartyId | null;
  readonly clientId: string | null;
  readonly systemUserId: string | null;
}

export interface Caller extends Actor {
  readonly scopes: readonly string[];
  /** The token's `jti`, where it has one. */
  readonly tokenId: string | null;
  /** Epoch milliseconds. */
  readonly tokenExpiresAt: number;
  /** The client's address, for logs. */
  readonly address: string | null;
  readonly requestId: string;
}

export function hasScope(caller: Caller, scope: Scope): boolean {
  return caller.scopes.includes(scope);
}

/** INSUFFICIENT_SCOPE unless the caller has one of the scopes. */
export function requireScope(caller: Caller, ...anyOf: readonly Scope[]): Result<undefined> {
  if (anyOf.some((scope) => hasScope(caller, scope))) return ok(undefined);
  return fail(
    'INSUFFICIENT_SCOPE',
    `The access token lacks the scope ${anyOf.join(' or ')}; it has "${caller.scopes.join(' ')}".`,
  );
}

/** Queries, subscriptions and exports are for any of the broker's scopes. */
export function requireAnyScope(caller: Caller): Result<undefined> {
  return requireScope(caller, SCOPES.read, SCOPES.write, SCOPES.serviceOwner);
}

/** Whose eyes see: a party, and the roles that its token lets it see transfers with. */
export interface Viewer {
  readonly party: PartyId;
  readonly roles: readonly TransferRole[];
}

/** With the scope altinn:serviceowner alone one sees only what goes through the resources that one owns. */
export function toViewer(caller: Caller): Viewer {
  const isParty = hasScope(caller, SCOPES.read) || hasScope(caller, SCOPES.write);
  const isOwner = hasScope(caller, SCOPES.serviceOwner);
  return {
    party: caller.party,
    roles: isParty ? TRANSFER_ROLES : isOwner ? ['SERVICE_OWNER'] : [],
  };
}
