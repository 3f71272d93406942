import { describe, expect, it } from 'vitest';
import {
  type Caller,
  requireAnyScope,
  requireScope,
  SCOPES,
  toViewer,
} from '../../src/domain/caller.ts';
import type { PartyId } from '../../src/domain/party-id.ts';

const callerWith = (...scopes: string[]): Caller => ({
  party: '0192:111111111' as PartyId,
  vendor: null,
  clientId: null,
  systemUserId: null,
  scopes,
  tokenId: null,
  tokenExpiresAt: 0,
  address: null,
  requestId: 'request',
});

describe('a caller', () => {
  it('needs one of the scopes that are asked for', () => {
    const caller = callerWith('openid', SCOPES.read);
    expect(requireScope(caller, SCOPES.read)).toMatchObject({ ok: true });
    expect(requireScope(caller, SCOPES.write, SCOPES.read)).toMatchObject({ ok: true });
    expect(requireScope(caller, SCOPES.write)).toMatchObject({
      error: {
        code: 'INSUFFICIENT_SCOPE',
        message: expect.stringContaining('altinn:broker.write'),
      },
    });
  });

  it('may ask with any of the broker’s scopes, and with no other', () => {
    for (const scope of Object.values(SCOPES)) {
      expect(requireAnyScope(callerWith(scope))).toMatchObject({ ok: true });
    }
    for (const scopes of [[], ['altinn:broker'], ['altinn:broker.write2']]) {
      expect(requireAnyScope(callerWith(...scopes))).toMatchObject({ ok: false });
    }
  });

  it.each([
    [[SCOPES.write], ['SENDER', 'RECIPIENT', 'SERVICE_OWNER']],
    [[SCOPES.read], ['SENDER', 'RECIPIENT', 'SERVICE_OWNER']],
    [
      [SCOPES.read, SCOPES.serviceOwner],
      ['SENDER', 'RECIPIENT', 'SERVICE_OWNER'],
    ],
    [[SCOPES.serviceOwner], ['SERVICE_OWNER']],
    [['openid'], []],
  ])('with %j sees as %j', (scopes, roles) => {
    expect(toViewer(callerWith(...scopes))).toEqual({ party: '0192:111111111', roles });
  });
});
