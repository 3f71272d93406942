import { createHmac } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { describe, expect, it } from 'vitest';
import { createAuthenticator } from '../../src/auth/index.ts';
import {
  createSigner,
  goodClaims,
  ISSUER,
  NOW,
  startIssuer,
  startJwksServer,
} from './test-issuer.ts';

const unauthenticated = (message: string | RegExp) => ({
  ok: false,
  error: { code: 'UNAUTHENTICATED', message: expect.stringMatching(message) },
});

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('the authorization', () => {
  it.each([undefined, '', '  '])('is required, and %j is none', async (authorization) => {
    await using issuer = await startIssuer();
    expect(await issuer.present(authorization)).toEqual(unauthenticated(/no access token/));
  });

  it.each(['Basic dTpw', 'Bearer', 'Bearer two words', 'eyJhbGciOiJFUzI1NiJ9.e30.x'])(
    'is refused where it is not "Bearer TOKEN": %j',
    async (authorization) => {
      await using issuer = await startIssuer();
      expect(await issuer.present(authorization)).toEqual(unauthenticated(/"Bearer TOKEN"/));
    },
  );

  it.each(['bearer ', 'BEARER  ', 'Bearer '])('may spell the scheme %j', async (scheme) => {
    await using issuer = await startIssuer();
    const token = await issuer.signer.sign(goodClaims());
    expect(await issuer.present(scheme + token)).toMatchObject({ ok: true });
  });

  it.each(['garbage', 'a.b.c', '..', 'a.b.c.d.e', `${encode({ alg: 'ES256' })}.W10.AA`, 'é.é.é'])(
    'is refused without being repeated where the token is no JWT: %j',
    async (token) => {
      await using issuer = await startIssuer();
      const result = await issuer.present(`Bearer ${token}`);
      expect(result).toEqual(unauthenticated(/not a well-formed signed JWT/));
      expect(JSON.stringify(result)).not.toContain(token);
      expect(issuer.server.fetches).toBe(0);
    },
  );
});

describe('a signature', () => {
  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('with %s is accepted', async (alg) => {
    await using issuer = await startIssuer();
    const signer = await createSigner('key', alg);
    issuer.server.publish(signer.publicJwk);
    const token = await signer.sign(goodClaims());
    expect(await issuer.present(`Bearer ${token}`)).toMatchObject({ ok: true });
  });

  it.each(['RS512', 'ES384'])('with %s is refused', async (alg) => {
    await using issuer = await startIssuer();
    const signer = await createSigner('key', alg);
    issuer.server.publish(signer.publicJwk);
    const token = await signer.sign(goodClaims());
    expect(await issuer.present(`Bearer ${token}`)).toEqual(unauthenticated(/not signed with any/));
  });

  it('by another key of the same name is refused', async () => {
    await using issuer = await startIssuer();
    const token = await (await createSigner('first')).sign(goodClaims());
    expect(await issuer.present(`Bearer ${token}`)).toEqual(unauthenticated(/signature .* wrong/));
  });

  it('over other claims is refused', async () => {
    await using issuer = await startIssuer();
    const [header, , signature] = (await issuer.signer.sign(goodClaims())).split('.');
    const token = `${header}.${encode({ ...goodClaims(), scope: 'more' })}.${signature}`;
    expect(await issuer.present(`Bearer ${token}`)).toEqual(unauthenticated(/signature .* wrong/));
  });

  it.each(['none', 'None', 'nOnE'])('can not be left out with alg %j', async (alg) => {
    await using issuer = await startIssuer();
    const token = `${encode({ alg, kid: 'first' })}.${encode(goodClaims())}.`;
    expect(await issuer.present(`Bearer ${token}`)).toEqual(unauthenticated(/not signed with any/));
  });

  it('can not be an HMAC with the public key as its secret', async () => {
    await using issuer = await startIssuer();
    const signed = `${encode({ alg: 'HS256', kid: 'first' })}.${encode(goodClaims())}`;
    const secret = JSON.stringify(issuer.signer.publicJwk);
    const mac = createHmac('sha256', secret).update(signed).digest('base64url');
    const result = await issuer.present(`Bearer ${signed}.${mac}`);
    expect(result).toEqual(unauthenticated(/not signed with any/));
  });

  it('may come from any of several keys where the token names none', async () => {
    await using issuer = await startIssuer();
    const keys = await Promise.all([createSigner('second'), createSigner('third')]);
    issuer.server.publish(issuer.signer.publicJwk, ...keys.map(({ publicJwk }) => publicJwk));
    for (const { sign } of [issuer.signer, ...keys])
      expect(await issuer.present(`Bearer ${await sign(goodClaims(), {})}`)).toMatchObject({
        ok: true,
      });

    const stranger = await (await createSigner('fourth')).sign(goodClaims(), {});
    expect(await issuer.present(`Bearer ${stranger}`)).toEqual(unauthenticated(/signature/));
  });
});

describe('an issuer', () => {
  it('that is not trusted is refused by name', async () => {
    await using issuer = await startIssuer();
    const token = await issuer.signer.sign({ ...goodClaims(), iss: 'https://issuer.test' });
    const result = await issuer.present(`Bearer ${token}`);
    expect(result).toEqual(unauthenticated('"https://issuer.test" of the access token is not tru'));
    expect(issuer.server.fetches).toBe(0);
  });

  it.each([undefined, null, 7, ['https://issuer.test/']])('can not be %j', async (iss) => {
    await using issuer = await startIssuer();
    const token = await issuer.signer.sign({ ...goodClaims(), iss } as unknown as JWTPayload);
    expect(await issuer.present(`Bearer ${token}`)).toEqual(unauthenticated(/"iss"|not trusted/));
  });

  it('can not sign for another trusted one', async () => {
    const [a, b] = await Promise.all([createSigner('a'), createSigner('b')]);
    await using serverA = await startJwksServer(a.publicJwk);
    await using serverB = await startJwksServer(b.publicJwk);
    const { authenticate } = createAuthenticator({
      issuers: [
        { issuer: 'urn:a', jwksUrl: serverA.url },
        { issuer: 'urn:b', jwksUrl: serverB.url },
      ],
      audience: null,
      developmentKeys: null,
      clock: { now: () => NOW },
    });
    const present = async (token: Promise<string>) =>
      authenticate(`Bearer ${await token}`, { address: null, requestId: 'r' });
    const claims = { ...goodClaims(), iss: 'urn:b' };

    expect(await present(b.sign(claims))).toMatchObject({ ok: true });
    expect(await present(a.sign(claims))).toEqual(unauthenticated(/does not publish/));
    expect(await present(a.sign(claims, { kid: 'b' }))).toEqual(unauthenticated(/signature/));
    expect(serverA.fetches).toBe(0);
  });
});

describe('the time of a token', () => {
  const seconds = NOW / 1000;

  it.each([
    [{ exp: seconds - 29 }, true],
    [{ exp: seconds - 30 }, false],
    [{ nbf: seconds + 30 }, true],
    [{ nbf: seconds + 31 }, false],
  ])('may be off by 30 seconds: %j is accepted: %j', async (claims, accepted) => {
    await using issuer = await startIssuer();
    const token = await issuer.signer.sign({ ...goodClaims(), ...claims });
    const result = await issuer.present(`Bearer ${token}`);
    if (accepted) expect(result).toMatchObject({ ok: true });
    else expect(result).toEqual(unauthenticated(/expired|not valid yet/));
  });

  it('is told by the clock that was handed in', async () => {
    await using issuer = await startIssuer();
    const token = await issuer.signer.sign(goodClaims());
    issuer.clock.time += 149_999;
    expect(await issuer.present(`Bearer ${token}`)).toMatchObject({ ok: true });
    issuer.clock.time += 1;
    expect(await issuer.present(`Bearer ${token}`)).toEqual(unauthenticated(/has expired/));
  });
});

describe('a claim', () => {
  it.each(['exp', 'consumer'])('"%s" can not be missing', async (claim) => {
    await using issuer = await startIssuer();
    const token = await issuer.signer.sign({ ...goodClaims(), [claim]: undefined });
    expect(await issuer.present(`Bearer ${token}`)).toEqual(
      unauthenticated(`lacks the claim "${claim}"`),
    );
  });

  it.each([undefined, 'another', ['another']])(
    '"aud" of %j is refused where an audience is required',
    async (aud) => {
      await using issuer = await startIssuer({ audience: 'https://ferje.test' });
      const token = await issuer.signer.sign({ ...goodClaims(), aud } as JWTPayload);
      expect(await issuer.present(`Bearer ${token}`)).toEqual(unauthenticated(/"aud"/));
    },
  );

  it('"aud" is accepted where it has the audience, or none is required', async () => {
    await using strict = await startIssuer({ audience: 'https://ferje.test' });
    await using lax = await startIssuer();
    const aud = ['another', 'https://ferje.test'];
    const token = await strict.signer.sign({ ...goodClaims(), aud });
    expect(await strict.present(`Bearer ${token}`)).toMatchObject({ ok: true });
    const other = await lax.signer.sign({ ...goodClaims(), aud: 'another', iss: ISSUER });
    expect(await lax.present(`Bearer ${other}`)).toMatchObject({ ok: true });
  });
});
