import type { JWTPayload } from 'jose';
import { describe, expect, it } from 'vitest';
import { goodClaims, NOW, startIssuer } from './test-issuer.ts';

const organization = (ID: string) => ({ authority: 'iso6523-actorid-upis', ID });
const A = '0192:111111111';
const B = '0192:222222222';
const C = '0192:333333333';

const systemUser = (party: string, ids: readonly string[] = ['system-user-1']) => ({
  type: 'urn:altinn:systemuser',
  systemuser_org: organization(party),
  systemuser_id: ids,
});

async function readClaims(claims: Record<string, unknown>) {
  await using issuer = await startIssuer();
  const token = await issuer.signer.sign({ ...goodClaims(), ...claims } as JWTPayload);
  return await issuer.present(`Bearer ${token}`);
}

describe('a caller', () => {
  it('has all that its token and its request say', async () => {
    const result = await readClaims({
      consumer: organization(A),
      scope: 'altinn:broker.write  altinn:broker.read ',
      client_id: 'client-1',
      jti: 'token-1',
    });
    expect(result).toEqual({
      ok: true,
      value: {
        party: A,
        vendor: null,
        clientId: 'client-1',
        systemUserId: null,
        scopes: ['altinn:broker.write', 'altinn:broker.read'],
        tokenId: 'token-1',
        tokenExpiresAt: NOW + 120_000,
        address: '192.0.2.7',
        requestId: 'request-1',
      },
    });
  });

  it('has no scopes, client or token id where the token has none', async () => {
    expect(await readClaims({ scope: undefined })).toMatchObject({
      value: { scopes: [], clientId: null, tokenId: null },
    });
  });

  it.each([
    ['the consumer', { consumer: organization(A) }, A, null, null],
    [
      'the consumer, with the supplier as vendor',
      { consumer: organization(A), supplier: organization(B) },
      A,
      B,
      null,
    ],
    [
      'the consumer, with no vendor where it supplies itself',
      { consumer: organization(A), supplier: organization(A) },
      A,
      null,
      null,
    ],
    [
      "the system user's organisation, with the consumer as vendor",
      { consumer: organization(B), authorization_details: [systemUser(A)] },
      A,
      B,
      'system-user-1',
    ],
    [
      "the system user's organisation, with the supplier before the consumer as vendor",
      {
        consumer: organization(B),
        supplier: organization(C),
        authorization_details: [systemUser(A)],
      },
      A,
      C,
      'system-user-1',
    ],
    [
      "the system user's organisation, with no vendor where that runs its own software",
      { consumer: organization(A), authorization_details: [systemUser(A)] },
      A,
      null,
      'system-user-1',
    ],
    [
      'that of the first system user, by its first id, whatever else is authorized',
      {
        consumer: organization(B),
        authorization_details: [{ type: 'other' }, systemUser(A, ['one', 'two']), systemUser(C)],
      },
      A,
      B,
      'one',
    ],
    [
      'the consumer where nothing authorized is a system user',
      { consumer: organization(A), authorization_details: [{ type: 'other' }] },
      A,
      null,
      null,
    ],
  ])('acts as %s', async (_, claims, party, vendor, systemUserId) => {
    expect(await readClaims(claims)).toMatchObject({
      ok: true,
      value: { party, vendor, systemUserId },
    });
  });
});

it('a claim that is null is one that is left out', async () => {
  expect(await readClaims({ supplier: null, authorization_details: null })).toEqual(
    await readClaims({}),
  );
});

describe('a malformed claim', () => {
  it.each([
    ['consumer', { consumer: A }],
    ['consumer', { consumer: null }],
    ['consumer', { consumer: [organization(A)] }],
    ['consumer', { consumer: { ID: A } }],
    ['consumer', { consumer: { authority: 'iso6523', ID: A } }],
    ['consumer', { consumer: organization('111111111') }],
    ['consumer', { consumer: organization('0192:11111111') }],
    ['consumer', { consumer: organization(`${A}\n`) }],
    ['consumer', { consumer: organization('urn:altinn:organization:identifier-no:111111111') }],
    ['consumer', { consumer: { authority: 'iso6523-actorid-upis', ID: 111_111_111 } }],
    ['supplier', { supplier: organization('0193:111111111') }],
    ['supplier', { supplier: 'null' }],
    ['scope', { scope: ['altinn:broker.read'] }],
    ['client_id', { client_id: 7 }],
    ['jti', { jti: {} }],
    // What no database keeps.
    ['client_id', { client_id: 'a\0' }],
    ['client_id', { client_id: '\ud800' }],
    ['jti', { jti: 'a\0' }],
    ['authorization_details.systemuser_id', { authorization_details: [systemUser(A, ['a\0'])] }],
    ['exp', { exp: 1e300 }],
    // Beyond what a date can tell.
    ['exp', { exp: 9e12 }],
    ['exp', { exp: '1900000000' }],
    ['authorization_details', { authorization_details: systemUser(A) }],
    ['authorization_details', { authorization_details: ['urn:altinn:systemuser'] }],
    [
      'authorization_details.systemuser_org',
      { authorization_details: [{ ...systemUser(A), systemuser_org: undefined }] },
    ],
    [
      'authorization_details.systemuser_org',
      { authorization_details: [{ ...systemUser(A), systemuser_org: { authority: 'x', ID: A } }] },
    ],
    ['authorization_details.systemuser_id', { authorization_details: [systemUser(A, [])] }],
    [
      'authorization_details.systemuser_id',
      { authorization_details: [{ ...systemUser(A), systemuser_id: 'system-user-1' }] },
    ],
  ])('refuses the token by its name: %s of %j', async (claim, claims) => {
    expect(await readClaims(claims)).toEqual({
      ok: false,
      error: {
        code: 'UNAUTHENTICATED',
        message: expect.stringContaining(`The claim "${claim}" of the access token is not`),
      },
    });
  });
});
