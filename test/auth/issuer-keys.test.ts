import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { createSigner, goodClaims, ISSUER, type Signer, startIssuer } from './test-issuer.ts';

type Issuer = Awaited<ReturnType<typeof startIssuer>>;

const MINUTE = 60_000;

/** A token that is good at the issuer's time, presented. */
async function present(issuer: Issuer, signer: Signer = issuer.signer) {
  const token = await signer.sign(goodClaims(issuer.clock.time));
  return issuer.present(`Bearer ${token}`);
}

const accepted = { ok: true };
const refused = { ok: false, error: { code: 'UNAUTHENTICATED' } };
const outOfReach = {
  ok: false,
  error: {
    code: 'ISSUER_NOT_AVAILABLE',
    message: 'The keys of the issuer "https://issuer.test/" are out of reach.',
    retryAfterSeconds: 5,
  },
};

describe('keys out of reach', () => {
  it.each([
    ['answers 500', 500, '{"keys":[]}'],
    ['redirects', 302, ''],
    ['answers no JSON', 200, '<html>'],
    ['answers no key set', 200, '{"keys":"none"}'],
  ])('are not held against the token where the issuer %s', async (_, status, body) => {
    await using issuer = await startIssuer();
    issuer.server.answer(status, body);
    expect(await present(issuer)).toEqual(outOfReach);
  });

  it('are not held against the token where nobody listens', async () => {
    await using issuer = await startIssuer();
    await issuer.server.close();
    expect(await present(issuer)).toEqual(outOfReach);
  });

  it('are not held against the token where the published key is broken', async () => {
    await using issuer = await startIssuer();
    issuer.server.publish({ ...issuer.signer.publicJwk, x: 'AAAA' });
    expect(await present(issuer)).toEqual(outOfReach);
  });

  it('are not held against the token where the connection is cut', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const jwksUrl = new URL(`http://127.0.0.1:${port}/`);
    await using issuer = await startIssuer({ issuers: [{ issuer: ISSUER, jwksUrl }] });
    expect(await present(issuer)).toEqual(outOfReach);
    await new Promise((resolve) => server.close(resolve));
  });

  it('are asked for again five seconds later, not sooner', async () => {
    await using issuer = await startIssuer();
    issuer.server.answer(503, '');
    await present(issuer);
    issuer.server.publish(issuer.signer.publicJwk);
    issuer.clock.time += 4_999;
    expect(await present(issuer)).toEqual(outOfReach);
    expect(issuer.server.fetches).toBe(1);
    issuer.clock.time += 1;
    expect(await present(issuer)).toMatchObject(accepted);
  });
});

describe('known keys', () => {
  it('are fetched once for requests that come at once, and then kept', async () => {
    await using issuer = await startIssuer();
    const results = await Promise.all(Array.from({ length: 5 }, () => present(issuer)));
    for (const result of results) expect(result).toMatchObject(accepted);
    expect(await present(issuer)).toMatchObject(accepted);
    expect(issuer.server.fetches).toBe(1);
  });

  it('serve for an hour while they can not be fetched anew, and no longer', async () => {
    await using issuer = await startIssuer();
    await present(issuer);
    await issuer.server.close();
    issuer.clock.time += 60 * MINUTE - 1;
    expect(await present(issuer)).toMatchObject(accepted);
    issuer.clock.time += MINUTE;
    expect(await present(issuer)).toEqual(outOfReach);
  });

  it('are fetched anew after ten minutes, so that a withdrawn key ends', async () => {
    await using issuer = await startIssuer();
    await present(issuer);
    issuer.server.publish((await createSigner('second')).publicJwk);
    issuer.clock.time += 10 * MINUTE - 1;
    expect(await present(issuer)).toMatchObject(accepted);
    expect(issuer.server.fetches).toBe(1);
    issuer.clock.time += 1;
    expect(await present(issuer)).toMatchObject(accepted);
    await vi.waitFor(async () => expect(await present(issuer)).toMatchObject(refused));
  });
});

describe('an unknown key', () => {
  it('is picked up from the issuer that has begun to use it', async () => {
    await using issuer = await startIssuer();
    await present(issuer);
    const next = await createSigner('second');
    issuer.server.publish(issuer.signer.publicJwk, next.publicJwk);
    issuer.clock.time += 30_000;
    const results = await Promise.all([present(issuer, next), present(issuer, next)]);
    for (const result of results) expect(result).toMatchObject(accepted);
    expect(await present(issuer)).toMatchObject(accepted);
    expect(issuer.server.fetches).toBe(2);
  });

  it('is refused, and causes no more than one fetch in 30 seconds', async () => {
    await using issuer = await startIssuer();
    const stranger = await createSigner('stranger');
    for (let i = 0; i < 5; i += 1) expect(await present(issuer, stranger)).toMatchObject(refused);
    expect(issuer.server.fetches).toBe(1);
    issuer.clock.time += 30_000;
    for (let i = 0; i < 5; i += 1) expect(await present(issuer, stranger)).toMatchObject(refused);
    expect(issuer.server.fetches).toBe(2);
  });

  it('is neither accepted nor refused while the issuer can not be asked', async () => {
    await using issuer = await startIssuer();
    await present(issuer);
    await issuer.server.close();
    issuer.clock.time += 30_000;
    const next = await createSigner('second');
    expect(await present(issuer, next)).toEqual(outOfReach);
    expect(await present(issuer, next)).toEqual(outOfReach);
    expect(await present(issuer)).toMatchObject(accepted);
  });
});
